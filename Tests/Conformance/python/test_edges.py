"""Connect and gRPC-Web: the connectrpc client over HTTP/1.1 and HTTP/2, and exact bytes by httpx."""

import base64
import gzip
import json
import pathlib
import struct

import pytest
from connectrpc.client import ConnectClientSync
from connectrpc.code import Code
from connectrpc.compat import google_protobuf_binary_codec, google_protobuf_json_codec
from connectrpc.errors import ConnectError
from connectrpc.method import IdempotencyLevel, MethodInfo, StreamType
from connectrpc.protocol import ProtocolType
from pyqwest import HTTPVersion, SyncClient, SyncHTTPTransport

from conftest import client, metadata

SERVICE = "/payaid.voice.v1.AgentService"


@pytest.fixture(scope="module")
def v1():
    from payaid.voice.v1 import agents_pb2
    return agents_pb2


@pytest.fixture(params=[False, True], ids=["http1", "http2"])
def http(request, stack, merchant):
    with client(stack, merchant, http2=request.param) as it:
        yield it


@pytest.fixture(scope="module", params=[
    (version, protocol, codec)
    for version in (HTTPVersion.HTTP1, HTTPVersion.HTTP2)
    for protocol in (ProtocolType.CONNECT, ProtocolType.GRPC_WEB)
    for codec in (google_protobuf_binary_codec, google_protobuf_json_codec)
], ids=lambda p: f"{p[0]}-{p[1].name}-{p[2].__name__.split('_')[2]}")
def stock(request, stack):
    version, protocol, codec = request.param
    transport = SyncHTTPTransport(tls_ca_cert=pathlib.Path(stack.ca).read_bytes(), http_version=version)
    with ConnectClientSync(
            stack.url, codec=codec(), protocol=protocol, http_client=SyncClient(transport)) as it:
        yield it


def method(v1, name, request, response, reads=False, stream=StreamType.UNARY, service="AgentService"):
    level = IdempotencyLevel.NO_SIDE_EFFECTS if reads else IdempotencyLevel.UNKNOWN
    return MethodInfo(
        name=name, service_name=f"payaid.voice.v1.{service}", input=request, output=response,
        idempotency_level=level, stream_type=stream)


@pytest.fixture()
def agent(v1, stock, auth):
    return stock.execute_unary(
        request=v1.CreateAgentRequest(agent=v1.Agent(name="Asha", language="hi")),
        method=method(v1, "CreateAgent", v1.CreateAgentRequest, v1.Agent), headers=dict(auth))


@pytest.mark.parametrize("use_get", [False, True])
def test_an_agent_reads_back(v1, stock, auth, agent, use_get):
    read = stock.execute_unary(
        request=v1.GetAgentRequest(agent_id=agent.agent_id), use_get=use_get, headers=dict(auth),
        method=method(v1, "GetAgent", v1.GetAgentRequest, v1.Agent, reads=True))
    assert read == agent


def test_a_long_answer_comes_whole(v1, stock, auth, agent):
    listed = stock.execute_unary(
        request=v1.ListVoicesRequest(), headers=dict(auth),
        method=method(v1, "ListVoices", v1.ListVoicesRequest, v1.ListVoicesResponse, reads=True))
    assert len(listed.voices) > 3


def test_an_error_has_its_code_and_details(v1, stock, auth):
    with pytest.raises(ConnectError) as caught:
        stock.execute_unary(
            request=v1.CreateAgentRequest(agent=v1.Agent()), headers=dict(auth),
            method=method(v1, "CreateAgent", v1.CreateAgentRequest, v1.Agent))
    assert caught.value.code == Code.INVALID_ARGUMENT
    assert "google.rpc.BadRequest" in [d.type_name for d in caught.value.details]


def test_nobody_is_turned_away(v1, stock):
    with pytest.raises(ConnectError) as caught:
        stock.execute_unary(
            request=v1.ListVoicesRequest(),
            method=method(v1, "ListVoices", v1.ListVoicesRequest, v1.ListVoicesResponse, reads=True))
    assert caught.value.code == Code.UNAUTHENTICATED


def test_a_stream_of_answers_and_its_end(stock, auth):
    from payaid.voice.v1 import calls_pb2
    with pytest.raises(ConnectError) as caught:
        list(stock.execute_server_stream(
            request=calls_pb2.WatchCallRequest(call_id="call_nobody"), headers=dict(auth),
            method=method(None, "WatchCall", calls_pb2.WatchCallRequest, calls_pb2.CallEvent,
                          stream=StreamType.SERVER_STREAM, service="CallService")))
    assert caught.value.code in (Code.NOT_FOUND, Code.INVALID_ARGUMENT)


def test_health_is_watched(stock):
    from grpc_health.v1 import health_pb2
    answers = stock.execute_server_stream(
        request=health_pb2.HealthCheckRequest(), timeout_ms=5000,
        method=MethodInfo(
            name="Watch", service_name="grpc.health.v1.Health", input=health_pb2.HealthCheckRequest,
            output=health_pb2.HealthCheckResponse, idempotency_level=IdempotencyLevel.UNKNOWN,
            stream_type=StreamType.SERVER_STREAM))
    assert next(iter(answers)).status == health_pb2.HealthCheckResponse.SERVING


def frame(body, flags=0):
    return struct.pack(">BI", flags, len(body)) + body


def frames(body):
    found = []
    while body:
        flags, length = struct.unpack(">BI", body[:5])
        found.append((flags, body[5:5 + length]))
        body = body[5 + length:]
    return found


def post(http, name, content, kind, **headers):
    return http.post(f"{SERVICE}/{name}", content=content, headers={
        "content-type": f"application/{kind}", **{k.replace("_", "-"): v for k, v in headers.items()}})


def test_a_get_has_an_etag_and_may_be_304(http):
    agent = post(http, "CreateAgent", b'{"agent":{"name":"A","language":"en"}}', "json").json()
    query = {"connect": "v1", "encoding": "json", "message": json.dumps({"agentId": agent["agentId"]})}
    first = http.get(f"{SERVICE}/GetAgent", params=query)
    assert first.status_code == 200 and first.json() == agent
    again = http.get(f"{SERVICE}/GetAgent", params=query, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_gzip_both_ways(http):
    body = gzip.compress(b'{"pageSize":50}')
    answer = post(http, "ListVoices", gzip.compress(b"{}"), "json", content_encoding="gzip")
    assert answer.headers["content-encoding"] == "gzip" and answer.json()["voices"]
    assert post(http, "ListAgents", body, "json", content_encoding="gzip").status_code == 200


def test_text_mode_in_pieces(v1, http):
    one = base64.b64encode(frame(b"")[:2]) + base64.b64encode(frame(b"")[2:])
    answer = post(http, "ListVoices", one, "grpc-web-text")
    assert answer.headers["content-type"] == "application/grpc-web-text+proto"
    (flags, message), (end, lines) = frames(
        b"".join(base64.b64decode(part + b"=" * (-len(part) % 4)) for part in split(answer.content)))
    assert flags == 0 and v1.ListVoicesResponse.FromString(message).voices
    assert end == 0x80 and b"grpc-status: 0\r\n" in lines


def split(text):
    """Base64 that is padded wherever it was flushed, in pieces that are padded at their end only."""
    pieces, start = [], 0
    for index in range(0, len(text), 4):
        if text[index:index + 4].endswith(b"="):
            pieces.append(text[start:index + 4])
            start = index + 4
    return pieces + [text[start:]]


HOSTILE_CONNECT = {
    "bad json": (b"{", "json", {}, 400, "invalid_argument"),
    "no object": (b"", "json", {}, 400, "invalid_argument"),
    "unknown field": (b'{"nope":1}', "json", {}, 400, "invalid_argument"),
    "bad utf-8": (b'{"pageToken":"\xff"}', "json", {}, 400, "invalid_argument"),
    "deep": (b'{"a":' * 5000, "json", {}, 400, "invalid_argument"),
    "broken gzip": (b"x", "json", {"content_encoding": "gzip"}, 400, "invalid_argument"),
    "bomb": (gzip.compress(b" " * 20_000_000), "json", {"content_encoding": "gzip"}, 429, "resource_exhausted"),
    "brotli": (b"{}", "json", {"content_encoding": "br"}, 501, "unimplemented"),
    "bad timeout": (b"{}", "json", {"connect_timeout_ms": "1s"}, 400, "invalid_argument"),
    "no time": (b"{}", "json", {"connect_timeout_ms": "0"}, 504, "deadline_exceeded"),
    "version": (b"{}", "json", {"connect_protocol_version": "9"}, 400, "invalid_argument"),
    "binary metadata": (b"{}", "json", {"x_a_bin": "!"}, 400, "invalid_argument"),
}


@pytest.mark.parametrize("name", HOSTILE_CONNECT)
def test_a_bad_connect_request_has_a_typed_error(http, name):
    content, kind, headers, status, code = HOSTILE_CONNECT[name]
    answer = post(http, "ListAgents", content, kind, **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/json"
    assert post(http, "ListVoices", b"{}", "json").status_code == 200


def test_a_message_over_the_limit_is_refused(http):
    answer = post(http, "ListAgents", b" " * 11_000_000, "json")
    assert (answer.status_code, answer.json()["code"]) == (429, "resource_exhausted")


HOSTILE_WEB = {
    "cut prefix": (b"\0\0\0", "grpc-web", {}, 13),
    "cut message": (b"\0\0\0\0\x09a", "grpc-web", {}, 13),
    "huge prefix": (b"\0\xff\xff\xff\xff", "grpc-web", {}, 8),
    "unknown flag": (b"\x04\0\0\0\0", "grpc-web", {}, 13),
    "data after trailers": (frame(b"", 0x80) + frame(b""), "grpc-web", {}, 13),
    "two messages": (frame(b"") + frame(b""), "grpc-web", {}, 12),
    "no message": (b"", "grpc-web", {}, 12),
    "bad message": (frame(b"\xff\xff"), "grpc-web", {}, 13),
    "bad base64": (b"!!!!", "grpc-web-text", {}, 13),
    "cut base64": (b"AAA", "grpc-web-text", {}, 13),
    "bad timeout": (frame(b""), "grpc-web", {"grpc_timeout": "1x"}, 13),
    "no time": (frame(b""), "grpc-web", {"grpc_timeout": "0n"}, 4),
    "unknown coding": (frame(b""), "grpc-web", {"grpc_encoding": "br"}, 12),
    "flag without coding": (frame(b"x", 1), "grpc-web", {}, 13),
    "broken gzip": (frame(b"x", 1), "grpc-web", {"grpc_encoding": "gzip"}, 13),
    "bomb": (frame(gzip.compress(bytes(20_000_000)), 1), "grpc-web", {"grpc_encoding": "gzip"}, 8),
    "bad json": (frame(b"{"), "grpc-web+json", {}, 3),
}


@pytest.mark.parametrize("name", HOSTILE_WEB)
def test_a_bad_grpc_web_request_has_a_status(http, name):
    content, kind, headers, status = HOSTILE_WEB[name]
    answer = post(http, "ListAgents", content, kind, **headers)
    assert answer.status_code == 200
    assert answer.headers["grpc-status"] == str(status), answer.headers
    assert post(http, "ListVoices", b"{}", "json").status_code == 200


def test_what_no_protocol_takes_is_told_by_http(http):
    assert post(http, "ListVoices", b"", "connect+proto").status_code == 415
    assert post(http, "ListVoices", b"", "grpc-web+thrift").status_code == 415
    assert "application/json" in post(http, "ListVoices", b"", "xml").headers["accept-post"]
    written = http.get(f"{SERVICE}/CreateAgent", params={"encoding": "json", "message": "{}"})
    assert (written.status_code, written.headers["allow"]) == (405, "POST")
    wrong = http.get(f"{SERVICE}/ListVoices", params={"encoding": "xml", "message": "{}"})
    assert wrong.status_code == 415


def test_metrics_name_the_edge(http):
    post(http, "ListVoices", frame(b""), "grpc-web")
    post(http, "ListVoices", b"{}", "json")
    text = http.get("/metrics").text
    for edge in ("grpc_web", "connect"):
        assert any(f'"{edge}"' in line and "ListVoices" in line for line in text.splitlines())


REFUSED = [
    ("POST", f"{SERVICE}/None", {"content-type": "application/json", "connect-protocol-version": "1"}, 404),
    ("POST", f"{SERVICE}/None", {"content-type": "application/proto"}, 404),
    ("GET", f"{SERVICE}/None?connect=v1&encoding=json&message=%7B%7D", {}, 404),
    ("DELETE", f"{SERVICE}/ListAgents", {"content-type": "application/proto", "connect-protocol-version": "1"}, 405),
    ("POST", f"{SERVICE}/None", {"content-type": "application/json"}, 404),
]


@pytest.mark.parametrize("verb, path, headers, status", REFUSED)
def test_who_speaks_connect_is_refused_in_it(http, verb, path, headers, status):
    answer = http.request(verb, path, headers=headers, content=b"{}" if verb == "POST" else None)
    assert answer.status_code == status
    speaks = "connect" in str(headers) or "connect" in path or "proto" in str(headers)
    if status == 405:
        assert (answer.content, answer.headers["allow"]) == (b"", "GET, HEAD, POST")
    elif speaks:
        assert answer.json()["code"] == "unimplemented"
    else:
        assert answer.json()["error"]["status"] == "NOT_FOUND"
