import datetime

from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.rpc import status_pb2 as _status_pb2
from payaid.voice.v1 import calls_pb2 as _calls_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ClientFrame(_message.Message):
    __slots__ = ("start", "audio", "dtmf", "mark_played")
    START_FIELD_NUMBER: _ClassVar[int]
    AUDIO_FIELD_NUMBER: _ClassVar[int]
    DTMF_FIELD_NUMBER: _ClassVar[int]
    MARK_PLAYED_FIELD_NUMBER: _ClassVar[int]
    start: LiveStart
    audio: AudioFrame
    dtmf: str
    mark_played: str
    def __init__(self, start: _Optional[_Union[LiveStart, _Mapping]] = ..., audio: _Optional[_Union[AudioFrame, _Mapping]] = ..., dtmf: _Optional[str] = ..., mark_played: _Optional[str] = ...) -> None: ...

class ServerFrame(_message.Message):
    __slots__ = ("started", "audio", "transcript", "interrupted", "mark", "ended")
    STARTED_FIELD_NUMBER: _ClassVar[int]
    AUDIO_FIELD_NUMBER: _ClassVar[int]
    TRANSCRIPT_FIELD_NUMBER: _ClassVar[int]
    INTERRUPTED_FIELD_NUMBER: _ClassVar[int]
    MARK_FIELD_NUMBER: _ClassVar[int]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    started: LiveStarted
    audio: AudioFrame
    transcript: _calls_pb2.TranscriptEntry
    interrupted: Interrupted
    mark: str
    ended: LiveEnded
    def __init__(self, started: _Optional[_Union[LiveStarted, _Mapping]] = ..., audio: _Optional[_Union[AudioFrame, _Mapping]] = ..., transcript: _Optional[_Union[_calls_pb2.TranscriptEntry, _Mapping]] = ..., interrupted: _Optional[_Union[Interrupted, _Mapping]] = ..., mark: _Optional[str] = ..., ended: _Optional[_Union[LiveEnded, _Mapping]] = ...) -> None: ...

class LiveStart(_message.Message):
    __slots__ = ("agent_id", "sample_rate_hertz", "variables", "agent_version", "draft", "language")
    class VariablesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_RATE_HERTZ_FIELD_NUMBER: _ClassVar[int]
    VARIABLES_FIELD_NUMBER: _ClassVar[int]
    AGENT_VERSION_FIELD_NUMBER: _ClassVar[int]
    DRAFT_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    sample_rate_hertz: int
    variables: _containers.ScalarMap[str, str]
    agent_version: int
    draft: bool
    language: str
    def __init__(self, agent_id: _Optional[str] = ..., sample_rate_hertz: _Optional[int] = ..., variables: _Optional[_Mapping[str, str]] = ..., agent_version: _Optional[int] = ..., draft: _Optional[bool] = ..., language: _Optional[str] = ...) -> None: ...

class LiveStarted(_message.Message):
    __slots__ = ("call_id", "sample_rate_hertz")
    CALL_ID_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_RATE_HERTZ_FIELD_NUMBER: _ClassVar[int]
    call_id: str
    sample_rate_hertz: int
    def __init__(self, call_id: _Optional[str] = ..., sample_rate_hertz: _Optional[int] = ...) -> None: ...

class AudioFrame(_message.Message):
    __slots__ = ("pcm", "sequence", "offset")
    PCM_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    pcm: bytes
    sequence: int
    offset: _duration_pb2.Duration
    def __init__(self, pcm: _Optional[bytes] = ..., sequence: _Optional[int] = ..., offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class Interrupted(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class LiveEnded(_message.Message):
    __slots__ = ("call", "error")
    CALL_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    call: _calls_pb2.Call
    error: _status_pb2.Status
    def __init__(self, call: _Optional[_Union[_calls_pb2.Call, _Mapping]] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ...) -> None: ...
