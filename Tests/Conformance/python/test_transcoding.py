"""Rows of the transcoding sheet against the real server: streams by Accept, caching, bodies, paths."""

import json

import pytest

import calling
from conftest import client


@pytest.fixture(scope="module")
def ended(stack, merchant, desk):
    """A call that is over: it was ended before it was answered, which nobody does."""
    with client(stack, merchant) as rest:
        call = calling.place(rest, desk, "+919000000004")
        ended = rest.post(f"/api/v1/calls/{call}:end", json={})
        assert ended.json()["state"] == "CANCELED", ended.text
        return call


def watch(rest, call, accept, **headers):
    answer = rest.get(f"/api/v1/calls/{call}:watch", headers={"accept": accept, **headers})
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.headers["content-type"].split(";")[0] == accept
    return answer.text


def test_a_stream_of_lines_ends_with_its_end(rest, ended):
    lines = [json.loads(line) for line in watch(rest, ended, "application/x-ndjson").splitlines() if line]
    assert lines[-1] == {"end": {}} and len(lines) > 1
    assert all(set(line) == {"result"} for line in lines[:-1])


def test_a_stream_is_an_array_for_who_asks_for_json(rest, ended):
    events = json.loads(watch(rest, ended, "application/json"))
    assert events and all("error" not in event for event in events)


def events(text):
    """Server-sent events as (id, event, data)."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            found.append((fields.get("id"), fields.get("event"), json.loads(fields["data"])))
    return found


def test_events_have_ids_and_can_be_taken_up_behind_one(rest, ended):
    whole = events(watch(rest, ended, "text/event-stream"))
    assert whole[-1][1:] == ("end", {})
    ids = [int(id) for id, kind, _ in whole if kind is None]
    assert ids == sorted(ids) and ids
    rest_of_it = events(watch(rest, ended, "text/event-stream", **{"last-event-id": str(ids[0])}))
    assert [int(id) for id, kind, _ in rest_of_it if kind is None] == ids[1:]


def test_an_error_before_the_first_message_is_a_status(rest):
    for accept in ("application/x-ndjson", "text/event-stream", "application/json"):
        answer = rest.get("/api/v1/calls/call_nobody:watch", headers={"accept": accept})
        assert answer.status_code == 404 and answer.json()["error"]["status"] == "NOT_FOUND"


def test_a_read_may_be_304(rest, desk):
    first = rest.get(f"/api/v1/agents/{desk}")
    tag = first.headers["etag"]
    for given in (tag, f'"other", W/{tag}', "*"):
        again = rest.get(f"/api/v1/agents/{desk}", headers={"if-none-match": given})
        assert (again.status_code, again.content) == (304, b"") and again.headers["etag"] == tag
    fresh = rest.get(f"/api/v1/agents/{desk}", headers={"if-none-match": '"other"'})
    assert fresh.status_code == 200 and fresh.json() == first.json()


BODIES = {
    "byte order mark": b"\xef\xbb\xbf{}", "trailing data": b'{"name":"A"} x', "two values": b"{}{}",
    "no UTF-8": b'{"name":"\xff"}', "comment": b'{/**/"name":"A"}', "single quotes": b"{'name':'A'}",
    "trailing comma": b'{"name":"A",}', "cut": b'{"name":"A"', "list": b"[]", "null": b"null",
    "number for text": b'{"name":1}', "text for number": b'{"maxCallDuration":"soon"}',
    "unknown enum": b'{"purpose":"CALL_PURPOSE_NONE"}', "control": b'{"name":"a\x01"}',
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_is_one_json_object(rest, name):
    answer = rest.post("/api/v1/agents", content=BODIES[name], headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize("path, status", [
    ("/api/v1/voices/", 404), ("/api/v1//voices", 404), ("/API/v1/voices", 404), ("/api/v1/voices:x", 404),
    ("/api/v1/agents/%zz", 400), ("/api/v1/agents/a%00b", 400), ("/api/v1/agents/%ff", 400),
    ("/api/v1/agents/a%2Fb", 404), ("/api/v1/agents/a/b", 404), ("/api/v1/%76oices", 200)])
def test_a_path_is_read_strictly(rest, path, status):
    answer = rest.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("method, path, allow", [
    ("DELETE", "/api/v1/voices", "GET, HEAD"), ("PUT", "/api/v1/agents", "GET, HEAD, POST"),
    ("GET", "/api/v1/calls/c:end", "POST"), ("BREW", "/api/v1/voices", "GET, HEAD")])
def test_another_method_is_told_which_are_served(rest, method, path, allow):
    answer = rest.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allow)
    assert answer.json()["error"]["code"] == 405


@pytest.mark.parametrize("query", ["period=today", "period=PERIOD_today", "period="])
def test_a_name_that_an_enum_has_not_is_answered_with_those_it_has(rest, query):
    answer = rest.get(f"/api/v1/analytics/dashboard?{query}")
    assert answer.status_code == 400
    assert "PERIOD_TODAY, PERIOD_WEEK, PERIOD_MONTH" in answer.json()["error"]["message"]
