"""HTTP itself over both versions: codings, HEAD and OPTIONS, hostile requests; and other clients."""

import asyncio
import gzip
import json
import ssl
import subprocess

import aiohttp
import pytest

from conftest import metadata


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_a_long_answer_is_coded_as_the_client_asks(rest, coding):
    answer = rest.get("/openapi.json", headers={"accept-encoding": coding})
    assert answer.headers["content-encoding"] == coding
    assert "accept-encoding" in answer.headers["vary"]
    assert int(answer.headers["content-length"]) < 100_000


@pytest.mark.parametrize("coding", ["gzip", "br", "identity"])
def test_the_document_is_coded_once_and_known_by_its_tag(rest, coding):
    """It is the longest answer that strangers get: none is made for them."""
    answer = rest.get("/openapi.json", headers={"accept-encoding": coding})
    etag = answer.headers["etag"]
    again = rest.get("/openapi.json", headers={"accept-encoding": coding, "if-none-match": etag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    others = {rest.get("/openapi.json", headers={"accept-encoding": each}).headers["etag"]
              for each in ("gzip", "br", "identity")}
    assert len(others) == 3 and etag in others


def test_a_gzipped_body_is_taken_and_a_bomb_is_not(rest):
    def post(body):
        return rest.post("/api/v1/agents", content=body, headers={
            "content-type": "application/json", "content-encoding": "gzip"})

    assert post(gzip.compress(b'{"name": "Asha", "language": "hi"}')).status_code == 200
    assert post(gzip.compress(b" " * (11 << 20))).status_code == 413
    broken = post(b"\x1f\x8bno")
    assert (broken.status_code, broken.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_head_says_what_get_would(rest):
    head, get = rest.head("/api/v1/voices"), rest.get("/api/v1/voices")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"]


def test_options_lists_the_methods(rest):
    answer = rest.options("/api/v1/agents")
    assert (answer.status_code, answer.headers["allow"]) == (204, "GET, HEAD, POST")


HOSTILE = [
    ("PATCH", "/api/v1/agents/a?agent.agentId=b", "{}", 400, "agent.agentId"),
    ("GET", "/api/v1/agents?pageSize=1&page_size=2", None, 400, "page_size"),
    ("GET", "/api/v1/agents?pageSize=99999999999", None, 400, "pageSize"),
    ("GET", "/api/v1/agents?nope=1", None, 400, "nope"),
    ("GET", "/api/v1/agents?language=%ff", None, 400, None),
    ("GET", "/api/v1/agents?language=%00", None, 400, None),
    ("GET", "/api/v1/agents?" + "x" * 9000, None, 414, None),
    ("GET", "/api/v1/agents?" + "&".join(["language=a"] * 300), None, 400, None),
    ("POST", "/api/v1/agents", '{"name": "a", "name": "b"}', 400, "agent.name"),
    ("POST", "/api/v1/agents", '{"nope": 1}', 400, "agent.nope"),
    ("POST", "/api/v1/agents", '{"name": "\\ud800"}', 400, "agent.name"),
    ("POST", "/api/v1/agents", '{"turnTaking": ' + '{"a":' * 200 + "1" + "}" * 201, 400, None),
    ("POST", "/api/v1/agents", "[" * 10_000, 400, None),
    ("POST", "/api/v1/calls/c:end", '{"callId": "other"}', 400, "callId"),
]


@pytest.mark.parametrize("method,target,body,status,field", HOSTILE)
def test_a_hostile_request_is_a_typed_error(rest, method, target, body, status, field):
    answer = rest.request(method, target, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert (error["code"], error["status"]) == (status, "INVALID_ARGUMENT")
    named = [v["field"] for d in error.get("details", []) for v in d.get("fieldViolations", [])]
    assert named == ([field] if field else named)


def test_aiohttp_reads_pages_on_one_connection(stack, merchant):
    async def read():
        context = ssl.create_default_context(cafile=stack.ca)
        connector = aiohttp.TCPConnector(ssl=context, limit=1)
        async with aiohttp.ClientSession(connector=connector, headers=dict(metadata(merchant))) as http:
            for _ in range(20):
                async with http.get(f"{stack.url}/api/v1/voices") as answer:
                    assert answer.status == 200 and (await answer.json())["voices"]

    asyncio.run(read())


def test_nghttp_and_curl_speak_http2(stack, merchant):
    headers = [part for name, value in metadata(merchant) for part in ("-H", f"{name}: {value}")]
    url = f"{stack.url}/api/v1/voices"
    assert b"voices" in subprocess.check_output(["nghttp", "--no-verify-peer", *headers, url], timeout=20)
    for version in ("--http1.1", "--http2"):
        output = subprocess.check_output(
            ["curl", "-sS", version, "--compressed", "--cacert", stack.ca, *headers, url], timeout=20)
        assert json.loads(output)["voices"]


def test_h2load_sees_no_failure(stack):
    output = subprocess.check_output(
        ["h2load", "-n", "300", "-c", "3", "-m", "10", f"{stack.url}/healthz"], timeout=30, text=True)
    assert "300 succeeded, 0 failed, 0 errored" in output
