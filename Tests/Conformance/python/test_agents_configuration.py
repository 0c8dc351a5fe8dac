"""What an agent can be told: checked at the edge, all at once; and secrets that never come out."""

import uuid

import pytest

from conftest import client
from test_rest import error, fields


@pytest.fixture(scope="module")
def web(stack, merchant):
    with client(stack, merchant) as it:
        yield it


FULL = {
    "name": "Complete", "language": "en", "voiceId": "Kore", "fallbackVoiceIds": ["Puck"],
    "systemPrompt": "Sell nothing.", "greeting": "Hello {{name}}.", "farewell": "Bye.",
    "languageSettings": {"hi": {"voiceId": "Aoede", "greeting": "नमस्ते {{name}}"}},
    "variables": [{"name": "name", "type": "STRING", "defaultValue": "friend"}],
    "turnTaking": {"preset": "PATIENT", "idlePrompts": 0, "idleMessage": "Are you there?",
                   "interruptionSpeech": "0.150s", "interruptionSensitivity": "LOW"},
    "maxDuration": "600s", "webhookUrl": "https://example.in/hooks",
    "model": {"temperature": 0.5, "maxOutputTokens": 512},
    "labels": {"env": "prod"}, "firstSpeaker": "CALLER", "purpose": "CALL_PURPOSE_SERVICE",
    "tools": [{
        "name": "order_status", "description": "Finds an order.", "url": "https://example.in/orders",
        "timeout": "5s", "headers": {"X-Shop": "1"},
        "parameters": {"type": "object", "required": ["id"], "properties": {
            "id": {"type": "string", "description": "The order's number"},
            "lines": {"type": "array", "items": {"type": "integer"}}}}}],
}


def test_a_complete_configuration_comes_back_as_it_was_given(web):
    made = web.post("/api/v1/agents", json=FULL)
    assert made.status_code == 200, made.text
    read = web.get(f"/api/v1/agents/{made.json()['agentId']}").json()
    assert {key: read[key] for key in FULL} == {**FULL, "turnTaking": read["turnTaking"]}
    assert read["turnTaking"]["idlePrompts"] == 0


def test_everything_wrong_is_told_at_once(web):
    answer = web.post("/api/v1/agents", json={
        "name": "", "language": "ta", "voiceId": "Alice", "maxDuration": "2s",
        "turnTaking": {"idlePrompts": 99}, "greeting": "{{nobody}}",
        "tools": [{"name": "1st", "url": "http://example.in", "parameters": {"type": "array"}}]})
    assert fields(error(answer, 400, "INVALID_ARGUMENT")) == [
        "agent.name", "agent.language", "agent.voiceId", "agent.maxDuration",
        "agent.turnTaking.idlePrompts", "agent.tools[0].name", "agent.tools[0].url",
        "agent.tools[0].parameters.type", "agent.tools[0].parameters.items", "agent.greeting"]


def test_a_secret_goes_in_and_never_comes_out(stack, web, stranger):
    name, value = f"crm_{uuid.uuid4().hex}", f"Bearer {uuid.uuid4().hex}"
    made = web.put(f"/api/v1/secrets/{name}", json={"value": value, "hosts": ["example.in"]})
    assert made.status_code == 200 and value not in made.text
    listed = web.get("/api/v1/secrets")
    assert (name, ["example.in"]) in [(secret["name"], secret["hosts"]) for secret in listed.json()["secrets"]]
    assert value not in listed.text
    tool = {"name": "crm", "url": "https://example.in/crm", "secretHeaders": {"Authorization": name}}
    agent = web.post("/api/v1/agents", json={"name": "Secretive", "language": "en", "tools": [tool]})
    assert agent.status_code == 200 and value not in agent.text
    assert agent.json()["tools"][0]["secretHeaders"] == {"Authorization": name}
    with client(stack, stranger) as other:
        assert name not in other.get("/api/v1/secrets").text
        refused = other.post("/api/v1/agents", json={"name": "Thief", "language": "en", "tools": [tool]})
        assert fields(error(refused, 400, "INVALID_ARGUMENT")) == [
            "agent.tools[0].secretHeaders.Authorization"]
    refused = web.post("/api/v1/agents", json={
        "name": "Thief", "language": "en", "tools": [{**tool, "url": "https://evil.in/example.in"}]})
    assert fields(error(refused, 400, "INVALID_ARGUMENT")) == ["agent.tools[0].secretHeaders.Authorization"]
    assert "may not go to evil.in" in refused.text
    assert web.delete(f"/api/v1/secrets/{name}").status_code == 200
    error(web.delete(f"/api/v1/secrets/{name}"), 404, "NOT_FOUND")
    assert value not in (stack.folder / "voiced.log").read_text(errors="replace")


@pytest.mark.parametrize("name, value, hosts, where", [
    ("2nd", "x", ["example.in"], "name"), ("key", "", ["example.in"], "value"),
    ("key", "line\nbreak", ["example.in"], "value"), ("key", "x" * 4097, ["example.in"], "value"),
    ("fresh", "x", [], "hosts"), ("key", "x", ["example.in", "*.in"], "hosts[1]"),
    ("key", "x", ["https://example.in"], "hosts[0]"), ("key", "x", [f"h{n}.in" for n in range(21)], "hosts")])
def test_a_secret_that_is_no_header_or_goes_nowhere_is_refused(web, name, value, hosts, where):
    answer = web.put(f"/api/v1/secrets/{name}", json={"value": value, "hosts": hosts})
    assert fields(error(answer, 400, "INVALID_ARGUMENT")) == [where]


def test_the_same_secret_request_answers_the_same(web):
    body = {"value": "first", "hosts": ["example.in"], "requestId": str(uuid.uuid4())}
    first = web.put("/api/v1/secrets/once", json=body).json()
    assert web.put("/api/v1/secrets/once", json=body).json() == first
    for other in ({"value": "second"}, {"hosts": ["evil.in"]}):
        error(web.put("/api/v1/secrets/once", json={**body, **other}), 409, "ALREADY_EXISTS")
