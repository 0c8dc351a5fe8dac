"""Functions of agents, carried out in real calls at a merchant's endpoint that this test serves."""

import http.server
import json
import threading
import uuid

import pytest

import calling
import stack as stacks
from conftest import client
from test_rest import error, fields

CALLER = "+919000000001"


class Endpoint:
    """A merchant's endpoint: answers with what `answer` says and keeps every request."""

    def __init__(self):
        self.requests, self.answer = [], (200, {"status": "shipped"})
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                endpoint.requests.append((dict(self.headers.items()), json.loads(body)))
                status, answer = endpoint.answer
                answer = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/orders"


@pytest.fixture()
def endpoint():
    it = Endpoint()
    yield it
    it.server.shutdown()


@pytest.fixture(scope="module")
def web():
    with stacks.running(environment={"WEBHOOK_ALLOW_LOOPBACK": "true"}) as stack:
        with client(stack, stack.merchant(f"{uuid.uuid4()}@example.in")) as it:
            yield it


def ask(web, endpoint, number, **tool):
    """A call in which the caller gives an order number, which the agent looks up."""
    agent = calling.new_agent(web, number, tools=[{
        "name": "get_order_status", "url": endpoint.url, "description": "Finds an order.",
        "parameters": {"type": "object", "properties": {"order_id": {"type": "string"}}}, **tool}])
    done = calling.until(web, calling.place(web, agent, CALLER), {"COMPLETED"})
    said = " ".join(line["text"] for line in done["transcript"] if line["speaker"] == "AGENT")
    return done, said


def test_the_model_gets_what_the_merchants_endpoint_answers(web, endpoint):
    secret = f"Bearer {uuid.uuid4().hex}"
    web.put("/api/v1/secrets/orders_key", json={"value": secret}).raise_for_status()
    done, said = ask(
        web, endpoint, "+918047120941", headers={"X-Shop": "7"}, secretHeaders={"Authorization": "orders_key"})
    # The caller may speak over the end of the answer, and only what was heard is written down.
    assert "I have looked at order" in said and "could not look that up" not in said
    [(headers, body)] = endpoint.requests
    headers = {name.lower(): value for name, value in headers.items()}
    assert (headers["authorization"], headers["x-shop"]) == (secret, "7")
    assert headers["idempotency-key"] == f"{done['callId']}/{body['tool_call_id']}"
    assert body["call_id"] == done["callId"] and body["agent_version"] == 1
    assert body["tool"] == "get_order_status" and body["arguments"]["order_id"]
    [execution] = done["toolExecutions"]
    assert execution["tool"] == "get_order_status" and execution["succeeded"]
    assert secret not in json.dumps(done)


def test_a_failing_endpoint_fails_the_function_and_not_the_call(web, endpoint):
    endpoint.answer = (503, {"oops": "stack trace"})
    done, _ = ask(web, endpoint, "+918047120942")
    [execution] = done["toolExecutions"]
    assert "succeeded" not in execution and "503" in execution["failure"]
    assert "stack trace" not in json.dumps(done)


@pytest.mark.parametrize("url", ["https://10.0.0.1/x", "https://169.254.169.254/latest", "http://example.in/x"])
def test_an_endpoint_inside_the_network_is_refused(web, url):
    answer = web.post("/api/v1/agents", json={
        "name": "Spy", "language": "en", "tools": [{"name": "f", "url": url}]})
    assert fields(error(answer, 400, "INVALID_ARGUMENT")) == ["agent.tools[0].url"]
