"""Calls from end to end: the real server, with voicesim as carrier, callee and model."""

import concurrent.futures
import json
import uuid

import pytest
from websockets.exceptions import InvalidStatus

import calling
import stack as stacks
from conftest import client, metadata
from exotel import dial

ENGLISH, BUSY, NO_ANSWER, FAILED = (f"+9190000000{n}" for n in ("01", "03", "04", "05"))
HASTY, SILENT = calling.HASTY, calling.SILENT


@pytest.fixture(scope="module")
def placed(stack, merchant, desk):
    """Calls that take their time, placed at once: their ids by number."""
    with client(stack, merchant) as rest:
        yield {n: calling.place(rest, desk, n) for n in (ENGLISH, BUSY, NO_ANSWER, FAILED)}


@pytest.fixture(scope="module")
def http(stack, merchant):
    with client(stack, merchant) as it:
        yield it


@pytest.fixture(scope="module")
def watched(stack, merchant, placed, channel):
    """What two watchers of one call saw: the events over gRPC, and the lines over REST."""
    from payaid.voice.v1 import calls_pb2, calls_pb2_grpc
    call = placed[ENGLISH]

    def lines():
        with client(stack, merchant) as rest, rest.stream(
                "GET", f"/api/v1/calls/{call}:watch", timeout=90,
                headers={"accept": "application/x-ndjson"}) as answer:
            assert answer.headers["content-type"].startswith("application/x-ndjson")
            return [json.loads(line) for line in answer.iter_lines()]

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        rest = pool.submit(lines)
        stub = calls_pb2_grpc.CallServiceStub(channel)
        events = list(stub.WatchCall(
            calls_pb2.WatchCallRequest(call_id=call), metadata=metadata(merchant), timeout=90))
        return events, rest.result(timeout=90)


@pytest.fixture(scope="module")
def completed(http, placed, watched):
    return calling.until(http, placed[ENGLISH], {"COMPLETED"})


def test_a_call_is_held_and_written_down(completed):
    assert completed["direction"] == "OUTBOUND" and completed["language"] == "en"
    said = completed["transcript"]
    agent = " ".join(e["text"] for e in said if e["speaker"] == "AGENT")
    caller = " ".join(e["text"] for e in said if e["speaker"] == "CALLER")
    assert "order" in agent and "order" in caller
    offsets = [calling.seconds(e["offset"]) for e in said]
    assert offsets == sorted(offsets)
    assert 0 <= offsets[0] and offsets[-1] <= calling.seconds(completed["duration"])
    assert completed["createTime"] <= completed["answerTime"] <= completed["endTime"]


def test_a_call_says_what_it_cost_and_how_fast_it_was(completed):
    cost = completed["cost"]
    telephony, model = calling.rupees(cost["telephony"]), calling.rupees(cost["model"])
    assert telephony > 0 and model > 0
    assert calling.rupees(cost["total"]) == pytest.approx(telephony + model)
    quality = completed["quality"]
    assert 0 < calling.seconds(quality["replyLatencyP50"]) < 5
    assert calling.seconds(quality["replyLatencyP50"]) <= calling.seconds(quality["replyLatencyP95"])


def test_both_sides_are_heard_in_the_recording_behind_the_notice(http, completed):
    assert completed["recordingAvailable"]
    assert completed["transcript"][0]["text"].startswith("This call is being recorded.")
    heard = calling.recording(http, completed["callId"])
    assert heard.caller > 1000 and heard.agent > 1000
    assert 2 < calling.seconds(completed["duration"]) - heard.seconds < 20


def test_live_speech_does_not_say_how_sure_it_is(completed):
    assert not any({"confidence", "language"} & set(entry) for entry in completed["transcript"])
    assert "recognitionConfidence" not in completed["quality"]


def test_a_watch_tells_everything_in_order(watched, completed):
    events, _ = watched
    assert events[0].WhichOneof("event") == "call"
    assert [e.sequence for e in events] == sorted({e.sequence for e in events})
    states = [e.call.State.Name(e.call.state) for e in events if e.WhichOneof("event") == "call"]
    assert states[-1] == "COMPLETED" and "IN_PROGRESS" in states
    said = [e.transcript.text for e in events if e.WhichOneof("event") == "transcript"]
    assert said == [e["text"] for e in completed["transcript"]]


def test_a_watch_over_rest_is_the_same(watched):
    events, lines = watched
    assert lines[-1] == {"end": {}}
    results = [line["result"] for line in lines[:-1]]
    assert [r["transcript"]["text"] for r in results if "transcript" in r] == [
        e.transcript.text for e in events if e.WhichOneof("event") == "transcript"]
    assert results[-1]["call"]["state"] == "COMPLETED"


def test_a_watch_of_a_call_that_is_over_ends_at_once(http, watched, completed):
    events, _ = watched
    answer = http.get(
        f"/api/v1/calls/{completed['callId']}:watch", params={"after_sequence": events[-2].sequence})
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert lines[-2]["result"]["call"]["state"] == "COMPLETED" and lines[-1] == {"end": {}}


@pytest.mark.parametrize("http2", [False, True], ids=["http1", "http2"])
def test_a_head_of_a_watch_is_the_head_alone(stack, merchant, completed, http2):
    path = f"/api/v1/calls/{completed['callId']}:watch"
    with client(stack, merchant, http2) as rest:
        for _ in range(3):
            head, get = rest.head(path), rest.get(path)
            assert (head.status_code, head.content) == (200, b"")
            assert head.headers["content-type"] == get.headers["content-type"]
            assert "content-length" not in head.headers
            assert json.loads(get.text.splitlines()[-1]) == {"end": {}}


@pytest.mark.parametrize("number, state", [
    (BUSY, "BUSY"), (NO_ANSWER, "NO_ANSWER"), (FAILED, "FAILED")])
def test_a_call_that_is_not_answered_says_why(http, placed, number, state):
    call = calling.until(http, placed[number], {state})
    assert "answerTime" not in call and "transcript" not in call
    assert http.get(f"/api/v1/calls/{call['callId']}/recording").status_code == 404


def test_calls_are_listed_newest_first_and_by_state(http, placed, completed):
    listed = http.get("/api/v1/calls", params={"state": "COMPLETED"}).json()["calls"]
    assert placed[ENGLISH] in [c["callId"] for c in listed]
    assert {c["state"] for c in listed} == {"COMPLETED"}
    assert all("transcript" not in c for c in listed)
    assert next(c for c in listed if c["callId"] == placed[ENGLISH])["recordingAvailable"]
    unanswered = http.get("/api/v1/calls", params={"state": "FAILED"}).json()["calls"]
    assert not any(c.get("recordingAvailable") for c in unanswered if c["callId"] == placed[FAILED])
    ids = [c["callId"] for c in http.get("/api/v1/calls").json()["calls"]]
    assert ids == sorted(ids, reverse=True) and set(placed.values()) <= set(ids)


def test_a_caller_who_hangs_up_completes_the_call(http, desk):
    call = calling.until(http, calling.place(http, desk, HASTY), {"COMPLETED"})
    assert call["endReason"] == "caller_hung_up"
    assert 4 < calling.seconds(call["duration"]) < 20


def test_a_call_is_ended_in_its_middle(http, desk):
    id = calling.place(http, desk, SILENT)
    calling.until_said(http, id)
    assert http.post(f"/api/v1/calls/{id}:end", json={}).status_code == 200
    call = calling.until(http, id, {"COMPLETED"}, limit=10)
    assert call["recordingAvailable"] and call["transcript"]
    again = http.post(f"/api/v1/calls/{id}:end", json={}).json()
    assert (again["state"], again["etag"]) == ("COMPLETED", call["etag"])
    assert again["recordingAvailable"] and again["transcript"] == call["transcript"]


def test_a_call_is_ended_before_it_is_answered(http, desk):
    id = calling.place(http, desk, NO_ANSWER)
    ended = http.post(f"/api/v1/calls/{id}:end", json={}).json()
    assert ended["state"] == "CANCELED"
    assert calling.get(http, id)["state"] == "CANCELED"


def test_one_idempotency_key_places_one_call(http, desk):
    key = {"idempotency-key": str(uuid.uuid4())}
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        ids = set(pool.map(lambda _: calling.place(http, desk, FAILED, **key), range(4)))
    assert len(ids) == 1
    other = http.post(
        "/api/v1/calls", json={"agentId": desk, "phoneNumber": BUSY}, headers=key)
    assert other.status_code == 409 and other.json()["error"]["status"] == "ALREADY_EXISTS"


@pytest.mark.parametrize("method, path", [
    ("GET", ""), ("GET", "/recording"), ("POST", ":end"), ("GET", ":watch")])
def test_another_merchants_call_is_not_there(stack, stranger, completed, method, path):
    with client(stack, stranger) as other:
        answer = other.request(
            method, f"/api/v1/calls/{completed['callId']}{path}",
            **({"json": {}} if method == "POST" else {}))
        assert answer.status_code == 404, answer.text


CALLBACK = "/api/v1/webhooks/exotel"
JSON = "application/json"
BROKEN_FORM = b"--x\r\nContent-Disposition: form-data; name=\"CallSid\"\r\n\r\nabc"


@pytest.mark.parametrize("token, body, type, status", [
    (None, b"{}", JSON, 401),
    ("0" * 64, b"{}", JSON, 401),
    ("\u0928\u092e\u0938\u094d\u0924\u0947", b"{}", JSON, 401),
    ("\x00\x7f%", b"{}", JSON, 400),
    ("0" * 64, b"x" * 70_000, JSON, 400),
    ("0" * 64, b"x" * 5_000_000, JSON, 400),
    ("0" * 64, BROKEN_FORM, "multipart/form-data; boundary=x", 401),
    ("0" * 64, BROKEN_FORM, "multipart/form-data", 401),
], ids=["no token", "wrong token", "hindi token", "odd token", "large", "huge", "cut form",
        "form without boundary"])
def test_a_forged_callback_changes_nothing(stack, http, completed, token, body, type, status):
    before = calling.get(http, completed["callId"])
    query = {"cid": completed["callId"], **({"t": token} if token is not None else {})}
    with client(stack, None) as carrier:
        answer = carrier.post(CALLBACK, params=query, content=body, headers={"content-type": type})
    assert answer.status_code == status, answer.text
    assert calling.get(http, completed["callId"]) == before


@pytest.mark.parametrize("token", ["0" * 32, "x", "%00", "%E0%A4%A8"])
def test_a_stream_with_a_wrong_token_is_refused_before_it_opens(stack, completed, token):
    with pytest.raises(InvalidStatus) as refused:
        dial(f"wss://localhost:{stack.port}/api/v1/agentstream/{completed['callId']}/{token}", stack.ca)
    assert refused.value.response.status_code == 401


def test_many_calls_are_held_at_once(stack, http, desk):
    ids = [calling.place(http, desk, SILENT) for _ in range(6)]
    ended = [calling.listen(http, id) for id in ids]
    assert all(c["recordingAvailable"] and c["cost"]["telephony"] for c in ended)


def test_the_carriers_own_price_takes_the_place_of_ours(stack, http, completed):
    path = f"/api/v1/calls/{completed['callId']}"
    assert not completed["cost"].get("settled")
    stacks.sql(stack.ready["database"], f"""
        BEGIN; SELECT set_config('payaid.merchant_id', '*', true) \\g /dev/null
        UPDATE calls SET settle_after = now() WHERE call_id = '{completed["callId"]}';
        UPDATE job_schedules SET last_run = NULL, next_run = now() - interval '1 second'
        WHERE name = 'calls.settlement'; COMMIT;""")
    cost = stacks.wait_for(lambda: (it := http.get(path).json()["cost"]).get("settled") and it)
    # voicesim's carrier takes 60 paise for each minute begun.
    minutes = -(-calling.seconds(completed["duration"]) // 60)
    assert calling.rupees(cost["telephony"]) == pytest.approx(0.6 * minutes)
    assert calling.rupees(cost["model"]) >= calling.rupees(completed["cost"]["model"])
