"""Pages in Chromium, of another origin, call the server over TLS by every edge that they can."""

import json
import uuid

import pytest

import browser as browsers
import stack as stacks
from conftest import client, metadata

SERVICE = "/payaid.voice.v1.AgentService"


@pytest.fixture(scope="module")
def shop(stack):
    return stack.merchant(f"{uuid.uuid4()}@example.in")


@pytest.fixture(scope="module")
def browser(stack):
    it = browsers.Browser(stack.ca)
    yield it
    it.stop()


@pytest.fixture(scope="module")
def page(stack, shop, browser):
    """A page of an origin that the merchant has named."""
    origin = browsers.Origin()
    with client(stack, shop) as rest:
        assert rest.patch("/api/v1/merchant", json={"corsOrigins": [origin.url]}).status_code == 200
        asks = {"origin": origin.url, "access-control-request-method": "GET"}
        stacks.wait_for(lambda: rest.options("/api/v1/agents", headers=asks).status_code == 204)
    yield browser.open(origin.url)
    origin.stop()


@pytest.fixture(scope="module")
def stranger_page(browser):
    origin = browsers.Origin()
    yield browser.open(origin.url)
    origin.stop()


@pytest.fixture(scope="module")
def keys(shop):
    return dict(metadata(shop))


CALL = """
const answer = await fetch(url, {method, headers, body});
const names = ["x-request-id", "etag", "grpc-status", "ratelimit-limit", "content-encoding"];
return {
  status: answer.status, text: await answer.text(),
  headers: Object.fromEntries(names.map(n => [n, answer.headers.get(n)])),
};
"""


def call(page, stack, path, headers, body=None, method="POST"):
    return page.run(
        CALL, url=stack.url + path, method=method, headers=headers,
        body=None if body is None else json.dumps(body))


def test_rest_over_http2(page, stack, keys):
    headers = {**keys, "content-type": "application/json"}
    made = call(page, stack, "/api/v1/agents", headers, {"name": "Asha", "language": "hi"})
    assert made["status"] == 200, made
    agent = json.loads(made["text"])
    assert made["headers"]["x-request-id"] and made["headers"]["ratelimit-limit"]
    read = call(page, stack, f"/api/v1/agents/{agent['agentId']}", keys, method="GET")
    assert json.loads(read["text"]) == agent and read["headers"]["etag"] == f'"{agent["etag"].strip(chr(34))}"'
    bad = call(page, stack, "/api/v1/agents", headers, {"nope": 1})
    assert bad["status"] == 400 and json.loads(bad["text"])["error"]["status"] == "INVALID_ARGUMENT"
    assert page.protocols("/api/v1/agents") == {"h2"}


def test_a_body_too_large_is_told_to_the_page(page, stack, keys):
    answer = page.run(
        """const answer = await fetch(url, {method: "POST", headers, body: "x".repeat(20e6)});
        return [answer.status, (await answer.json()).error.status];""",
        url=stack.url + "/api/v1/agents", headers={**keys, "content-type": "application/json"})
    assert answer == [413, "RESOURCE_EXHAUSTED"]


def test_connect_by_post_and_get(page, stack, keys):
    headers = {**keys, "content-type": "application/json", "connect-protocol-version": "1"}
    answer = call(page, stack, f"{SERVICE}/ListVoices", headers, {})
    assert answer["status"] == 200 and json.loads(answer["text"])["voices"]
    query = "?connect=v1&encoding=json&message=%7B%7D"
    assert call(page, stack, f"{SERVICE}/ListVoices{query}", keys, method="GET")["text"] == answer["text"]
    wrong = call(page, stack, f"{SERVICE}/GetAgent", headers, {"agentId": "nobody"})
    assert wrong["status"] == 404 and json.loads(wrong["text"])["code"] == "not_found"


READ_FRAMES = """
const framed = new Uint8Array(5 + message.length);
framed[4] = message.length;
framed.set(new TextEncoder().encode(message), 5);
const stop = new AbortController();
const answer = await fetch(url, {method: "POST", headers, body: framed, signal: stop.signal});
const reader = answer.body.getReader();
let bytes = new Uint8Array(0), frames = [];
while (frames.length < wanted) {
  const {done, value} = await reader.read();
  if (done) break;
  bytes = Uint8Array.from([...bytes, ...value]);
  while (bytes.length >= 5) {
    const length = new DataView(bytes.buffer).getUint32(1);
    if (bytes.length < 5 + length) break;
    frames.push([bytes[0], new TextDecoder().decode(bytes.slice(5, 5 + length))]);
    bytes = bytes.slice(5 + length);
  }
}
stop.abort();
return {status: answer.status, grpc: answer.headers.get("grpc-status"), frames};
"""


def framed(page, stack, path, kind, message, wanted, **headers):
    return page.run(
        READ_FRAMES, url=stack.url + path, message=message, wanted=wanted,
        headers={"content-type": f"application/{kind}", **headers})


def test_a_connect_stream_is_read_as_it_comes(page, stack):
    """The stream does not end: its first message is there all the same."""
    answer = framed(page, stack, "/grpc.health.v1.Health/Watch", "connect+json", "{}", 1)
    assert answer["frames"] == [[0, '{"status":"SERVING"}']]


def test_grpc_web(page, stack, keys):
    answer = framed(page, stack, f"{SERVICE}/ListVoices", "grpc-web+json", "{}", 2, **keys, **{"x-grpc-web": "1"})
    (flags, message), (end, trailers) = answer["frames"]
    assert (flags, end) == (0, 0x80) and json.loads(message)["voices"]
    assert "grpc-status: 0\r\n" in trailers
    refused = framed(page, stack, f"{SERVICE}/None", "grpc-web+json", "{}", 1, **keys)
    assert (refused["status"], refused["grpc"], refused["frames"]) == (200, "12", [])


HOLD = """
return await new Promise(done => {
  const socket = new WebSocket(url, protocols);
  socket.onopen = () => { socket.send(JSON.stringify({start: {agentId: "nobody"}})); socket.send(""); };
  const seen = [];
  socket.onmessage = event => seen.push(event.data);
  socket.onclose = event => done([socket.protocol, seen.length > 0, event.code]);
});
"""


def hold(page, stack, keys):
    fields = """Object.entries(keys).map(([n, v]) =>
      "rpc.v1.header." + btoa(n + ": " + v).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""))"""
    return page.run(
        f"const protocols = ['rpc.v1.json', ...{fields}];" + HOLD, keys=keys,
        url=stack.url.replace("https", "wss") + "/payaid.voice.v1.LiveService/Converse")


def test_a_websocket_is_held_to_its_end(page, stack, keys):
    protocol, has_answer, code = hold(page, stack, keys)
    # 1006 would be a connection that broke.
    assert protocol == "rpc.v1.json" and has_answer and code != 1006


def test_a_page_of_nobodys_origin_gets_nothing(stranger_page, stack, keys):
    headers = {**keys, "content-type": "application/json"}
    for path in ("/api/v1/agents", f"{SERVICE}/ListVoices"):
        assert call(stranger_page, stack, path, headers, {}) == "thrown: TypeError: Failed to fetch"
    # Without a preflight the request is made, and its answer kept from the page.
    assert call(stranger_page, stack, "/healthz", {}, method="GET") == "thrown: TypeError: Failed to fetch"
    assert framed(stranger_page, stack, f"{SERVICE}/ListVoices", "grpc-web+json", "{}", 1) \
        == "thrown: TypeError: Failed to fetch"
    assert hold(stranger_page, stack, keys)[1:] == [False, 1006]


def test_another_merchants_key_is_of_no_use_to_the_page(page, stack):
    other = stack.merchant(f"{uuid.uuid4()}@example.in")
    answer = call(page, stack, "/api/v1/agents", dict(metadata(other)), method="GET")
    assert answer["status"] == 403
