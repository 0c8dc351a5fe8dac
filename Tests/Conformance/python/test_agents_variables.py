"""Variables of agents' texts: checked when a version is published and when a call is made."""

import pytest

import calling
from conftest import client
from test_rest import error, fields

VARIABLES = [
    {"name": "customer", "required": True, "description": "Who is called"},
    {"name": "amount", "type": "NUMBER", "required": True},
    {"name": "urgent", "type": "BOOLEAN"},
    {"name": "due", "type": "DATE", "defaultValue": "2026-11-30"},
]


@pytest.fixture(scope="module")
def web(stack, merchant):
    with client(stack, merchant) as it:
        yield it


@pytest.fixture(scope="module")
def agent(web):
    return calling.new_agent(
        web, "+918047120921", variables=VARIABLES,
        greeting="Hello {{customer}}, {{ amount }} rupees are due on {{due}}.")


@pytest.mark.parametrize("values, where", [
    ({}, ["customer", "amount"]),
    ({"customer": "Asha", "amount": "ten"}, ["amount"]),
    ({"customer": "Asha", "amount": "10", "urgent": "yes", "due": "30-11-2026"}, ["urgent", "due"]),
])
def test_a_missing_or_ill_typed_variable_is_told_by_its_path(web, agent, values, where):
    answer = web.post("/api/v1/calls", json={
        "agentId": agent, "phoneNumber": "+919000000001", "variables": values})
    body = error(answer, 400, "INVALID_ARGUMENT")
    assert fields(body) == [f"call.variables.{name}" for name in where]
    assert "ten" not in answer.text and "30-11-2026" not in answer.text


def test_values_and_defaults_are_spoken(web, agent):
    answer = web.post("/api/v1/calls", json={
        "agentId": agent, "phoneNumber": calling.SILENT,
        "variables": {"customer": "Asha", "amount": "120", "note": "not in any text"}})
    assert answer.status_code == 200, answer.text
    done = calling.listen(web, answer.json()["callId"])
    said = next(line["text"] for line in done["transcript"] if line["speaker"] == "AGENT")
    assert "Hello Asha, 120 rupees are due on 2026-11-30." in said


def test_a_text_may_name_only_what_is_declared(web, agent):
    path = f"/api/v1/agents/{agent}"
    body = error(web.patch(path, json={"farewell": "Bye {{custommer}}", "systemPrompt": "{{x"}), 400,
                 "INVALID_ARGUMENT")
    assert fields(body) == ["agent.systemPrompt", "agent.farewell"]
    assert "custommer" in str(body)


def test_a_draft_may_name_anything_until_it_is_published(web):
    made = web.post("/api/v1/agents", json={"name": "Draft", "language": "en", "publishing": "MANUAL"}).json()
    path = f"/api/v1/agents/{made['agentId']}"
    assert web.patch(path, json={"greeting": "Hello {{who}}"}).status_code == 200
    assert fields(error(web.post(f"{path}:publish", json={}), 400, "INVALID_ARGUMENT")) == ["agent.greeting"]
    web.patch(path, json={"variables": [{"name": "who"}]})
    assert web.post(f"{path}:publish", json={}).json()["version"] == 2
