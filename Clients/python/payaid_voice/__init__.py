"""The generated stubs of payaid-voice on one channel that carries the API key.

`connect` opens the channel, `explain` turns a failed call into words. The stubs and messages
themselves are what protoc makes: `payaid.voice.v1.calls_pb2`, `calls_pb2_grpc`, and so on.
"""

import urllib.parse
from collections.abc import Iterable

import grpc
from google.rpc import error_details_pb2, status_pb2

from payaid.voice.v1.accounts_pb2_grpc import AccountServiceStub, AuthServiceStub
from payaid.voice.v1.agents_pb2_grpc import AgentServiceStub
from payaid.voice.v1.analytics_pb2_grpc import AnalyticsServiceStub
from payaid.voice.v1.calls_pb2_grpc import CallServiceStub
from payaid.voice.v1.compliance_pb2_grpc import ComplianceServiceStub
from payaid.voice.v1.knowledge_pb2_grpc import KnowledgeServiceStub
from payaid.voice.v1.live_pb2_grpc import LiveServiceStub
from payaid.voice.v1.phone_numbers_pb2_grpc import PhoneNumberServiceStub
from payaid.voice.v1.secrets_pb2_grpc import SecretServiceStub
from payaid.voice.v1.webhooks_pb2_grpc import WebhookServiceStub

__all__ = ["ANSWER_BYTES", "Voice", "connect", "explain"]

ANSWER_BYTES = 16 * 1024 * 1024
"""Holds any answer: a file of call records, the largest, has ten thousand."""


def connect(
        url: str, key: str, ca: str | None = None,
        options: Iterable[tuple[str, object]] = ()) -> "Voice":
    """A `Voice` for the server at `url` (https://HOST:PORT), used as `key`, "id_secret".

    `ca` is a PEM file with whom to trust; None trusts the system's authorities. http:// is for
    tests: the key then travels in the clear. `options` are grpc's channel arguments. Unless they
    say otherwise, an answer may have `ANSWER_BYTES` and not grpc's 4 MiB. Connects with the first
    call. Raises ValueError for a URL that is none, OSError for a file that cannot be read.
    """
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is not of the form https://HOST:PORT")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    target = f"{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
    # Once each: of two values grpc takes the first.
    arguments = list({"grpc.max_receive_message_length": ANSWER_BYTES, **dict(options)}.items())
    if parts.scheme == "http":
        return Voice(grpc.insecure_channel(target, options=arguments), key)
    roots = None
    if ca:
        with open(ca, "rb") as file:
            roots = file.read()
    credentials = grpc.ssl_channel_credentials(roots)
    return Voice(grpc.secure_channel(target, credentials, options=arguments), key)


class Voice:
    """Stubs of every service for merchants on one channel, each call of which carries the key.

    Any thread may use it. Close it, or use it as a context manager.
    """

    def __init__(self, channel: grpc.Channel, key: str) -> None:
        self._channel = channel
        keyed = grpc.intercept_channel(channel, _Key(key))
        self.accounts = AccountServiceStub(keyed)
        self.agents = AgentServiceStub(keyed)
        self.analytics = AnalyticsServiceStub(keyed)
        self.auth = AuthServiceStub(keyed)
        self.calls = CallServiceStub(keyed)
        self.compliance = ComplianceServiceStub(keyed)
        self.knowledge = KnowledgeServiceStub(keyed)
        self.live = LiveServiceStub(keyed)
        self.phone_numbers = PhoneNumberServiceStub(keyed)
        self.secrets = SecretServiceStub(keyed)
        self.webhooks = WebhookServiceStub(keyed)

    def close(self) -> None:
        """Cancels what still runs and closes the connection."""
        self._channel.close()

    def __enter__(self) -> "Voice":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Details(grpc.ClientCallDetails):
    """The details of a call with other metadata."""

    def __init__(self, details, metadata):
        self.method = details.method
        self.timeout = details.timeout
        self.credentials = details.credentials
        self.wait_for_ready = details.wait_for_ready
        self.compression = details.compression
        self.metadata = metadata


class _Key(
        grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor,
        grpc.StreamUnaryClientInterceptor, grpc.StreamStreamClientInterceptor):
    """Adds x-api-key to every call. Call credentials would do so over TLS only."""

    def __init__(self, key):
        self._pair = ("x-api-key", key)

    def _intercept(self, proceed, details, request):
        return proceed(_Details(details, [*(details.metadata or ()), self._pair]), request)

    intercept_unary_unary = _intercept
    intercept_unary_stream = _intercept
    intercept_stream_unary = _intercept
    intercept_stream_stream = _intercept


def explain(error: grpc.RpcError) -> str:
    """What a failed call (`grpc.RpcError`) says, in one line and then one line per reason."""
    lines = [f"{error.code().name}: {error.details()}"]
    for name, value in error.trailing_metadata() or ():
        if name == "grpc-status-details-bin":
            for detail in status_pb2.Status.FromString(value).details:
                lines += [f"  {reason}" for reason in _reasons(detail)]
    return "\n".join(lines)


def _reasons(detail):
    bad = error_details_pb2.BadRequest()
    failure = error_details_pb2.PreconditionFailure()
    if detail.Unpack(bad):
        return [f"{each.field}: {each.description}" for each in bad.field_violations]
    if detail.Unpack(failure):
        return [f"{each.type}: {each.description}" for each in failure.violations]
    return []
