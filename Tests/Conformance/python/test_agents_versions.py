"""Agents' versions: draft, publishing, going back, and calls that keep the version they were made with."""

import uuid

import grpc
import pytest
from google.protobuf import field_mask_pb2

import calling
from conftest import client
from payaid.voice.v1 import agents_pb2, agents_pb2_grpc
from test_rest import error, fields


@pytest.fixture()
def web(stack, merchant):
    with client(stack, merchant) as it:
        yield it


def make(web, **changes):
    answer = web.post("/api/v1/agents", json={"name": "Versioned", "language": "en", **changes})
    assert answer.status_code == 200, answer.text
    return answer.json()


def versions(web, agent):
    return web.get(f"/api/v1/agents/{agent}/versions").json()["versions"]


def test_each_change_is_a_version_and_going_back_is_one_more(web):
    agent = make(web, greeting="One.")
    path = f"/api/v1/agents/{agent['agentId']}"
    assert agent["publishedVersion"] == 1
    assert web.patch(path, json={"greeting": "Two."}).json()["publishedVersion"] == 2
    assert web.patch(path, json={"name": "Renamed"}).json()["publishedVersion"] == 2
    assert web.put(path, json={"name": "Renamed", "language": "hi"}).json()["publishedVersion"] == 3
    back = web.post(f"{path}:rollback", json={"version": 1, "description": "Hindi was too early"}).json()
    assert (back["version"], back["restoredFrom"], back["published"]) == (4, 1, True)
    now = web.get(path).json()
    assert (now["greeting"], now["language"], now["name"]) == ("One.", "en", "Renamed")
    found = versions(web, agent["agentId"])
    assert [v["version"] for v in found] == [4, 3, 2, 1]
    assert [v.get("published", False) for v in found] == [True, False, False, False]
    assert found[0]["author"] and found[0]["description"] == "Hindi was too early"
    two = web.get(f"{path}/versions/2").json()
    assert two["agent"]["greeting"] == "Two." and "name" not in two["agent"]
    error(web.get(f"{path}/versions/9"), 404, "NOT_FOUND")
    error(web.post(f"{path}:rollback", json={"version": 9}), 404, "NOT_FOUND")


def test_a_manual_draft_reaches_no_call_before_it_is_published(web):
    agent = make(web, publishing="MANUAL", greeting="One.")
    path = f"/api/v1/agents/{agent['agentId']}"
    draft = web.patch(path, json={"greeting": "Two."}).json()
    assert (draft["publishedVersion"], draft["hasDraftChanges"]) == (1, True)
    assert web.get(f"{path}/versions/1").json()["agent"]["greeting"] == "One."
    published = web.post(f"{path}:publish", json={"description": "Two is better"}).json()
    assert (published["version"], published["agent"]["greeting"]) == (2, "Two.")
    assert web.post(f"{path}:publish", json={}).json() == published
    web.patch(path, json={"greeting": "Three."})
    dropped = web.post(f"{path}:rollback", json={"version": 2}).json()
    assert dropped["version"] == 2
    now = web.get(path).json()
    assert now["greeting"] == "Two." and "hasDraftChanges" not in now


def test_an_etag_guards_publishing_and_going_back(web):
    agent = make(web, publishing="MANUAL")
    path = f"/api/v1/agents/{agent['agentId']}"
    web.patch(path, json={"greeting": "Two."})
    error(web.post(f"{path}:publish", json={"etag": agent["etag"]}), 409, "ABORTED")
    error(web.post(f"{path}:rollback", json={"version": 1, "etag": agent["etag"]}), 409, "ABORTED")
    current = web.get(path).json()["etag"]
    assert web.post(f"{path}:publish", json={"etag": current}).json()["version"] == 2


def test_the_same_request_publishes_once(web):
    agent = make(web)
    path = f"/api/v1/agents/{agent['agentId']}"
    web.patch(path, json={"greeting": "Two."})
    body = {"version": 1, "requestId": str(uuid.uuid4())}
    first = web.post(f"{path}:rollback", json=body).json()
    assert first["version"] == 3
    assert web.post(f"{path}:rollback", json=body).json() == first
    error(web.post(f"{path}:rollback", json={**body, "version": 2}), 409, "ALREADY_EXISTS")
    assert len(versions(web, agent["agentId"])) == 3


def test_a_call_keeps_the_version_it_was_made_with(web, stack):
    agent = calling.new_agent(web, "+918047120911", greeting="This is the first version speaking.")
    path = f"/api/v1/agents/{agent}"
    first = calling.place(web, agent, "+919000000004")
    web.patch(path, json={"greeting": "This is the second version speaking."})
    second = calling.place(web, agent, "+919000000004")
    pinned = web.post("/api/v1/calls", json={
        "agentId": agent, "phoneNumber": calling.SILENT, "agentVersion": 1}).json()
    assert [calling.get(web, call)["agentVersion"] for call in (first, second, pinned["callId"])] == [1, 2, 1]
    done = calling.listen(web, pinned["callId"])
    said = " ".join(line["text"] for line in done["transcript"] if line["speaker"] == "AGENT")
    assert "first version" in said
    answer = web.post("/api/v1/calls", json={
        "agentId": agent, "phoneNumber": "+919000000001", "agentVersion": 7})
    error(answer, 404, "NOT_FOUND")


def test_versions_are_their_merchants(stack, stranger, web):
    agent = make(web)
    with client(stack, stranger) as other:
        path = f"/api/v1/agents/{agent['agentId']}"
        error(other.get(f"{path}/versions"), 404, "NOT_FOUND")
        error(other.get(f"{path}/versions/1"), 404, "NOT_FOUND")
        error(other.post(f"{path}:publish", json={}), 404, "NOT_FOUND")
        error(other.post(f"{path}:rollback", json={"version": 1}), 404, "NOT_FOUND")


def test_a_mask_leads_into_messages_over_grpc(channel, auth):
    agents = agents_pb2_grpc.AgentServiceStub(channel)
    made = agents.CreateAgent(agents_pb2.CreateAgentRequest(agent=agents_pb2.Agent(
        name="Masked", language="en", labels={"env": "prod", "team": "a"},
        turn_taking=agents_pb2.TurnTaking(preset=agents_pb2.TurnTaking.PATIENT, idle_prompts=4))),
        metadata=auth)
    changed = agents.UpdateAgent(agents_pb2.UpdateAgentRequest(
        agent=agents_pb2.Agent(
            agent_id=made.agent_id, labels={"env": "test"},
            turn_taking=agents_pb2.TurnTaking(preset=agents_pb2.TurnTaking.SNAPPY)),
        update_mask=field_mask_pb2.FieldMask(paths=["turn_taking.preset", "labels.env"])),
        metadata=auth)
    assert changed.turn_taking.preset == agents_pb2.TurnTaking.SNAPPY
    assert changed.turn_taking.idle_prompts == 4
    assert dict(changed.labels) == {"env": "test", "team": "a"}
    with pytest.raises(grpc.RpcError) as refused:
        agents.UpdateAgent(agents_pb2.UpdateAgentRequest(
            agent=agents_pb2.Agent(agent_id=made.agent_id),
            update_mask=field_mask_pb2.FieldMask(paths=["voice"])), metadata=auth)
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_lists_are_filtered_and_ordered(web):
    mark = uuid.uuid4().hex
    for name, env in (("B", "prod"), ("A", "prod"), ("C", "test")):
        make(web, name=name, labels={"run": mark, "env": env})

    def names(**query):
        agents, token = [], ""
        while True:
            page = web.get("/api/v1/agents", params={**query, "page_size": 2, "page_token": token}).json()
            agents += [agent["name"] for agent in page.get("agents", [])]
            token = page.get("nextPageToken")
            if not token:
                return agents

    ours = f'labels.run = "{mark}"'
    assert names(filter=ours) == ["C", "A", "B"]
    assert names(filter=ours, order_by="name") == ["A", "B", "C"]
    assert names(filter=ours, order_by="name desc") == ["C", "B", "A"]
    assert names(filter=f"{ours} AND labels.env = prod") == ["A", "B"]
    assert names(filter=f"{ours} AND labels.env != prod AND state = ACTIVE") == ["C"]
    bad = error(web.get("/api/v1/agents", params={"filter": "nope = 1", "order_by": "voice"}), 400, "INVALID_ARGUMENT")
    assert fields(bad) == ["filter", "orderBy"]
