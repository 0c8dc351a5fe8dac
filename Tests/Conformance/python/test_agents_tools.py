"""Functions of agents, carried out in real calls at a merchant's endpoint that this test serves."""

import http.server
import json
import threading
import uuid

import pytest

import calling
import stack as stacks
from conftest import client
from exotel import together
from test_rest import error, fields

CALLER = "+919000000001"


class Endpoint:
    """A merchant's endpoint, while `with` lasts: answers with what `answer` says, keeps every request."""

    def __init__(self, answer):
        self.requests, self.answer = [], answer
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

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()


@pytest.fixture(scope="module")
def web():
    with stacks.running(environment={"WEBHOOK_ALLOW_LOOPBACK": "true"}) as stack:
        with client(stack, stack.merchant(f"{uuid.uuid4()}@example.in")) as it:
            yield it


SECRET = f"Bearer {uuid.uuid4().hex}"
# What is answered in each call, and what else the agent is told of the endpoint.
CALLS = {
    "answering": ((200, {"status": "shipped"}), {
        "headers": {"X-Shop": "7"}, "secretHeaders": {"Authorization": "orders_key"}}),
    "failing": ((503, {"oops": "stack trace"}), {}),
    # Published when its secret could still go there.
    "astray": ((200, {"status": "shipped"}), {"secretHeaders": {"Authorization": "moved_key"}}),
}


@pytest.fixture(scope="module")
def asked(web):
    """Calls in which the caller gives an order number, which the agent looks up, all held at once.

    By name: the call, what the agent said, and the requests that its endpoint got.
    """
    def secret(name, *hosts):
        web.put(f"/api/v1/secrets/{name}", json={"value": SECRET, "hosts": hosts}).raise_for_status()

    secret("orders_key", "127.0.0.1")
    secret("moved_key", "127.0.0.1")

    def ask(name):
        answer, tool = CALLS[name]
        with Endpoint(answer) as endpoint:
            agent = calling.new_agent(web, f"+9180471209{41 + list(CALLS).index(name)}", tools=[{
                "name": "get_order_status", "url": endpoint.url, "description": "Finds an order.",
                "parameters": {"type": "object", "properties": {"order_id": {"type": "string"}}},
                **tool}])
            if name == "astray":
                secret("moved_key", "shop.example.in", "*.0.example.in")
            done = calling.until(web, calling.place(web, agent, CALLER), {"COMPLETED"})
        said = " ".join(line["text"] for line in done["transcript"] if line["speaker"] == "AGENT")
        return done, said, endpoint.requests
    return together(ask, list(CALLS))


def test_the_model_gets_what_the_merchants_endpoint_answers(asked):
    done, said, requests = asked["answering"].result()
    # The caller may speak over the end of the answer, and only what was heard is written down.
    assert "I have looked at order" in said and "could not look that up" not in said
    [(headers, body)] = requests
    headers = {name.lower(): value for name, value in headers.items()}
    assert (headers["authorization"], headers["x-shop"]) == (SECRET, "7")
    assert headers["idempotency-key"] == f"{done['callId']}/{body['tool_call_id']}"
    assert body["call_id"] == done["callId"] and body["agent_version"] == 1
    assert body["tool"] == "get_order_status" and body["arguments"]["order_id"]
    [execution] = done["toolExecutions"]
    assert execution["tool"] == "get_order_status" and execution["succeeded"]
    assert SECRET not in json.dumps(done)


def test_a_failing_endpoint_fails_the_function_and_not_the_call(asked):
    done, _, _ = asked["failing"].result()
    [execution] = done["toolExecutions"]
    assert "succeeded" not in execution and "503" in execution["failure"]
    assert "stack trace" not in json.dumps(done)


def test_a_secret_is_not_sent_to_other_hosts_than_its_own(web, asked):
    done, _, requests = asked["astray"].result()
    [execution] = done["toolExecutions"]
    assert "succeeded" not in execution and "secret" in execution["failure"]
    assert requests == [] and SECRET not in json.dumps(done)
    # Nor does who may not set secrets take one to a place of theirs.
    key = web.post("/api/v1/api-keys", json={"displayName": "bot", "scopes": ["agents.write", "calls.write"]}).json()
    answer = web.post(
        "/api/v1/agents", headers={"x-api-key": key["apiKey"]["keyId"], "x-api-secret": key["secret"]},
        json={"name": "Spy", "language": "en", "tools": [
            {"name": "f", "url": "https://evil.in", "secretHeaders": {"x-loot": "orders_key"}}]})
    assert fields(error(answer, 400, "INVALID_ARGUMENT")) == ["agent.tools[0].secretHeaders.x-loot"]


@pytest.mark.parametrize("url", ["https://10.0.0.1/x", "https://169.254.169.254/latest", "http://example.in/x"])
def test_an_endpoint_inside_the_network_is_refused(web, url):
    answer = web.post("/api/v1/agents", json={
        "name": "Spy", "language": "en", "tools": [{"name": "f", "url": url}]})
    assert fields(error(answer, 400, "INVALID_ARGUMENT")) == ["agent.tools[0].url"]


# By the caller's number: the agent's language, its document, and of each question how the answer begins.
PASSAGES = {
    "+919000000012": ("en", "You may return goods within ten days. We deliver to cities such as Pune.", {
        "What is your return policy?": "You may return", "Which cities do you deliver to?": "We deliver"}),
    "+919000000013": ("hi", "वापसी की नीति दस दिन की है। हम पुणे जैसे शहरों में डिलीवरी करते हैं।", {
        "आपकी वापसी की नीति क्या है?": "वापसी की", "आप किन शहरों में डिलीवरी करते हैं?": "हम पुणे"}),
}


@pytest.fixture(scope="module")
def informed(web):
    """Calls in which the caller asks what only documents answer: what was searched for, what was said."""
    def ask(number):
        language, text, _ = PASSAGES[number]
        answer = {"passages": [{"text": text, "source": "faq.pdf", "page": 3}]}
        with Endpoint((200, answer)) as endpoint:
            agent = calling.new_agent(web, "+9180471209" + number[-2:], language=language, tools=[{
                "name": "shop_knowledge", "url": endpoint.url, "description": "Knows the shop.",
                "parameters": {"type": "object", "properties": {"query": {"type": "string"}}}}])
            done = calling.until(web, calling.place(web, agent, number), {"COMPLETED"})
        said = " ".join(line["text"] for line in done["transcript"] if line["speaker"] == "AGENT")
        return [body["arguments"]["query"] for _, body in endpoint.requests], said
    return together(ask, list(PASSAGES))


@pytest.mark.parametrize("number", PASSAGES)
def test_a_question_of_the_caller_is_answered_from_passages(informed, number):
    searched, said = informed[number].result()
    _, _, answers = PASSAGES[number]
    assert searched == list(answers)
    # The caller may speak over the end of an answer.
    assert [start for start in answers.values() if start not in said] == []
