import datetime

from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import money_pb2 as _money_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PhoneNumberType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PHONE_NUMBER_TYPE_UNSPECIFIED: _ClassVar[PhoneNumberType]
    PHONE_NUMBER_TYPE_LANDLINE: _ClassVar[PhoneNumberType]
    PHONE_NUMBER_TYPE_MOBILE: _ClassVar[PhoneNumberType]
    PHONE_NUMBER_TYPE_TOLL_FREE: _ClassVar[PhoneNumberType]
PHONE_NUMBER_TYPE_UNSPECIFIED: PhoneNumberType
PHONE_NUMBER_TYPE_LANDLINE: PhoneNumberType
PHONE_NUMBER_TYPE_MOBILE: PhoneNumberType
PHONE_NUMBER_TYPE_TOLL_FREE: PhoneNumberType

class PhoneNumber(_message.Message):
    __slots__ = ("phone_number", "state", "agent_id", "display_name", "type", "region", "monthly_rent", "create_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[PhoneNumber.State]
        BUYING: _ClassVar[PhoneNumber.State]
        ACTIVE: _ClassVar[PhoneNumber.State]
        RELEASING: _ClassVar[PhoneNumber.State]
        RELEASED: _ClassVar[PhoneNumber.State]
    STATE_UNSPECIFIED: PhoneNumber.State
    BUYING: PhoneNumber.State
    ACTIVE: PhoneNumber.State
    RELEASING: PhoneNumber.State
    RELEASED: PhoneNumber.State
    PHONE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    REGION_FIELD_NUMBER: _ClassVar[int]
    MONTHLY_RENT_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    phone_number: str
    state: PhoneNumber.State
    agent_id: str
    display_name: str
    type: PhoneNumberType
    region: str
    monthly_rent: _money_pb2.Money
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, phone_number: _Optional[str] = ..., state: _Optional[_Union[PhoneNumber.State, str]] = ..., agent_id: _Optional[str] = ..., display_name: _Optional[str] = ..., type: _Optional[_Union[PhoneNumberType, str]] = ..., region: _Optional[str] = ..., monthly_rent: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class AvailablePhoneNumber(_message.Message):
    __slots__ = ("phone_number", "type", "region", "monthly_rent")
    PHONE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    REGION_FIELD_NUMBER: _ClassVar[int]
    MONTHLY_RENT_FIELD_NUMBER: _ClassVar[int]
    phone_number: str
    type: PhoneNumberType
    region: str
    monthly_rent: _money_pb2.Money
    def __init__(self, phone_number: _Optional[str] = ..., type: _Optional[_Union[PhoneNumberType, str]] = ..., region: _Optional[str] = ..., monthly_rent: _Optional[_Union[_money_pb2.Money, _Mapping]] = ...) -> None: ...

class ListPhoneNumbersRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPhoneNumbersResponse(_message.Message):
    __slots__ = ("phone_numbers", "next_page_token")
    PHONE_NUMBERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    phone_numbers: _containers.RepeatedCompositeFieldContainer[PhoneNumber]
    next_page_token: str
    def __init__(self, phone_numbers: _Optional[_Iterable[_Union[PhoneNumber, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetPhoneNumberRequest(_message.Message):
    __slots__ = ("phone_number",)
    PHONE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    phone_number: str
    def __init__(self, phone_number: _Optional[str] = ...) -> None: ...

class SearchPhoneNumbersRequest(_message.Message):
    __slots__ = ("type", "region", "contains")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    REGION_FIELD_NUMBER: _ClassVar[int]
    CONTAINS_FIELD_NUMBER: _ClassVar[int]
    type: PhoneNumberType
    region: str
    contains: str
    def __init__(self, type: _Optional[_Union[PhoneNumberType, str]] = ..., region: _Optional[str] = ..., contains: _Optional[str] = ...) -> None: ...

class SearchPhoneNumbersResponse(_message.Message):
    __slots__ = ("phone_numbers",)
    PHONE_NUMBERS_FIELD_NUMBER: _ClassVar[int]
    phone_numbers: _containers.RepeatedCompositeFieldContainer[AvailablePhoneNumber]
    def __init__(self, phone_numbers: _Optional[_Iterable[_Union[AvailablePhoneNumber, _Mapping]]] = ...) -> None: ...

class BuyPhoneNumberRequest(_message.Message):
    __slots__ = ("phone_number", "display_name", "agent_id", "request_id")
    PHONE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    phone_number: str
    display_name: str
    agent_id: str
    request_id: str
    def __init__(self, phone_number: _Optional[str] = ..., display_name: _Optional[str] = ..., agent_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class AssignPhoneNumberRequest(_message.Message):
    __slots__ = ("phone_number", "agent_id", "request_id")
    PHONE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    phone_number: str
    agent_id: str
    request_id: str
    def __init__(self, phone_number: _Optional[str] = ..., agent_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ReleasePhoneNumberRequest(_message.Message):
    __slots__ = ("phone_number", "request_id")
    PHONE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    phone_number: str
    request_id: str
    def __init__(self, phone_number: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...
