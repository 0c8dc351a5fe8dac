import datetime

from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import empty_pb2 as _empty_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Role(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROLE_UNSPECIFIED: _ClassVar[Role]
    ROLE_OWNER: _ClassVar[Role]
    ROLE_ADMIN: _ClassVar[Role]
    ROLE_MEMBER: _ClassVar[Role]
    ROLE_VIEWER: _ClassVar[Role]
ROLE_UNSPECIFIED: Role
ROLE_OWNER: Role
ROLE_ADMIN: Role
ROLE_MEMBER: Role
ROLE_VIEWER: Role

class Merchant(_message.Message):
    __slots__ = ("merchant_id", "name", "email", "state", "webhook_url", "cors_origins", "create_time", "etag", "kyc", "settings", "update_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Merchant.State]
        ACTIVE: _ClassVar[Merchant.State]
        SUSPENDED: _ClassVar[Merchant.State]
        CLOSED: _ClassVar[Merchant.State]
    STATE_UNSPECIFIED: Merchant.State
    ACTIVE: Merchant.State
    SUSPENDED: Merchant.State
    CLOSED: Merchant.State
    MERCHANT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    WEBHOOK_URL_FIELD_NUMBER: _ClassVar[int]
    CORS_ORIGINS_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    KYC_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    merchant_id: str
    name: str
    email: str
    state: Merchant.State
    webhook_url: str
    cors_origins: _containers.RepeatedScalarFieldContainer[str]
    create_time: _timestamp_pb2.Timestamp
    etag: str
    kyc: Kyc
    settings: MerchantSettings
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, merchant_id: _Optional[str] = ..., name: _Optional[str] = ..., email: _Optional[str] = ..., state: _Optional[_Union[Merchant.State, str]] = ..., webhook_url: _Optional[str] = ..., cors_origins: _Optional[_Iterable[str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ..., kyc: _Optional[_Union[Kyc, _Mapping]] = ..., settings: _Optional[_Union[MerchantSettings, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Kyc(_message.Message):
    __slots__ = ("state", "legal_name", "constitution", "pan", "gstins", "registration_number", "registered_address", "dlt_entity_id", "use_case", "missing_fields", "expire_time", "sector", "review_reason", "dlt_telemarketer_id", "dlt_binding")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Kyc.State]
        DRAFT: _ClassVar[Kyc.State]
        SUBMITTED: _ClassVar[Kyc.State]
        APPROVED: _ClassVar[Kyc.State]
        REJECTED: _ClassVar[Kyc.State]
        EXPIRED: _ClassVar[Kyc.State]
        SUSPENDED: _ClassVar[Kyc.State]
    STATE_UNSPECIFIED: Kyc.State
    DRAFT: Kyc.State
    SUBMITTED: Kyc.State
    APPROVED: Kyc.State
    REJECTED: Kyc.State
    EXPIRED: Kyc.State
    SUSPENDED: Kyc.State
    class Sector(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        SECTOR_UNSPECIFIED: _ClassVar[Kyc.Sector]
        COMMERCIAL_BANK: _ClassVar[Kyc.Sector]
        SMALL_BANK: _ClassVar[Kyc.Sector]
        COOPERATIVE_BANK: _ClassVar[Kyc.Sector]
        LARGE_NBFC: _ClassVar[Kyc.Sector]
        NBFC: _ClassVar[Kyc.Sector]
        MUTUAL_FUND: _ClassVar[Kyc.Sector]
        PENSION: _ClassVar[Kyc.Sector]
        INSURANCE: _ClassVar[Kyc.Sector]
        STOCKBROKER: _ClassVar[Kyc.Sector]
        SECURITIES: _ClassVar[Kyc.Sector]
        PUBLIC_BODY: _ClassVar[Kyc.Sector]
        UTILITY: _ClassVar[Kyc.Sector]
        LOGISTICS: _ClassVar[Kyc.Sector]
        OTHER: _ClassVar[Kyc.Sector]
    SECTOR_UNSPECIFIED: Kyc.Sector
    COMMERCIAL_BANK: Kyc.Sector
    SMALL_BANK: Kyc.Sector
    COOPERATIVE_BANK: Kyc.Sector
    LARGE_NBFC: Kyc.Sector
    NBFC: Kyc.Sector
    MUTUAL_FUND: Kyc.Sector
    PENSION: Kyc.Sector
    INSURANCE: Kyc.Sector
    STOCKBROKER: Kyc.Sector
    SECURITIES: Kyc.Sector
    PUBLIC_BODY: Kyc.Sector
    UTILITY: Kyc.Sector
    LOGISTICS: Kyc.Sector
    OTHER: Kyc.Sector
    class Constitution(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CONSTITUTION_UNSPECIFIED: _ClassVar[Kyc.Constitution]
        PROPRIETORSHIP: _ClassVar[Kyc.Constitution]
        PARTNERSHIP: _ClassVar[Kyc.Constitution]
        LLP: _ClassVar[Kyc.Constitution]
        COMPANY: _ClassVar[Kyc.Constitution]
        TRUST: _ClassVar[Kyc.Constitution]
        GOVERNMENT: _ClassVar[Kyc.Constitution]
    CONSTITUTION_UNSPECIFIED: Kyc.Constitution
    PROPRIETORSHIP: Kyc.Constitution
    PARTNERSHIP: Kyc.Constitution
    LLP: Kyc.Constitution
    COMPANY: Kyc.Constitution
    TRUST: Kyc.Constitution
    GOVERNMENT: Kyc.Constitution
    STATE_FIELD_NUMBER: _ClassVar[int]
    LEGAL_NAME_FIELD_NUMBER: _ClassVar[int]
    CONSTITUTION_FIELD_NUMBER: _ClassVar[int]
    PAN_FIELD_NUMBER: _ClassVar[int]
    GSTINS_FIELD_NUMBER: _ClassVar[int]
    REGISTRATION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    REGISTERED_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    DLT_ENTITY_ID_FIELD_NUMBER: _ClassVar[int]
    USE_CASE_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELDS_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    SECTOR_FIELD_NUMBER: _ClassVar[int]
    REVIEW_REASON_FIELD_NUMBER: _ClassVar[int]
    DLT_TELEMARKETER_ID_FIELD_NUMBER: _ClassVar[int]
    DLT_BINDING_FIELD_NUMBER: _ClassVar[int]
    state: Kyc.State
    legal_name: str
    constitution: Kyc.Constitution
    pan: str
    gstins: _containers.RepeatedScalarFieldContainer[str]
    registration_number: str
    registered_address: str
    dlt_entity_id: str
    use_case: str
    missing_fields: _containers.RepeatedScalarFieldContainer[str]
    expire_time: _timestamp_pb2.Timestamp
    sector: Kyc.Sector
    review_reason: str
    dlt_telemarketer_id: str
    dlt_binding: DltBinding
    def __init__(self, state: _Optional[_Union[Kyc.State, str]] = ..., legal_name: _Optional[str] = ..., constitution: _Optional[_Union[Kyc.Constitution, str]] = ..., pan: _Optional[str] = ..., gstins: _Optional[_Iterable[str]] = ..., registration_number: _Optional[str] = ..., registered_address: _Optional[str] = ..., dlt_entity_id: _Optional[str] = ..., use_case: _Optional[str] = ..., missing_fields: _Optional[_Iterable[str]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sector: _Optional[_Union[Kyc.Sector, str]] = ..., review_reason: _Optional[str] = ..., dlt_telemarketer_id: _Optional[str] = ..., dlt_binding: _Optional[_Union[DltBinding, _Mapping]] = ...) -> None: ...

class DltBinding(_message.Message):
    __slots__ = ("telemarketer_id", "state", "expire_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[DltBinding.State]
        UNBOUND: _ClassVar[DltBinding.State]
        BOUND: _ClassVar[DltBinding.State]
        EXPIRED: _ClassVar[DltBinding.State]
        REVOKED: _ClassVar[DltBinding.State]
    STATE_UNSPECIFIED: DltBinding.State
    UNBOUND: DltBinding.State
    BOUND: DltBinding.State
    EXPIRED: DltBinding.State
    REVOKED: DltBinding.State
    TELEMARKETER_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    telemarketer_id: str
    state: DltBinding.State
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, telemarketer_id: _Optional[str] = ..., state: _Optional[_Union[DltBinding.State, str]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class MerchantSettings(_message.Message):
    __slots__ = ("session_lifetime", "max_api_key_lifetime")
    SESSION_LIFETIME_FIELD_NUMBER: _ClassVar[int]
    MAX_API_KEY_LIFETIME_FIELD_NUMBER: _ClassVar[int]
    session_lifetime: _duration_pb2.Duration
    max_api_key_lifetime: _duration_pb2.Duration
    def __init__(self, session_lifetime: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., max_api_key_lifetime: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class User(_message.Message):
    __slots__ = ("user_id", "email", "name", "role", "create_time", "etag", "last_login_time")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    LAST_LOGIN_TIME_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    email: str
    name: str
    role: Role
    create_time: _timestamp_pb2.Timestamp
    etag: str
    last_login_time: _timestamp_pb2.Timestamp
    def __init__(self, user_id: _Optional[str] = ..., email: _Optional[str] = ..., name: _Optional[str] = ..., role: _Optional[_Union[Role, str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ..., last_login_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ApiKey(_message.Message):
    __slots__ = ("key_id", "display_name", "scopes", "create_time", "expire_time", "last_used_time", "revoke_time", "replaced_by")
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    SCOPES_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_USED_TIME_FIELD_NUMBER: _ClassVar[int]
    REVOKE_TIME_FIELD_NUMBER: _ClassVar[int]
    REPLACED_BY_FIELD_NUMBER: _ClassVar[int]
    key_id: str
    display_name: str
    scopes: _containers.RepeatedScalarFieldContainer[str]
    create_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    last_used_time: _timestamp_pb2.Timestamp
    revoke_time: _timestamp_pb2.Timestamp
    replaced_by: str
    def __init__(self, key_id: _Optional[str] = ..., display_name: _Optional[str] = ..., scopes: _Optional[_Iterable[str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_used_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., revoke_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., replaced_by: _Optional[str] = ...) -> None: ...

class Session(_message.Message):
    __slots__ = ("access_token", "refresh_token", "expires_in", "user")
    ACCESS_TOKEN_FIELD_NUMBER: _ClassVar[int]
    REFRESH_TOKEN_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_IN_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    access_token: str
    refresh_token: str
    expires_in: _duration_pb2.Duration
    user: User
    def __init__(self, access_token: _Optional[str] = ..., refresh_token: _Optional[str] = ..., expires_in: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., user: _Optional[_Union[User, _Mapping]] = ...) -> None: ...

class GetMerchantRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class UpdateMerchantRequest(_message.Message):
    __slots__ = ("merchant", "update_mask", "request_id")
    MERCHANT_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    merchant: Merchant
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, merchant: _Optional[_Union[Merchant, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateApiKeyRequest(_message.Message):
    __slots__ = ("api_key", "request_id")
    API_KEY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    api_key: ApiKey
    request_id: str
    def __init__(self, api_key: _Optional[_Union[ApiKey, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateApiKeyResponse(_message.Message):
    __slots__ = ("api_key", "secret")
    API_KEY_FIELD_NUMBER: _ClassVar[int]
    SECRET_FIELD_NUMBER: _ClassVar[int]
    api_key: ApiKey
    secret: str
    def __init__(self, api_key: _Optional[_Union[ApiKey, _Mapping]] = ..., secret: _Optional[str] = ...) -> None: ...

class ListApiKeysRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListApiKeysResponse(_message.Message):
    __slots__ = ("api_keys", "next_page_token")
    API_KEYS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    api_keys: _containers.RepeatedCompositeFieldContainer[ApiKey]
    next_page_token: str
    def __init__(self, api_keys: _Optional[_Iterable[_Union[ApiKey, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RevokeApiKeyRequest(_message.Message):
    __slots__ = ("key_id", "request_id")
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    key_id: str
    request_id: str
    def __init__(self, key_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RotateApiKeyRequest(_message.Message):
    __slots__ = ("key_id", "overlap", "request_id")
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    OVERLAP_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    key_id: str
    overlap: _duration_pb2.Duration
    request_id: str
    def __init__(self, key_id: _Optional[str] = ..., overlap: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class RotateApiKeyResponse(_message.Message):
    __slots__ = ("api_key", "secret", "replaced")
    API_KEY_FIELD_NUMBER: _ClassVar[int]
    SECRET_FIELD_NUMBER: _ClassVar[int]
    REPLACED_FIELD_NUMBER: _ClassVar[int]
    api_key: ApiKey
    secret: str
    replaced: ApiKey
    def __init__(self, api_key: _Optional[_Union[ApiKey, _Mapping]] = ..., secret: _Optional[str] = ..., replaced: _Optional[_Union[ApiKey, _Mapping]] = ...) -> None: ...

class CreateUserRequest(_message.Message):
    __slots__ = ("user", "password", "request_id")
    USER_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user: User
    password: str
    request_id: str
    def __init__(self, user: _Optional[_Union[User, _Mapping]] = ..., password: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ListUsersRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListUsersResponse(_message.Message):
    __slots__ = ("users", "next_page_token")
    USERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    users: _containers.RepeatedCompositeFieldContainer[User]
    next_page_token: str
    def __init__(self, users: _Optional[_Iterable[_Union[User, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateUserRequest(_message.Message):
    __slots__ = ("user", "update_mask", "request_id")
    USER_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user: User
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, user: _Optional[_Union[User, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteUserRequest(_message.Message):
    __slots__ = ("user_id", "etag", "request_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    etag: str
    request_id: str
    def __init__(self, user_id: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class LoginRequest(_message.Message):
    __slots__ = ("email", "password")
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    email: str
    password: str
    def __init__(self, email: _Optional[str] = ..., password: _Optional[str] = ...) -> None: ...

class RefreshSessionRequest(_message.Message):
    __slots__ = ("refresh_token", "request_id")
    REFRESH_TOKEN_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    refresh_token: str
    request_id: str
    def __init__(self, refresh_token: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class LogoutRequest(_message.Message):
    __slots__ = ("refresh_token",)
    REFRESH_TOKEN_FIELD_NUMBER: _ClassVar[int]
    refresh_token: str
    def __init__(self, refresh_token: _Optional[str] = ...) -> None: ...

class ChangePasswordRequest(_message.Message):
    __slots__ = ("old_password", "new_password", "request_id")
    OLD_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    NEW_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    old_password: str
    new_password: str
    request_id: str
    def __init__(self, old_password: _Optional[str] = ..., new_password: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...
