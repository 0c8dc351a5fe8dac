import datetime

from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import httpbody_pb2 as _httpbody_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import money_pb2 as _money_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Period(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PERIOD_UNSPECIFIED: _ClassVar[Period]
    PERIOD_TODAY: _ClassVar[Period]
    PERIOD_WEEK: _ClassVar[Period]
    PERIOD_MONTH: _ClassVar[Period]
PERIOD_UNSPECIFIED: Period
PERIOD_TODAY: Period
PERIOD_WEEK: Period
PERIOD_MONTH: Period

class GetDashboardRequest(_message.Message):
    __slots__ = ("period", "agent_id")
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    period: Period
    agent_id: str
    def __init__(self, period: _Optional[_Union[Period, str]] = ..., agent_id: _Optional[str] = ...) -> None: ...

class Dashboard(_message.Message):
    __slots__ = ("total_calls", "completed_calls", "success_rate", "average_duration", "total_cost", "calls_by_agent", "sentiment", "start_time", "end_time")
    class AgentCalls(_message.Message):
        __slots__ = ("agent_id", "agent_name", "calls")
        AGENT_ID_FIELD_NUMBER: _ClassVar[int]
        AGENT_NAME_FIELD_NUMBER: _ClassVar[int]
        CALLS_FIELD_NUMBER: _ClassVar[int]
        agent_id: str
        agent_name: str
        calls: int
        def __init__(self, agent_id: _Optional[str] = ..., agent_name: _Optional[str] = ..., calls: _Optional[int] = ...) -> None: ...
    class SentimentBreakdown(_message.Message):
        __slots__ = ("positive", "neutral", "negative", "unknown")
        POSITIVE_FIELD_NUMBER: _ClassVar[int]
        NEUTRAL_FIELD_NUMBER: _ClassVar[int]
        NEGATIVE_FIELD_NUMBER: _ClassVar[int]
        UNKNOWN_FIELD_NUMBER: _ClassVar[int]
        positive: int
        neutral: int
        negative: int
        unknown: int
        def __init__(self, positive: _Optional[int] = ..., neutral: _Optional[int] = ..., negative: _Optional[int] = ..., unknown: _Optional[int] = ...) -> None: ...
    TOTAL_CALLS_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_CALLS_FIELD_NUMBER: _ClassVar[int]
    SUCCESS_RATE_FIELD_NUMBER: _ClassVar[int]
    AVERAGE_DURATION_FIELD_NUMBER: _ClassVar[int]
    TOTAL_COST_FIELD_NUMBER: _ClassVar[int]
    CALLS_BY_AGENT_FIELD_NUMBER: _ClassVar[int]
    SENTIMENT_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    total_calls: int
    completed_calls: int
    success_rate: float
    average_duration: _duration_pb2.Duration
    total_cost: _money_pb2.Money
    calls_by_agent: _containers.RepeatedCompositeFieldContainer[Dashboard.AgentCalls]
    sentiment: Dashboard.SentimentBreakdown
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, total_calls: _Optional[int] = ..., completed_calls: _Optional[int] = ..., success_rate: _Optional[float] = ..., average_duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., total_cost: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., calls_by_agent: _Optional[_Iterable[_Union[Dashboard.AgentCalls, _Mapping]]] = ..., sentiment: _Optional[_Union[Dashboard.SentimentBreakdown, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetRevenueRequest(_message.Message):
    __slots__ = ("period", "start_date", "end_date")
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    START_DATE_FIELD_NUMBER: _ClassVar[int]
    END_DATE_FIELD_NUMBER: _ClassVar[int]
    period: Period
    start_date: str
    end_date: str
    def __init__(self, period: _Optional[_Union[Period, str]] = ..., start_date: _Optional[str] = ..., end_date: _Optional[str] = ...) -> None: ...

class RevenueReport(_message.Message):
    __slots__ = ("months", "total")
    class Month(_message.Message):
        __slots__ = ("month", "usage", "mrr", "calls")
        MONTH_FIELD_NUMBER: _ClassVar[int]
        USAGE_FIELD_NUMBER: _ClassVar[int]
        MRR_FIELD_NUMBER: _ClassVar[int]
        CALLS_FIELD_NUMBER: _ClassVar[int]
        month: str
        usage: _money_pb2.Money
        mrr: _money_pb2.Money
        calls: int
        def __init__(self, month: _Optional[str] = ..., usage: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., mrr: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., calls: _Optional[int] = ...) -> None: ...
    MONTHS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    months: _containers.RepeatedCompositeFieldContainer[RevenueReport.Month]
    total: _money_pb2.Money
    def __init__(self, months: _Optional[_Iterable[_Union[RevenueReport.Month, _Mapping]]] = ..., total: _Optional[_Union[_money_pb2.Money, _Mapping]] = ...) -> None: ...

class ExportCallRecordsRequest(_message.Message):
    __slots__ = ("start_time", "end_time", "format", "full_numbers", "agent_id")
    class Format(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        FORMAT_UNSPECIFIED: _ClassVar[ExportCallRecordsRequest.Format]
        CSV: _ClassVar[ExportCallRecordsRequest.Format]
        NDJSON: _ClassVar[ExportCallRecordsRequest.Format]
    FORMAT_UNSPECIFIED: ExportCallRecordsRequest.Format
    CSV: ExportCallRecordsRequest.Format
    NDJSON: ExportCallRecordsRequest.Format
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    FULL_NUMBERS_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    format: ExportCallRecordsRequest.Format
    full_numbers: bool
    agent_id: str
    def __init__(self, start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., format: _Optional[_Union[ExportCallRecordsRequest.Format, str]] = ..., full_numbers: _Optional[bool] = ..., agent_id: _Optional[str] = ...) -> None: ...
