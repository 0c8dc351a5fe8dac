import datetime

from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import empty_pb2 as _empty_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from payaid.voice.v1 import accounts_pb2 as _accounts_pb2
from payaid.voice.v1 import agents_pb2 as _agents_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Decision(_message.Message):
    __slots__ = ("decision_id", "verdict", "results", "next_allowed_time", "evaluate_time", "rules_version", "latest_end_time", "call_id", "call_made", "agent_id", "phone_number")
    class Verdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        VERDICT_UNSPECIFIED: _ClassVar[Decision.Verdict]
        ALLOW: _ClassVar[Decision.Verdict]
        BLOCK: _ClassVar[Decision.Verdict]
    VERDICT_UNSPECIFIED: Decision.Verdict
    ALLOW: Decision.Verdict
    BLOCK: Decision.Verdict
    DECISION_ID_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_ALLOWED_TIME_FIELD_NUMBER: _ClassVar[int]
    EVALUATE_TIME_FIELD_NUMBER: _ClassVar[int]
    RULES_VERSION_FIELD_NUMBER: _ClassVar[int]
    LATEST_END_TIME_FIELD_NUMBER: _ClassVar[int]
    CALL_ID_FIELD_NUMBER: _ClassVar[int]
    CALL_MADE_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    PHONE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    decision_id: str
    verdict: Decision.Verdict
    results: _containers.RepeatedCompositeFieldContainer[RuleResult]
    next_allowed_time: _timestamp_pb2.Timestamp
    evaluate_time: _timestamp_pb2.Timestamp
    rules_version: str
    latest_end_time: _timestamp_pb2.Timestamp
    call_id: str
    call_made: bool
    agent_id: str
    phone_number: str
    def __init__(self, decision_id: _Optional[str] = ..., verdict: _Optional[_Union[Decision.Verdict, str]] = ..., results: _Optional[_Iterable[_Union[RuleResult, _Mapping]]] = ..., next_allowed_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., evaluate_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., rules_version: _Optional[str] = ..., latest_end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., call_id: _Optional[str] = ..., call_made: _Optional[bool] = ..., agent_id: _Optional[str] = ..., phone_number: _Optional[str] = ...) -> None: ...

class RuleResult(_message.Message):
    __slots__ = ("rule", "outcome", "explanation", "source")
    class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        OUTCOME_UNSPECIFIED: _ClassVar[RuleResult.Outcome]
        PASS: _ClassVar[RuleResult.Outcome]
        FAIL: _ClassVar[RuleResult.Outcome]
        NOT_APPLICABLE: _ClassVar[RuleResult.Outcome]
    OUTCOME_UNSPECIFIED: RuleResult.Outcome
    PASS: RuleResult.Outcome
    FAIL: RuleResult.Outcome
    NOT_APPLICABLE: RuleResult.Outcome
    RULE_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    rule: str
    outcome: RuleResult.Outcome
    explanation: str
    source: str
    def __init__(self, rule: _Optional[str] = ..., outcome: _Optional[_Union[RuleResult.Outcome, str]] = ..., explanation: _Optional[str] = ..., source: _Optional[str] = ...) -> None: ...

class Consent(_message.Message):
    __slots__ = ("consent_id", "phone_number", "basis", "purposes", "statement", "evidence", "grant_time", "expire_time", "state", "withdraw_time")
    class Basis(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        BASIS_UNSPECIFIED: _ClassVar[Consent.Basis]
        EXPLICIT: _ClassVar[Consent.Basis]
        INFERRED: _ClassVar[Consent.Basis]
        ENQUIRY: _ClassVar[Consent.Basis]
    BASIS_UNSPECIFIED: Consent.Basis
    EXPLICIT: Consent.Basis
    INFERRED: Consent.Basis
    ENQUIRY: Consent.Basis
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Consent.State]
        ACTIVE: _ClassVar[Consent.State]
        EXPIRED: _ClassVar[Consent.State]
        WITHDRAWN: _ClassVar[Consent.State]
    STATE_UNSPECIFIED: Consent.State
    ACTIVE: Consent.State
    EXPIRED: Consent.State
    WITHDRAWN: Consent.State
    CONSENT_ID_FIELD_NUMBER: _ClassVar[int]
    PHONE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    PURPOSES_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    GRANT_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    WITHDRAW_TIME_FIELD_NUMBER: _ClassVar[int]
    consent_id: str
    phone_number: str
    basis: Consent.Basis
    purposes: _containers.RepeatedScalarFieldContainer[_agents_pb2.CallPurpose]
    statement: str
    evidence: str
    grant_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    state: Consent.State
    withdraw_time: _timestamp_pb2.Timestamp
    def __init__(self, consent_id: _Optional[str] = ..., phone_number: _Optional[str] = ..., basis: _Optional[_Union[Consent.Basis, str]] = ..., purposes: _Optional[_Iterable[_Union[_agents_pb2.CallPurpose, str]]] = ..., statement: _Optional[str] = ..., evidence: _Optional[str] = ..., grant_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., state: _Optional[_Union[Consent.State, str]] = ..., withdraw_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ConsentForm(_message.Message):
    __slots__ = ("consent_form_id", "phone_number", "purposes", "language", "offering", "contact", "consent_lifetime", "state", "create_time", "expire_time", "answer_time", "consent_id", "link", "notice")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[ConsentForm.State]
        PENDING: _ClassVar[ConsentForm.State]
        GIVEN: _ClassVar[ConsentForm.State]
        REFUSED: _ClassVar[ConsentForm.State]
        EXPIRED: _ClassVar[ConsentForm.State]
        WITHDRAWN: _ClassVar[ConsentForm.State]
    STATE_UNSPECIFIED: ConsentForm.State
    PENDING: ConsentForm.State
    GIVEN: ConsentForm.State
    REFUSED: ConsentForm.State
    EXPIRED: ConsentForm.State
    WITHDRAWN: ConsentForm.State
    CONSENT_FORM_ID_FIELD_NUMBER: _ClassVar[int]
    PHONE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    PURPOSES_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    OFFERING_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    CONSENT_LIFETIME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    ANSWER_TIME_FIELD_NUMBER: _ClassVar[int]
    CONSENT_ID_FIELD_NUMBER: _ClassVar[int]
    LINK_FIELD_NUMBER: _ClassVar[int]
    NOTICE_FIELD_NUMBER: _ClassVar[int]
    consent_form_id: str
    phone_number: str
    purposes: _containers.RepeatedScalarFieldContainer[_agents_pb2.CallPurpose]
    language: str
    offering: str
    contact: str
    consent_lifetime: _duration_pb2.Duration
    state: ConsentForm.State
    create_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    answer_time: _timestamp_pb2.Timestamp
    consent_id: str
    link: str
    notice: str
    def __init__(self, consent_form_id: _Optional[str] = ..., phone_number: _Optional[str] = ..., purposes: _Optional[_Iterable[_Union[_agents_pb2.CallPurpose, str]]] = ..., language: _Optional[str] = ..., offering: _Optional[str] = ..., contact: _Optional[str] = ..., consent_lifetime: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., state: _Optional[_Union[ConsentForm.State, str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., answer_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., consent_id: _Optional[str] = ..., link: _Optional[str] = ..., notice: _Optional[str] = ...) -> None: ...

class Suppression(_message.Message):
    __slots__ = ("suppression_id", "phone_number", "reason", "create_time", "reconsent_time")
    SUPPRESSION_ID_FIELD_NUMBER: _ClassVar[int]
    PHONE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    RECONSENT_TIME_FIELD_NUMBER: _ClassVar[int]
    suppression_id: str
    phone_number: str
    reason: str
    create_time: _timestamp_pb2.Timestamp
    reconsent_time: _timestamp_pb2.Timestamp
    def __init__(self, suppression_id: _Optional[str] = ..., phone_number: _Optional[str] = ..., reason: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reconsent_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Erasure(_message.Message):
    __slots__ = ("erasure_id", "state", "reason", "create_time", "start_time", "finish_time", "erased", "kept", "error")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Erasure.State]
        PENDING: _ClassVar[Erasure.State]
        RUNNING: _ClassVar[Erasure.State]
        DONE: _ClassVar[Erasure.State]
        FAILED: _ClassVar[Erasure.State]
    STATE_UNSPECIFIED: Erasure.State
    PENDING: Erasure.State
    RUNNING: Erasure.State
    DONE: Erasure.State
    FAILED: Erasure.State
    ERASURE_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    FINISH_TIME_FIELD_NUMBER: _ClassVar[int]
    ERASED_FIELD_NUMBER: _ClassVar[int]
    KEPT_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    erasure_id: str
    state: Erasure.State
    reason: str
    create_time: _timestamp_pb2.Timestamp
    start_time: _timestamp_pb2.Timestamp
    finish_time: _timestamp_pb2.Timestamp
    erased: ErasureCounts
    kept: _containers.RepeatedCompositeFieldContainer[KeptRecords]
    error: str
    def __init__(self, erasure_id: _Optional[str] = ..., state: _Optional[_Union[Erasure.State, str]] = ..., reason: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., finish_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., erased: _Optional[_Union[ErasureCounts, _Mapping]] = ..., kept: _Optional[_Iterable[_Union[KeptRecords, _Mapping]]] = ..., error: _Optional[str] = ...) -> None: ...

class ErasureCounts(_message.Message):
    __slots__ = ("calls", "recordings", "consents", "suppressions", "audit_payloads", "messages", "answers")
    CALLS_FIELD_NUMBER: _ClassVar[int]
    RECORDINGS_FIELD_NUMBER: _ClassVar[int]
    CONSENTS_FIELD_NUMBER: _ClassVar[int]
    SUPPRESSIONS_FIELD_NUMBER: _ClassVar[int]
    AUDIT_PAYLOADS_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    calls: int
    recordings: int
    consents: int
    suppressions: int
    audit_payloads: int
    messages: int
    answers: int
    def __init__(self, calls: _Optional[int] = ..., recordings: _Optional[int] = ..., consents: _Optional[int] = ..., suppressions: _Optional[int] = ..., audit_payloads: _Optional[int] = ..., messages: _Optional[int] = ..., answers: _Optional[int] = ...) -> None: ...

class KeptRecords(_message.Message):
    __slots__ = ("rule", "source", "calls", "until")
    RULE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    CALLS_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    rule: str
    source: str
    calls: int
    until: _timestamp_pb2.Timestamp
    def __init__(self, rule: _Optional[str] = ..., source: _Optional[str] = ..., calls: _Optional[int] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class A2pDeclaration(_message.Message):
    __slots__ = ("declaration_id", "first_number", "last_number", "acknowledgement", "start_time", "end_time", "create_time")
    DECLARATION_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_NUMBER_FIELD_NUMBER: _ClassVar[int]
    LAST_NUMBER_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGEMENT_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    declaration_id: str
    first_number: str
    last_number: str
    acknowledgement: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, declaration_id: _Optional[str] = ..., first_number: _Optional[str] = ..., last_number: _Optional[str] = ..., acknowledgement: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class AuditLog(_message.Message):
    __slots__ = ("epoch", "origin", "begin_time", "previous_epoch", "previous_size", "previous_root_hash", "follows_loss")
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    BEGIN_TIME_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_EPOCH_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_SIZE_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_ROOT_HASH_FIELD_NUMBER: _ClassVar[int]
    FOLLOWS_LOSS_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    origin: str
    begin_time: _timestamp_pb2.Timestamp
    previous_epoch: int
    previous_size: int
    previous_root_hash: bytes
    follows_loss: bool
    def __init__(self, epoch: _Optional[int] = ..., origin: _Optional[str] = ..., begin_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., previous_epoch: _Optional[int] = ..., previous_size: _Optional[int] = ..., previous_root_hash: _Optional[bytes] = ..., follows_loss: _Optional[bool] = ...) -> None: ...

class CallTemplate(_message.Message):
    __slots__ = ("template_id", "dlt_template_id", "call_class", "sector", "language", "content", "headers", "state", "create_time", "expire_time", "review_reason")
    class CallClass(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CALL_CLASS_UNSPECIFIED: _ClassVar[CallTemplate.CallClass]
        PROMOTIONAL: _ClassVar[CallTemplate.CallClass]
        SERVICE: _ClassVar[CallTemplate.CallClass]
        TRANSACTIONAL: _ClassVar[CallTemplate.CallClass]
    CALL_CLASS_UNSPECIFIED: CallTemplate.CallClass
    PROMOTIONAL: CallTemplate.CallClass
    SERVICE: CallTemplate.CallClass
    TRANSACTIONAL: CallTemplate.CallClass
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[CallTemplate.State]
        SUBMITTED: _ClassVar[CallTemplate.State]
        APPROVED: _ClassVar[CallTemplate.State]
        REJECTED: _ClassVar[CallTemplate.State]
        EXPIRED: _ClassVar[CallTemplate.State]
        SUSPENDED: _ClassVar[CallTemplate.State]
    STATE_UNSPECIFIED: CallTemplate.State
    SUBMITTED: CallTemplate.State
    APPROVED: CallTemplate.State
    REJECTED: CallTemplate.State
    EXPIRED: CallTemplate.State
    SUSPENDED: CallTemplate.State
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    DLT_TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    CALL_CLASS_FIELD_NUMBER: _ClassVar[int]
    SECTOR_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    HEADERS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    REVIEW_REASON_FIELD_NUMBER: _ClassVar[int]
    template_id: str
    dlt_template_id: str
    call_class: CallTemplate.CallClass
    sector: _accounts_pb2.Kyc.Sector
    language: str
    content: str
    headers: _containers.RepeatedScalarFieldContainer[str]
    state: CallTemplate.State
    create_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    review_reason: str
    def __init__(self, template_id: _Optional[str] = ..., dlt_template_id: _Optional[str] = ..., call_class: _Optional[_Union[CallTemplate.CallClass, str]] = ..., sector: _Optional[_Union[_accounts_pb2.Kyc.Sector, str]] = ..., language: _Optional[str] = ..., content: _Optional[str] = ..., headers: _Optional[_Iterable[str]] = ..., state: _Optional[_Union[CallTemplate.State, str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., review_reason: _Optional[str] = ...) -> None: ...

class AuditEntry(_message.Message):
    __slots__ = ("index", "time", "kind", "subject", "leaf_hash", "payload", "entry", "salt", "epoch")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    LEAF_HASH_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    SALT_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    index: int
    time: _timestamp_pb2.Timestamp
    kind: str
    subject: str
    leaf_hash: bytes
    payload: bytes
    entry: bytes
    salt: bytes
    epoch: int
    def __init__(self, index: _Optional[int] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., kind: _Optional[str] = ..., subject: _Optional[str] = ..., leaf_hash: _Optional[bytes] = ..., payload: _Optional[bytes] = ..., entry: _Optional[bytes] = ..., salt: _Optional[bytes] = ..., epoch: _Optional[int] = ...) -> None: ...

class AuditCheckpoint(_message.Message):
    __slots__ = ("note", "origin", "size", "root_hash", "verifier_key", "epoch")
    NOTE_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    ROOT_HASH_FIELD_NUMBER: _ClassVar[int]
    VERIFIER_KEY_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    note: str
    origin: str
    size: int
    root_hash: bytes
    verifier_key: str
    epoch: int
    def __init__(self, note: _Optional[str] = ..., origin: _Optional[str] = ..., size: _Optional[int] = ..., root_hash: _Optional[bytes] = ..., verifier_key: _Optional[str] = ..., epoch: _Optional[int] = ...) -> None: ...

class AuditConsistency(_message.Message):
    __slots__ = ("from_size", "to_size", "hashes")
    FROM_SIZE_FIELD_NUMBER: _ClassVar[int]
    TO_SIZE_FIELD_NUMBER: _ClassVar[int]
    HASHES_FIELD_NUMBER: _ClassVar[int]
    from_size: int
    to_size: int
    hashes: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, from_size: _Optional[int] = ..., to_size: _Optional[int] = ..., hashes: _Optional[_Iterable[bytes]] = ...) -> None: ...

class CheckCallRequest(_message.Message):
    __slots__ = ("agent_id", "phone_number", "time")
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    PHONE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    phone_number: str
    time: _timestamp_pb2.Timestamp
    def __init__(self, agent_id: _Optional[str] = ..., phone_number: _Optional[str] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetDecisionRequest(_message.Message):
    __slots__ = ("decision_id",)
    DECISION_ID_FIELD_NUMBER: _ClassVar[int]
    decision_id: str
    def __init__(self, decision_id: _Optional[str] = ...) -> None: ...

class ListDecisionsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "call_id", "verdict", "phone_number", "start_time", "end_time")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    CALL_ID_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    PHONE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    call_id: str
    verdict: Decision.Verdict
    phone_number: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., call_id: _Optional[str] = ..., verdict: _Optional[_Union[Decision.Verdict, str]] = ..., phone_number: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListDecisionsResponse(_message.Message):
    __slots__ = ("decisions", "next_page_token")
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    decisions: _containers.RepeatedCompositeFieldContainer[Decision]
    next_page_token: str
    def __init__(self, decisions: _Optional[_Iterable[_Union[Decision, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CreateConsentRequest(_message.Message):
    __slots__ = ("consent", "request_id")
    CONSENT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    consent: Consent
    request_id: str
    def __init__(self, consent: _Optional[_Union[Consent, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetConsentRequest(_message.Message):
    __slots__ = ("consent_id",)
    CONSENT_ID_FIELD_NUMBER: _ClassVar[int]
    consent_id: str
    def __init__(self, consent_id: _Optional[str] = ...) -> None: ...

class ListConsentsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "phone_number")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PHONE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    phone_number: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., phone_number: _Optional[str] = ...) -> None: ...

class ListConsentsResponse(_message.Message):
    __slots__ = ("consents", "next_page_token")
    CONSENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    consents: _containers.RepeatedCompositeFieldContainer[Consent]
    next_page_token: str
    def __init__(self, consents: _Optional[_Iterable[_Union[Consent, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WithdrawConsentRequest(_message.Message):
    __slots__ = ("consent_id", "request_id")
    CONSENT_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    consent_id: str
    request_id: str
    def __init__(self, consent_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateConsentFormRequest(_message.Message):
    __slots__ = ("consent_form", "request_id")
    CONSENT_FORM_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    consent_form: ConsentForm
    request_id: str
    def __init__(self, consent_form: _Optional[_Union[ConsentForm, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetConsentFormRequest(_message.Message):
    __slots__ = ("consent_form_id",)
    CONSENT_FORM_ID_FIELD_NUMBER: _ClassVar[int]
    consent_form_id: str
    def __init__(self, consent_form_id: _Optional[str] = ...) -> None: ...

class ListConsentFormsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "phone_number")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PHONE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    phone_number: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., phone_number: _Optional[str] = ...) -> None: ...

class ListConsentFormsResponse(_message.Message):
    __slots__ = ("consent_forms", "next_page_token")
    CONSENT_FORMS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    consent_forms: _containers.RepeatedCompositeFieldContainer[ConsentForm]
    next_page_token: str
    def __init__(self, consent_forms: _Optional[_Iterable[_Union[ConsentForm, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CreateSuppressionRequest(_message.Message):
    __slots__ = ("suppression", "request_id")
    SUPPRESSION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    suppression: Suppression
    request_id: str
    def __init__(self, suppression: _Optional[_Union[Suppression, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class ListSuppressionsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "phone_number")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PHONE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    phone_number: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., phone_number: _Optional[str] = ...) -> None: ...

class ListSuppressionsResponse(_message.Message):
    __slots__ = ("suppressions", "next_page_token")
    SUPPRESSIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    suppressions: _containers.RepeatedCompositeFieldContainer[Suppression]
    next_page_token: str
    def __init__(self, suppressions: _Optional[_Iterable[_Union[Suppression, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CreateErasureRequest(_message.Message):
    __slots__ = ("phone_number", "reason", "request_id", "recovery_calls", "hold_until")
    PHONE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RECOVERY_CALLS_FIELD_NUMBER: _ClassVar[int]
    HOLD_UNTIL_FIELD_NUMBER: _ClassVar[int]
    phone_number: str
    reason: str
    request_id: str
    recovery_calls: bool
    hold_until: _timestamp_pb2.Timestamp
    def __init__(self, phone_number: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ..., recovery_calls: _Optional[bool] = ..., hold_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetErasureRequest(_message.Message):
    __slots__ = ("erasure_id",)
    ERASURE_ID_FIELD_NUMBER: _ClassVar[int]
    erasure_id: str
    def __init__(self, erasure_id: _Optional[str] = ...) -> None: ...

class ListErasuresRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class CreateA2pDeclarationRequest(_message.Message):
    __slots__ = ("declaration", "request_id")
    DECLARATION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    declaration: A2pDeclaration
    request_id: str
    def __init__(self, declaration: _Optional[_Union[A2pDeclaration, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class ListA2pDeclarationsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListErasuresResponse(_message.Message):
    __slots__ = ("erasures", "next_page_token")
    ERASURES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    erasures: _containers.RepeatedCompositeFieldContainer[Erasure]
    next_page_token: str
    def __init__(self, erasures: _Optional[_Iterable[_Union[Erasure, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListA2pDeclarationsResponse(_message.Message):
    __slots__ = ("declarations", "next_page_token")
    DECLARATIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    declarations: _containers.RepeatedCompositeFieldContainer[A2pDeclaration]
    next_page_token: str
    def __init__(self, declarations: _Optional[_Iterable[_Union[A2pDeclaration, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DeleteA2pDeclarationRequest(_message.Message):
    __slots__ = ("declaration_id", "request_id")
    DECLARATION_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    declaration_id: str
    request_id: str
    def __init__(self, declaration_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ListAuditLogsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAuditLogsResponse(_message.Message):
    __slots__ = ("logs", "next_page_token")
    LOGS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    logs: _containers.RepeatedCompositeFieldContainer[AuditLog]
    next_page_token: str
    def __init__(self, logs: _Optional[_Iterable[_Union[AuditLog, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CreateCallTemplateRequest(_message.Message):
    __slots__ = ("template", "request_id")
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    template: CallTemplate
    request_id: str
    def __init__(self, template: _Optional[_Union[CallTemplate, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetCallTemplateRequest(_message.Message):
    __slots__ = ("template_id",)
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    template_id: str
    def __init__(self, template_id: _Optional[str] = ...) -> None: ...

class ListCallTemplatesRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCallTemplatesResponse(_message.Message):
    __slots__ = ("templates", "next_page_token")
    TEMPLATES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    templates: _containers.RepeatedCompositeFieldContainer[CallTemplate]
    next_page_token: str
    def __init__(self, templates: _Optional[_Iterable[_Union[CallTemplate, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DeleteCallTemplateRequest(_message.Message):
    __slots__ = ("template_id", "request_id")
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    template_id: str
    request_id: str
    def __init__(self, template_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ListAuditEntriesRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "subject", "epoch", "order_by")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    subject: str
    epoch: int
    order_by: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., subject: _Optional[str] = ..., epoch: _Optional[int] = ..., order_by: _Optional[str] = ...) -> None: ...

class ListAuditEntriesResponse(_message.Message):
    __slots__ = ("entries", "next_page_token")
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[AuditEntry]
    next_page_token: str
    def __init__(self, entries: _Optional[_Iterable[_Union[AuditEntry, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetAuditEntryRequest(_message.Message):
    __slots__ = ("index", "tree_size", "epoch")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    TREE_SIZE_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    index: int
    tree_size: int
    epoch: int
    def __init__(self, index: _Optional[int] = ..., tree_size: _Optional[int] = ..., epoch: _Optional[int] = ...) -> None: ...

class GetAuditEntryResponse(_message.Message):
    __slots__ = ("entry", "tree_size", "hashes")
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    TREE_SIZE_FIELD_NUMBER: _ClassVar[int]
    HASHES_FIELD_NUMBER: _ClassVar[int]
    entry: AuditEntry
    tree_size: int
    hashes: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, entry: _Optional[_Union[AuditEntry, _Mapping]] = ..., tree_size: _Optional[int] = ..., hashes: _Optional[_Iterable[bytes]] = ...) -> None: ...

class GetAuditCheckpointRequest(_message.Message):
    __slots__ = ("epoch",)
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    def __init__(self, epoch: _Optional[int] = ...) -> None: ...

class GetAuditConsistencyRequest(_message.Message):
    __slots__ = ("from_size", "to_size", "epoch")
    FROM_SIZE_FIELD_NUMBER: _ClassVar[int]
    TO_SIZE_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    from_size: int
    to_size: int
    epoch: int
    def __init__(self, from_size: _Optional[int] = ..., to_size: _Optional[int] = ..., epoch: _Optional[int] = ...) -> None: ...
