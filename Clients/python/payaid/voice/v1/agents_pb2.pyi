import datetime

from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import empty_pb2 as _empty_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CallPurpose(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CALL_PURPOSE_UNSPECIFIED: _ClassVar[CallPurpose]
    CALL_PURPOSE_TRANSACTIONAL: _ClassVar[CallPurpose]
    CALL_PURPOSE_SERVICE: _ClassVar[CallPurpose]
    CALL_PURPOSE_SERVICE_EXPLICIT: _ClassVar[CallPurpose]
    CALL_PURPOSE_PROMOTIONAL: _ClassVar[CallPurpose]
    CALL_PURPOSE_RECOVERY: _ClassVar[CallPurpose]
CALL_PURPOSE_UNSPECIFIED: CallPurpose
CALL_PURPOSE_TRANSACTIONAL: CallPurpose
CALL_PURPOSE_SERVICE: CallPurpose
CALL_PURPOSE_SERVICE_EXPLICIT: CallPurpose
CALL_PURPOSE_PROMOTIONAL: CallPurpose
CALL_PURPOSE_RECOVERY: CallPurpose

class Agent(_message.Message):
    __slots__ = ("agent_id", "name", "language", "voice_id", "system_prompt", "phone_number", "state", "greeting", "first_speaker", "turn_taking", "max_duration", "tools", "model", "labels", "purpose", "recording_enabled", "create_time", "update_time", "etag", "publishing", "published_version", "has_draft_changes", "variables", "fallback_voice_ids", "language_settings", "farewell", "webhook_url", "may_end_call", "recording_consent", "call_template_ids")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Agent.State]
        ACTIVE: _ClassVar[Agent.State]
        PAUSED: _ClassVar[Agent.State]
        DELETED: _ClassVar[Agent.State]
    STATE_UNSPECIFIED: Agent.State
    ACTIVE: Agent.State
    PAUSED: Agent.State
    DELETED: Agent.State
    class FirstSpeaker(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        FIRST_SPEAKER_UNSPECIFIED: _ClassVar[Agent.FirstSpeaker]
        AGENT: _ClassVar[Agent.FirstSpeaker]
        CALLER: _ClassVar[Agent.FirstSpeaker]
    FIRST_SPEAKER_UNSPECIFIED: Agent.FirstSpeaker
    AGENT: Agent.FirstSpeaker
    CALLER: Agent.FirstSpeaker
    class Publishing(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        PUBLISHING_UNSPECIFIED: _ClassVar[Agent.Publishing]
        AUTOMATIC: _ClassVar[Agent.Publishing]
        MANUAL: _ClassVar[Agent.Publishing]
    PUBLISHING_UNSPECIFIED: Agent.Publishing
    AUTOMATIC: Agent.Publishing
    MANUAL: Agent.Publishing
    class RecordingConsent(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        RECORDING_CONSENT_UNSPECIFIED: _ClassVar[Agent.RecordingConsent]
        NOTICE: _ClassVar[Agent.RecordingConsent]
        ASK: _ClassVar[Agent.RecordingConsent]
    RECORDING_CONSENT_UNSPECIFIED: Agent.RecordingConsent
    NOTICE: Agent.RecordingConsent
    ASK: Agent.RecordingConsent
    class LabelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class LanguageSettingsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: LanguageSettings
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[LanguageSettings, _Mapping]] = ...) -> None: ...
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    VOICE_ID_FIELD_NUMBER: _ClassVar[int]
    SYSTEM_PROMPT_FIELD_NUMBER: _ClassVar[int]
    PHONE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    GREETING_FIELD_NUMBER: _ClassVar[int]
    FIRST_SPEAKER_FIELD_NUMBER: _ClassVar[int]
    TURN_TAKING_FIELD_NUMBER: _ClassVar[int]
    MAX_DURATION_FIELD_NUMBER: _ClassVar[int]
    TOOLS_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    RECORDING_ENABLED_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    PUBLISHING_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_VERSION_FIELD_NUMBER: _ClassVar[int]
    HAS_DRAFT_CHANGES_FIELD_NUMBER: _ClassVar[int]
    VARIABLES_FIELD_NUMBER: _ClassVar[int]
    FALLBACK_VOICE_IDS_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_SETTINGS_FIELD_NUMBER: _ClassVar[int]
    FAREWELL_FIELD_NUMBER: _ClassVar[int]
    WEBHOOK_URL_FIELD_NUMBER: _ClassVar[int]
    MAY_END_CALL_FIELD_NUMBER: _ClassVar[int]
    RECORDING_CONSENT_FIELD_NUMBER: _ClassVar[int]
    CALL_TEMPLATE_IDS_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    name: str
    language: str
    voice_id: str
    system_prompt: str
    phone_number: str
    state: Agent.State
    greeting: str
    first_speaker: Agent.FirstSpeaker
    turn_taking: TurnTaking
    max_duration: _duration_pb2.Duration
    tools: _containers.RepeatedCompositeFieldContainer[Tool]
    model: ModelSettings
    labels: _containers.ScalarMap[str, str]
    purpose: CallPurpose
    recording_enabled: bool
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    publishing: Agent.Publishing
    published_version: int
    has_draft_changes: bool
    variables: _containers.RepeatedCompositeFieldContainer[TemplateVariable]
    fallback_voice_ids: _containers.RepeatedScalarFieldContainer[str]
    language_settings: _containers.MessageMap[str, LanguageSettings]
    farewell: str
    webhook_url: str
    may_end_call: bool
    recording_consent: Agent.RecordingConsent
    call_template_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, agent_id: _Optional[str] = ..., name: _Optional[str] = ..., language: _Optional[str] = ..., voice_id: _Optional[str] = ..., system_prompt: _Optional[str] = ..., phone_number: _Optional[str] = ..., state: _Optional[_Union[Agent.State, str]] = ..., greeting: _Optional[str] = ..., first_speaker: _Optional[_Union[Agent.FirstSpeaker, str]] = ..., turn_taking: _Optional[_Union[TurnTaking, _Mapping]] = ..., max_duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., tools: _Optional[_Iterable[_Union[Tool, _Mapping]]] = ..., model: _Optional[_Union[ModelSettings, _Mapping]] = ..., labels: _Optional[_Mapping[str, str]] = ..., purpose: _Optional[_Union[CallPurpose, str]] = ..., recording_enabled: _Optional[bool] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ..., publishing: _Optional[_Union[Agent.Publishing, str]] = ..., published_version: _Optional[int] = ..., has_draft_changes: _Optional[bool] = ..., variables: _Optional[_Iterable[_Union[TemplateVariable, _Mapping]]] = ..., fallback_voice_ids: _Optional[_Iterable[str]] = ..., language_settings: _Optional[_Mapping[str, LanguageSettings]] = ..., farewell: _Optional[str] = ..., webhook_url: _Optional[str] = ..., may_end_call: _Optional[bool] = ..., recording_consent: _Optional[_Union[Agent.RecordingConsent, str]] = ..., call_template_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class TemplateVariable(_message.Message):
    __slots__ = ("name", "type", "required", "default_value", "description")
    class Type(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        TYPE_UNSPECIFIED: _ClassVar[TemplateVariable.Type]
        STRING: _ClassVar[TemplateVariable.Type]
        NUMBER: _ClassVar[TemplateVariable.Type]
        BOOLEAN: _ClassVar[TemplateVariable.Type]
        DATE: _ClassVar[TemplateVariable.Type]
    TYPE_UNSPECIFIED: TemplateVariable.Type
    STRING: TemplateVariable.Type
    NUMBER: TemplateVariable.Type
    BOOLEAN: TemplateVariable.Type
    DATE: TemplateVariable.Type
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_VALUE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    name: str
    type: TemplateVariable.Type
    required: bool
    default_value: str
    description: str
    def __init__(self, name: _Optional[str] = ..., type: _Optional[_Union[TemplateVariable.Type, str]] = ..., required: _Optional[bool] = ..., default_value: _Optional[str] = ..., description: _Optional[str] = ...) -> None: ...

class LanguageSettings(_message.Message):
    __slots__ = ("voice_id", "fallback_voice_ids", "greeting", "farewell")
    VOICE_ID_FIELD_NUMBER: _ClassVar[int]
    FALLBACK_VOICE_IDS_FIELD_NUMBER: _ClassVar[int]
    GREETING_FIELD_NUMBER: _ClassVar[int]
    FAREWELL_FIELD_NUMBER: _ClassVar[int]
    voice_id: str
    fallback_voice_ids: _containers.RepeatedScalarFieldContainer[str]
    greeting: str
    farewell: str
    def __init__(self, voice_id: _Optional[str] = ..., fallback_voice_ids: _Optional[_Iterable[str]] = ..., greeting: _Optional[str] = ..., farewell: _Optional[str] = ...) -> None: ...

class AgentVersion(_message.Message):
    __slots__ = ("agent_id", "version", "agent", "description", "author", "create_time", "restored_from", "published")
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    RESTORED_FROM_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    version: int
    agent: Agent
    description: str
    author: str
    create_time: _timestamp_pb2.Timestamp
    restored_from: int
    published: bool
    def __init__(self, agent_id: _Optional[str] = ..., version: _Optional[int] = ..., agent: _Optional[_Union[Agent, _Mapping]] = ..., description: _Optional[str] = ..., author: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., restored_from: _Optional[int] = ..., published: _Optional[bool] = ...) -> None: ...

class TurnTaking(_message.Message):
    __slots__ = ("end_of_turn_silence", "interruptions_disabled", "idle_timeout", "preset", "interruption_speech", "interruption_sensitivity", "idle_prompts", "idle_message")
    class Preset(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        PRESET_UNSPECIFIED: _ClassVar[TurnTaking.Preset]
        BALANCED: _ClassVar[TurnTaking.Preset]
        PATIENT: _ClassVar[TurnTaking.Preset]
        SNAPPY: _ClassVar[TurnTaking.Preset]
    PRESET_UNSPECIFIED: TurnTaking.Preset
    BALANCED: TurnTaking.Preset
    PATIENT: TurnTaking.Preset
    SNAPPY: TurnTaking.Preset
    class Sensitivity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        SENSITIVITY_UNSPECIFIED: _ClassVar[TurnTaking.Sensitivity]
        LOW: _ClassVar[TurnTaking.Sensitivity]
        HIGH: _ClassVar[TurnTaking.Sensitivity]
    SENSITIVITY_UNSPECIFIED: TurnTaking.Sensitivity
    LOW: TurnTaking.Sensitivity
    HIGH: TurnTaking.Sensitivity
    END_OF_TURN_SILENCE_FIELD_NUMBER: _ClassVar[int]
    INTERRUPTIONS_DISABLED_FIELD_NUMBER: _ClassVar[int]
    IDLE_TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    PRESET_FIELD_NUMBER: _ClassVar[int]
    INTERRUPTION_SPEECH_FIELD_NUMBER: _ClassVar[int]
    INTERRUPTION_SENSITIVITY_FIELD_NUMBER: _ClassVar[int]
    IDLE_PROMPTS_FIELD_NUMBER: _ClassVar[int]
    IDLE_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    end_of_turn_silence: _duration_pb2.Duration
    interruptions_disabled: bool
    idle_timeout: _duration_pb2.Duration
    preset: TurnTaking.Preset
    interruption_speech: _duration_pb2.Duration
    interruption_sensitivity: TurnTaking.Sensitivity
    idle_prompts: int
    idle_message: str
    def __init__(self, end_of_turn_silence: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., interruptions_disabled: _Optional[bool] = ..., idle_timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., preset: _Optional[_Union[TurnTaking.Preset, str]] = ..., interruption_speech: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., interruption_sensitivity: _Optional[_Union[TurnTaking.Sensitivity, str]] = ..., idle_prompts: _Optional[int] = ..., idle_message: _Optional[str] = ...) -> None: ...

class Tool(_message.Message):
    __slots__ = ("name", "description", "parameters", "url", "timeout", "headers", "secret_headers")
    class HeadersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class SecretHeadersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    HEADERS_FIELD_NUMBER: _ClassVar[int]
    SECRET_HEADERS_FIELD_NUMBER: _ClassVar[int]
    name: str
    description: str
    parameters: _struct_pb2.Struct
    url: str
    timeout: _duration_pb2.Duration
    headers: _containers.ScalarMap[str, str]
    secret_headers: _containers.ScalarMap[str, str]
    def __init__(self, name: _Optional[str] = ..., description: _Optional[str] = ..., parameters: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., url: _Optional[str] = ..., timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., headers: _Optional[_Mapping[str, str]] = ..., secret_headers: _Optional[_Mapping[str, str]] = ...) -> None: ...

class ModelSettings(_message.Message):
    __slots__ = ("name", "temperature", "max_output_tokens", "engine")
    class Engine(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ENGINE_UNSPECIFIED: _ClassVar[ModelSettings.Engine]
        LIVE: _ClassVar[ModelSettings.Engine]
        CASCADE: _ClassVar[ModelSettings.Engine]
    ENGINE_UNSPECIFIED: ModelSettings.Engine
    LIVE: ModelSettings.Engine
    CASCADE: ModelSettings.Engine
    NAME_FIELD_NUMBER: _ClassVar[int]
    TEMPERATURE_FIELD_NUMBER: _ClassVar[int]
    MAX_OUTPUT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    ENGINE_FIELD_NUMBER: _ClassVar[int]
    name: str
    temperature: float
    max_output_tokens: int
    engine: ModelSettings.Engine
    def __init__(self, name: _Optional[str] = ..., temperature: _Optional[float] = ..., max_output_tokens: _Optional[int] = ..., engine: _Optional[_Union[ModelSettings.Engine, str]] = ...) -> None: ...

class Voice(_message.Message):
    __slots__ = ("voice_id", "languages", "provider")
    VOICE_ID_FIELD_NUMBER: _ClassVar[int]
    LANGUAGES_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    voice_id: str
    languages: _containers.RepeatedScalarFieldContainer[str]
    provider: str
    def __init__(self, voice_id: _Optional[str] = ..., languages: _Optional[_Iterable[str]] = ..., provider: _Optional[str] = ...) -> None: ...

class CreateAgentRequest(_message.Message):
    __slots__ = ("agent", "request_id")
    AGENT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    agent: Agent
    request_id: str
    def __init__(self, agent: _Optional[_Union[Agent, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetAgentRequest(_message.Message):
    __slots__ = ("agent_id",)
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    def __init__(self, agent_id: _Optional[str] = ...) -> None: ...

class ListAgentsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "language", "show_deleted", "filter", "order_by")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    SHOW_DELETED_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    language: str
    show_deleted: bool
    filter: str
    order_by: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., language: _Optional[str] = ..., show_deleted: _Optional[bool] = ..., filter: _Optional[str] = ..., order_by: _Optional[str] = ...) -> None: ...

class ListAgentsResponse(_message.Message):
    __slots__ = ("agents", "next_page_token")
    AGENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    agents: _containers.RepeatedCompositeFieldContainer[Agent]
    next_page_token: str
    def __init__(self, agents: _Optional[_Iterable[_Union[Agent, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateAgentRequest(_message.Message):
    __slots__ = ("agent", "update_mask", "request_id")
    AGENT_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    agent: Agent
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, agent: _Optional[_Union[Agent, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class ReplaceAgentRequest(_message.Message):
    __slots__ = ("agent", "request_id")
    AGENT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    agent: Agent
    request_id: str
    def __init__(self, agent: _Optional[_Union[Agent, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteAgentRequest(_message.Message):
    __slots__ = ("agent_id", "etag", "request_id")
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    etag: str
    request_id: str
    def __init__(self, agent_id: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class PublishAgentRequest(_message.Message):
    __slots__ = ("agent_id", "description", "etag", "request_id")
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    description: str
    etag: str
    request_id: str
    def __init__(self, agent_id: _Optional[str] = ..., description: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ListAgentVersionsRequest(_message.Message):
    __slots__ = ("agent_id", "page_size", "page_token")
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    page_size: int
    page_token: str
    def __init__(self, agent_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAgentVersionsResponse(_message.Message):
    __slots__ = ("versions", "next_page_token")
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    versions: _containers.RepeatedCompositeFieldContainer[AgentVersion]
    next_page_token: str
    def __init__(self, versions: _Optional[_Iterable[_Union[AgentVersion, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetAgentVersionRequest(_message.Message):
    __slots__ = ("agent_id", "version")
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    version: int
    def __init__(self, agent_id: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class RollbackAgentRequest(_message.Message):
    __slots__ = ("agent_id", "version", "description", "etag", "request_id")
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    version: int
    description: str
    etag: str
    request_id: str
    def __init__(self, agent_id: _Optional[str] = ..., version: _Optional[int] = ..., description: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ListVoicesRequest(_message.Message):
    __slots__ = ("language",)
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    language: str
    def __init__(self, language: _Optional[str] = ...) -> None: ...

class ListVoicesResponse(_message.Message):
    __slots__ = ("voices",)
    VOICES_FIELD_NUMBER: _ClassVar[int]
    voices: _containers.RepeatedCompositeFieldContainer[Voice]
    def __init__(self, voices: _Optional[_Iterable[_Union[Voice, _Mapping]]] = ...) -> None: ...
