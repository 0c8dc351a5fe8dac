import datetime

from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import httpbody_pb2 as _httpbody_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import money_pb2 as _money_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RecordingAnswer(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RECORDING_ANSWER_UNSPECIFIED: _ClassVar[RecordingAnswer]
    RECORDING_ANSWER_GRANTED: _ClassVar[RecordingAnswer]
    RECORDING_ANSWER_REFUSED: _ClassVar[RecordingAnswer]
    RECORDING_ANSWER_UNANSWERED: _ClassVar[RecordingAnswer]

class Sentiment(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SENTIMENT_UNSPECIFIED: _ClassVar[Sentiment]
    SENTIMENT_POSITIVE: _ClassVar[Sentiment]
    SENTIMENT_NEUTRAL: _ClassVar[Sentiment]
    SENTIMENT_NEGATIVE: _ClassVar[Sentiment]
RECORDING_ANSWER_UNSPECIFIED: RecordingAnswer
RECORDING_ANSWER_GRANTED: RecordingAnswer
RECORDING_ANSWER_REFUSED: RecordingAnswer
RECORDING_ANSWER_UNANSWERED: RecordingAnswer
SENTIMENT_UNSPECIFIED: Sentiment
SENTIMENT_POSITIVE: Sentiment
SENTIMENT_NEUTRAL: Sentiment
SENTIMENT_NEGATIVE: Sentiment

class Call(_message.Message):
    __slots__ = ("call_id", "agent_id", "phone_number", "caller_id", "variables", "metadata", "webhook_url", "state", "direction", "end_reason", "language", "create_time", "answer_time", "end_time", "duration", "cost", "transcript", "quality", "recording_available", "decision_id", "sentiment", "etag", "agent_version", "tool_executions", "analysis", "recording_answer")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Call.State]
        QUEUED: _ClassVar[Call.State]
        BLOCKED: _ClassVar[Call.State]
        DIALING: _ClassVar[Call.State]
        RINGING: _ClassVar[Call.State]
        IN_PROGRESS: _ClassVar[Call.State]
        COMPLETED: _ClassVar[Call.State]
        FAILED: _ClassVar[Call.State]
        BUSY: _ClassVar[Call.State]
        NO_ANSWER: _ClassVar[Call.State]
        CANCELED: _ClassVar[Call.State]
    STATE_UNSPECIFIED: Call.State
    QUEUED: Call.State
    BLOCKED: Call.State
    DIALING: Call.State
    RINGING: Call.State
    IN_PROGRESS: Call.State
    COMPLETED: Call.State
    FAILED: Call.State
    BUSY: Call.State
    NO_ANSWER: Call.State
    CANCELED: Call.State
    class Direction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        DIRECTION_UNSPECIFIED: _ClassVar[Call.Direction]
        OUTBOUND: _ClassVar[Call.Direction]
        INBOUND: _ClassVar[Call.Direction]
        LIVE: _ClassVar[Call.Direction]
    DIRECTION_UNSPECIFIED: Call.Direction
    OUTBOUND: Call.Direction
    INBOUND: Call.Direction
    LIVE: Call.Direction
    class VariablesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    CALL_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    PHONE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    CALLER_ID_FIELD_NUMBER: _ClassVar[int]
    VARIABLES_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    WEBHOOK_URL_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    END_REASON_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ANSWER_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    TRANSCRIPT_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    RECORDING_AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    DECISION_ID_FIELD_NUMBER: _ClassVar[int]
    SENTIMENT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    AGENT_VERSION_FIELD_NUMBER: _ClassVar[int]
    TOOL_EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    ANALYSIS_FIELD_NUMBER: _ClassVar[int]
    RECORDING_ANSWER_FIELD_NUMBER: _ClassVar[int]
    call_id: str
    agent_id: str
    phone_number: str
    caller_id: str
    variables: _containers.ScalarMap[str, str]
    metadata: _struct_pb2.Struct
    webhook_url: str
    state: Call.State
    direction: Call.Direction
    end_reason: str
    language: str
    create_time: _timestamp_pb2.Timestamp
    answer_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    duration: _duration_pb2.Duration
    cost: CallCost
    transcript: _containers.RepeatedCompositeFieldContainer[TranscriptEntry]
    quality: CallQuality
    recording_available: bool
    decision_id: str
    sentiment: Sentiment
    etag: str
    agent_version: int
    tool_executions: _containers.RepeatedCompositeFieldContainer[ToolExecution]
    analysis: CallAnalysis
    recording_answer: RecordingAnswer
    def __init__(self, call_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., phone_number: _Optional[str] = ..., caller_id: _Optional[str] = ..., variables: _Optional[_Mapping[str, str]] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., webhook_url: _Optional[str] = ..., state: _Optional[_Union[Call.State, str]] = ..., direction: _Optional[_Union[Call.Direction, str]] = ..., end_reason: _Optional[str] = ..., language: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., answer_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., cost: _Optional[_Union[CallCost, _Mapping]] = ..., transcript: _Optional[_Iterable[_Union[TranscriptEntry, _Mapping]]] = ..., quality: _Optional[_Union[CallQuality, _Mapping]] = ..., recording_available: _Optional[bool] = ..., decision_id: _Optional[str] = ..., sentiment: _Optional[_Union[Sentiment, str]] = ..., etag: _Optional[str] = ..., agent_version: _Optional[int] = ..., tool_executions: _Optional[_Iterable[_Union[ToolExecution, _Mapping]]] = ..., analysis: _Optional[_Union[CallAnalysis, _Mapping]] = ..., recording_answer: _Optional[_Union[RecordingAnswer, str]] = ...) -> None: ...

class CallAnalysis(_message.Message):
    __slots__ = ("summary", "sentiment_score", "action_items", "model", "analyze_time")
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    SENTIMENT_SCORE_FIELD_NUMBER: _ClassVar[int]
    ACTION_ITEMS_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    ANALYZE_TIME_FIELD_NUMBER: _ClassVar[int]
    summary: str
    sentiment_score: float
    action_items: _containers.RepeatedScalarFieldContainer[str]
    model: str
    analyze_time: _timestamp_pb2.Timestamp
    def __init__(self, summary: _Optional[str] = ..., sentiment_score: _Optional[float] = ..., action_items: _Optional[_Iterable[str]] = ..., model: _Optional[str] = ..., analyze_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CallCost(_message.Message):
    __slots__ = ("total", "telephony", "model", "settled")
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    TELEPHONY_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    SETTLED_FIELD_NUMBER: _ClassVar[int]
    total: _money_pb2.Money
    telephony: _money_pb2.Money
    model: _money_pb2.Money
    settled: bool
    def __init__(self, total: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., telephony: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., model: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., settled: _Optional[bool] = ...) -> None: ...

class TranscriptEntry(_message.Message):
    __slots__ = ("speaker", "text", "offset", "interrupted", "reply_latency", "confidence", "language")
    class Speaker(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        SPEAKER_UNSPECIFIED: _ClassVar[TranscriptEntry.Speaker]
        CALLER: _ClassVar[TranscriptEntry.Speaker]
        AGENT: _ClassVar[TranscriptEntry.Speaker]
    SPEAKER_UNSPECIFIED: TranscriptEntry.Speaker
    CALLER: TranscriptEntry.Speaker
    AGENT: TranscriptEntry.Speaker
    SPEAKER_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    INTERRUPTED_FIELD_NUMBER: _ClassVar[int]
    REPLY_LATENCY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    speaker: TranscriptEntry.Speaker
    text: str
    offset: _duration_pb2.Duration
    interrupted: bool
    reply_latency: _duration_pb2.Duration
    confidence: float
    language: str
    def __init__(self, speaker: _Optional[_Union[TranscriptEntry.Speaker, str]] = ..., text: _Optional[str] = ..., offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., interrupted: _Optional[bool] = ..., reply_latency: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., confidence: _Optional[float] = ..., language: _Optional[str] = ...) -> None: ...

class ToolExecution(_message.Message):
    __slots__ = ("tool", "tool_call_id", "succeeded", "failure", "duration", "time")
    TOOL_FIELD_NUMBER: _ClassVar[int]
    TOOL_CALL_ID_FIELD_NUMBER: _ClassVar[int]
    SUCCEEDED_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    tool: str
    tool_call_id: str
    succeeded: bool
    failure: str
    duration: _duration_pb2.Duration
    time: _timestamp_pb2.Timestamp
    def __init__(self, tool: _Optional[str] = ..., tool_call_id: _Optional[str] = ..., succeeded: _Optional[bool] = ..., failure: _Optional[str] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CallQuality(_message.Message):
    __slots__ = ("reply_latency_p50", "reply_latency_p95", "server_latency_p95", "interruptions", "watchdog_trips", "recognition_confidence")
    REPLY_LATENCY_P50_FIELD_NUMBER: _ClassVar[int]
    REPLY_LATENCY_P95_FIELD_NUMBER: _ClassVar[int]
    SERVER_LATENCY_P95_FIELD_NUMBER: _ClassVar[int]
    INTERRUPTIONS_FIELD_NUMBER: _ClassVar[int]
    WATCHDOG_TRIPS_FIELD_NUMBER: _ClassVar[int]
    RECOGNITION_CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    reply_latency_p50: _duration_pb2.Duration
    reply_latency_p95: _duration_pb2.Duration
    server_latency_p95: _duration_pb2.Duration
    interruptions: int
    watchdog_trips: int
    recognition_confidence: float
    def __init__(self, reply_latency_p50: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., reply_latency_p95: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., server_latency_p95: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., interruptions: _Optional[int] = ..., watchdog_trips: _Optional[int] = ..., recognition_confidence: _Optional[float] = ...) -> None: ...

class CallEvent(_message.Message):
    __slots__ = ("sequence", "time", "call", "transcript")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    CALL_FIELD_NUMBER: _ClassVar[int]
    TRANSCRIPT_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    time: _timestamp_pb2.Timestamp
    call: Call
    transcript: TranscriptEntry
    def __init__(self, sequence: _Optional[int] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., call: _Optional[_Union[Call, _Mapping]] = ..., transcript: _Optional[_Union[TranscriptEntry, _Mapping]] = ...) -> None: ...

class CreateCallRequest(_message.Message):
    __slots__ = ("call", "request_id")
    CALL_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    call: Call
    request_id: str
    def __init__(self, call: _Optional[_Union[Call, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetCallRequest(_message.Message):
    __slots__ = ("call_id",)
    CALL_ID_FIELD_NUMBER: _ClassVar[int]
    call_id: str
    def __init__(self, call_id: _Optional[str] = ...) -> None: ...

class ListCallsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "agent_id", "state", "start_time", "end_time")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    agent_id: str
    state: Call.State
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., agent_id: _Optional[str] = ..., state: _Optional[_Union[Call.State, str]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListCallsResponse(_message.Message):
    __slots__ = ("calls", "next_page_token")
    CALLS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    calls: _containers.RepeatedCompositeFieldContainer[Call]
    next_page_token: str
    def __init__(self, calls: _Optional[_Iterable[_Union[Call, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class EndCallRequest(_message.Message):
    __slots__ = ("call_id", "request_id")
    CALL_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    call_id: str
    request_id: str
    def __init__(self, call_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class WatchCallRequest(_message.Message):
    __slots__ = ("call_id", "after_sequence")
    CALL_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    call_id: str
    after_sequence: int
    def __init__(self, call_id: _Optional[str] = ..., after_sequence: _Optional[int] = ...) -> None: ...

class GetRecordingRequest(_message.Message):
    __slots__ = ("call_id",)
    CALL_ID_FIELD_NUMBER: _ClassVar[int]
    call_id: str
    def __init__(self, call_id: _Optional[str] = ...) -> None: ...
