"""Streaming methods over WebSocket: a live call as a page of a browser holds it, and what goes wrong."""

import base64
import json
import ssl
import time

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

import calling
from conftest import client

CONVERSE = "/payaid.voice.v1.LiveService/Converse"
SILENCE = bytes(320)


@pytest.fixture(scope="module")
def http(stack, merchant):
    with client(stack, merchant) as it:
        yield it


def header(name, value):
    """A subprotocol that stands for a header field: all that a page can send."""
    field = base64.urlsafe_b64encode(f"{name}: {value}".encode()).decode().rstrip("=")
    return f"rpc.v1.header.{field}"


@pytest.fixture(scope="module")
def page(stack, auth):
    """Opens a WebSocket as a page does, with what it has instead of headers."""
    def open_(path=CONVERSE, kind="rpc.v1.json", fields=auth, **options):
        return connect(
            f"wss://localhost:{stack.port}{path}", open_timeout=10, compression=None,
            ssl=ssl.create_default_context(cafile=stack.ca),
            subprotocols=[kind, *(header(*field) for field in fields)], **options)
    return open_


def rest(socket, limit=30):
    """All that still comes, and the code of the close frame."""
    messages = []
    try:
        while True:
            messages.append(socket.recv(timeout=limit))
    except ConnectionClosed as end:
        return messages, end.rcvd.code if end.rcvd else 1006


def frame(**fields):
    return json.dumps(fields)


def audio():
    return frame(audio={"pcm": base64.b64encode(SILENCE).decode()})


def test_a_page_holds_a_live_call(page, desk, http):
    with page() as socket:
        assert socket.subprotocol == "rpc.v1.json"
        socket.send(frame(start={"agentId": desk, "sampleRateHertz": 8000}))
        started = json.loads(socket.recv(timeout=20))["result"]["started"]
        assert started["sampleRateHertz"] == 8000
        kinds, due = set(), time.monotonic()
        while "transcript" not in kinds:
            socket.send(audio())
            due += 0.02
            try:
                while (left := due - time.monotonic()) > 0:
                    kinds.update(json.loads(socket.recv(timeout=left))["result"])
            except TimeoutError:
                pass
        assert "audio" in kinds
        socket.send("")
        messages, code = rest(socket)
    records = [json.loads(m) for m in messages]
    assert records[-1] == {"end": {}} and code == 1000
    call = records[-2]["result"]["ended"]["call"]
    assert (call["callId"], call["endReason"]) == (started["callId"], "caller_hung_up")
    assert calling.get(http, call["callId"])["state"] == "COMPLETED"


def test_messages_may_be_binary(page, desk):
    from payaid.voice.v1 import live_pb2
    with page(kind="rpc.v1.proto") as socket:
        socket.send(live_pb2.ClientFrame(start=live_pb2.LiveStart(agent_id=desk)).SerializeToString())
        first = live_pb2.ServerFrame.FromString(socket.recv(timeout=20))
        assert first.started.call_id
        socket.send("")
        messages, code = rest(socket)
    assert (messages[-1], code) == ('{"end":{}}', 1000)
    last = live_pb2.ServerFrame.FromString(messages[-2])
    assert last.ended.call.call_id == first.started.call_id


def test_a_stream_of_responses_opens_at_its_rest_path(page, http, desk):
    call = calling.place(http, desk, calling.HASTY)
    with page(f"/api/v1/calls/{call}:watch") as socket:
        messages, code = rest(socket, 90)
    records = [json.loads(m) for m in messages]
    assert records[-1] == {"end": {}} and code == 1000
    states = [r["result"]["call"]["state"] for r in records[:-1] if "call" in r["result"]]
    assert states and states[-1] in calling.ENDED


# What is sent after the opening, and the status of the call.
WRONG = {
    "not start": ([audio()], "INVALID_ARGUMENT"),
    "no json": (["}{"], "INVALID_ARGUMENT"),
    "two values": (["{} {}"], "INVALID_ARGUMENT"),
    "unknown field": (['{"weather":1}'], "INVALID_ARGUMENT"),
    "no protobuf": ([b"\xff"], "INVALID_ARGUMENT"),
    "nothing": ([""], "INVALID_ARGUMENT"),
    "unknown agent": ([frame(start={"agentId": "agt_nobody"})], "NOT_FOUND"),
}
CODES = {"INVALID_ARGUMENT": 4003, "DEADLINE_EXCEEDED": 4004, "NOT_FOUND": 4005,
         "UNAUTHENTICATED": 4016}


def refused(socket, status):
    messages, code = rest(socket)
    error = json.loads(messages[-1])["error"]
    assert (error["status"], code) == (status, CODES[status])
    return error


@pytest.mark.parametrize("name", WRONG)
def test_a_status_is_the_last_record_and_the_close_code(page, name):
    messages, status = WRONG[name]
    with page() as socket:
        for message in messages:
            socket.send(message)
        error = refused(socket, status)
    assert "weather" in error["message"] or name != "unknown field"


def test_nothing_may_follow_the_end_of_the_requests(page, desk):
    with page() as socket:
        socket.send(frame(start={"agentId": desk}))
        assert "started" in json.loads(socket.recv(timeout=20))["result"]
        socket.send("")
        socket.send(audio())
        messages, code = rest(socket)
    assert code in (1000, 4003)


def test_a_get_takes_no_messages(page, http, desk):
    call = calling.place(http, desk, calling.HASTY)
    with page(f"/api/v1/calls/{call}:watch") as socket:
        socket.send("{}")
        messages, code = rest(socket, 90)
    assert code == 4003 and "error" in json.loads(messages[-1])


@pytest.mark.parametrize("fields", [(), (("authorization", "Bearer nobody"),)], ids=["none", "wrong"])
def test_nobody_may_call(page, fields):
    with page(fields=fields) as socket:
        refused(socket, "UNAUTHENTICATED")


def test_headers_show_the_key_too(page, desk, auth):
    with page(fields=(), additional_headers=dict(auth)) as socket:
        socket.send(frame(start={"agentId": desk}))
        assert "started" in json.loads(socket.recv(timeout=20))["result"]


def test_a_call_ends_at_its_deadline(page, desk, auth):
    with page(fields=(*auth, ("grpc-timeout", "1S"))) as socket:
        socket.send(frame(start={"agentId": desk}))
        refused(socket, "DEADLINE_EXCEEDED")


def test_a_client_that_closes_gives_its_call_up(page, desk, http):
    with page() as socket:
        socket.send(frame(start={"agentId": desk}))
        call = json.loads(socket.recv(timeout=20))["result"]["started"]["callId"]
    assert calling.until(http, call, {"COMPLETED", "FAILED"}, limit=10)["endTime"]


def test_a_message_has_a_largest_size(page):
    with page() as socket:
        socket.send("x" * 300_000)
        assert rest(socket)[1] == 1009


@pytest.mark.parametrize("path, options, status", [
    ("/payaid.voice.v1.LiveService/Nothing", {}, 404),
    ("/payaid.voice.v1.AgentService/GetAgent", {}, 405),
    (f"{CONVERSE}?x=1", {}, 400),
    ("/api/v1/calls/%zz:watch", {}, 400),
    (CONVERSE, {"origin": "https://evil.example"}, 403),
    (CONVERSE, {"kind": "rpc.v1.header.!!"}, 400),
    (CONVERSE, {"kind": "rpc.v1.header.bm90aGluZw"}, 400),
], ids=["unknown", "unary", "query", "escape", "origin", "no base64", "no field"])
def test_what_cannot_be_opened_is_answered_by_http(page, path, options, status):
    with pytest.raises(InvalidStatus) as answer:
        with page(path, **options):
            pass
    assert answer.value.response.status_code == status


def test_pages_of_the_server_itself_may_call(page, stack, desk):
    with page(origin=stack.url) as socket:
        socket.send(frame(start={"agentId": desk}))
        assert "started" in json.loads(socket.recv(timeout=20))["result"]


def test_without_an_upgrade_the_way_in_is_told(http):
    answer = http.get(CONVERSE)
    assert answer.status_code == 501 and "WebSocket" in answer.json()["error"]["message"]
