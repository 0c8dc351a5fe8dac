"""The REST edge over HTTP/1.1 and HTTP/2: the same services, transcoded; and curl as a second client."""

import json
import socket
import ssl
import subprocess

import pytest

from conftest import client
from raw import resident


@pytest.fixture()
def agent(rest):
    answer = rest.post("/api/v1/agents", json={"name": "Asha", "language": "hi", "voice_id": "Kore"})
    assert answer.status_code == 200, answer.text
    return answer.json()


def error(answer, status, name):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    body = answer.json()["error"]
    assert (body["code"], body["status"]) == (status, name)
    return body


def fields(body):
    return [v["field"] for d in body.get("details", []) for v in d.get("fieldViolations", [])]


def test_an_agent_lives_through_its_whole_life(rest, agent):
    path = f"/api/v1/agents/{agent['agentId']}"
    assert rest.get(path).json() == agent
    patched = rest.patch(path, json={"greeting": "Namaste"}).json()
    assert (patched["greeting"], patched["name"]) == ("Namaste", "Asha")
    replaced = rest.put(path, json={"name": "Meera", "language": "en"}).json()
    assert replaced["name"] == "Meera" and "greeting" not in replaced
    assert agent["agentId"] in [a["agentId"] for a in rest.get("/api/v1/agents").json()["agents"]]
    assert rest.delete(path).status_code == 200
    error(rest.get(path), 404, "NOT_FOUND")


def test_a_patch_with_an_empty_value_clears_the_field(rest, agent):
    path = f"/api/v1/agents/{agent['agentId']}"
    rest.patch(path, json={"greeting": "Namaste"})
    assert "greeting" not in rest.patch(path, json={"greeting": ""}).json()


def test_both_spellings_of_a_name_are_taken(rest):
    for key in ("systemPrompt", "system_prompt"):
        answer = rest.post("/api/v1/agents", json={"name": "A", "language": "en", key: "Be kind."})
        assert answer.json()["systemPrompt"] == "Be kind."


def test_an_etag_guards_an_update(rest, agent):
    path = f"/api/v1/agents/{agent['agentId']}"
    tag = rest.get(path).headers["etag"]
    assert rest.patch(path, json={"name": "B"}, headers={"if-match": tag}).status_code == 200
    assert rest.patch(path, json={"name": "C"}, headers={"if-match": tag}).status_code == 412


def test_an_idempotency_key_is_a_request_id(rest):
    body = {"name": "Once", "language": "en"}
    headers = {"idempotency-key": f"rest-{id(rest)}"}
    first = rest.post("/api/v1/agents", json=body, headers=headers).json()
    assert rest.post("/api/v1/agents", json=body, headers=headers).json() == first


@pytest.mark.parametrize("body, where", [
    ({"name": "A", "language": "en", "nope": 1}, "agent.nope"),
    ({"name": 7, "language": "en"}, "agent.name"),
    ({"name": "A", "language": "en", "turnTaking": {"endOfTurnSilence": "soon"}},
     "agent.turnTaking.endOfTurnSilence"),
])
def test_bad_json_is_answered_with_the_fields_path(rest, body, where):
    found = fields(error(rest.post("/api/v1/agents", json=body), 400, "INVALID_ARGUMENT"))
    assert any(where.endswith(f) or f.endswith(where) for f in found), found


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"name":"A"} x', b"\xff", b'{"name":"\xff"}'])
def test_what_is_no_json_object_is_refused(rest, content):
    answer = rest.post("/api/v1/agents", content=content, headers={"content-type": "application/json"})
    error(answer, 400, "INVALID_ARGUMENT")


def test_another_content_type_is_refused(rest):
    answer = rest.post("/api/v1/agents", content=b"x", headers={"content-type": "text/plain"})
    assert answer.status_code == 415


def test_paths_and_verbs_that_are_not_there(rest):
    error(rest.get("/api/v1/nothing"), 404, "NOT_FOUND")
    answer = rest.request("POST", "/api/v1/voices")
    assert answer.status_code == 405 and "GET" in answer.headers["allow"]
    error(rest.get("/api/v1/agents?nope=1"), 400, "INVALID_ARGUMENT")
    error(rest.get("/api/v1/agents?page_size=-1"), 400, "INVALID_ARGUMENT")


def test_nobody_is_turned_away(stack, rest):
    with client(stack, None) as anybody:
        error(anybody.get("/api/v1/agents"), 401, "UNAUTHENTICATED")


@pytest.mark.parametrize("http2", [False, True], ids=["http1", "http2"])
def test_the_bodies_of_those_turned_away_are_not_kept(stack, http2):
    body = b'{"name":"' + b"a" * (4 << 20) + b'"}'
    with client(stack, None, http2) as anybody:
        def post(count):
            for _ in range(count):
                answer = anybody.post(
                    "/api/v1/agents", content=body, headers={"content-type": "application/json"})
                error(answer, 401, "UNAUTHENTICATED")
            return resident(stack.server.process.pid)

        before = post(5)
        grown = post(24) - before
        assert grown < 48, grown


def test_another_merchants_agent_is_not_found(stack, stranger, agent):
    with client(stack, stranger) as other:
        error(other.get(f"/api/v1/agents/{agent['agentId']}"), 404, "NOT_FOUND")


@pytest.mark.parametrize("number", [
    "", "9876500001", "+91987650000", "+14155550100", "+910876500001", "+911800110000", "+91 98765 00001"])
def test_a_number_that_cannot_be_dialled_is_refused(rest, agent, number):
    answer = rest.post("/api/v1/calls", json={"agentId": agent["agentId"], "phoneNumber": number})
    assert "call.phoneNumber" in fields(error(answer, 400, "INVALID_ARGUMENT"))


def test_a_call_with_another_merchants_agent_is_refused(stack, stranger, agent):
    with client(stack, stranger) as other:
        answer = other.post(
            "/api/v1/calls", json={"agentId": agent["agentId"], "phoneNumber": "+919876500001"})
        error(answer, 404, "NOT_FOUND")


def test_the_gate_lists_its_reasons(rest, agent):
    answer = rest.post(
        "/api/v1/calls", json={"agentId": agent["agentId"], "phoneNumber": "+919876500001"})
    body = error(answer, 400, "FAILED_PRECONDITION")
    rules = [v["type"] for d in body["details"] for v in d.get("violations", [])]
    assert "CALLER_ID_PRESENT" in rules


@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
def test_curl_makes_an_agent(stack, merchant, version):
    output = subprocess.check_output(
        ["curl", "-sS", version, "--cacert", stack.ca, "-u", f"{merchant['key']}:{merchant['secret']}",
         f"{stack.url}/api/v1/agents", "-d", '{"name":"curl","language":"en"}',
         "-H", "content-type: application/json"], timeout=20)
    assert json.loads(output)["name"] == "curl"


HOSTILE = {
    "both lengths": b"POST /api/v1/agents HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"POST /api/v1/agents HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
    "folded line": b"GET /api/v1/voices HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n",
    "bare line feed": b"GET /api/v1/voices HTTP/1.1\nHost: a\n\n",
    "no host": b"GET /api/v1/voices HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /api/v1/voices HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "blank before colon": b"GET /api/v1/voices HTTP/1.1\r\nHost : a\r\n\r\n",
    "nul in a value": b"GET /api/v1/voices HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n",
    "long header": b"GET /api/v1/voices HTTP/1.1\r\nHost: a\r\nX-A: " + b"b" * 70_000 + b"\r\n\r\n",
    "no http": b"\x16\x03\x01 hello\r\n\r\n",
    "old version": b"GET /api/v1/voices HTTP/0.9\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_are_cut_off_and_others_served(stack, rest, name):
    context = ssl.create_default_context(cafile=stack.ca)
    context.set_alpn_protocols(["http/1.1"])
    with socket.create_connection(("127.0.0.1", stack.port), timeout=10) as raw:
        with context.wrap_socket(raw, server_hostname="localhost") as peer:
            peer.sendall(HOSTILE[name])
            answer = peer.recv(4096)
            assert answer == b"" or int(answer.split(b" ")[1]) >= 400
    assert rest.get("/api/v1/voices").status_code == 200
