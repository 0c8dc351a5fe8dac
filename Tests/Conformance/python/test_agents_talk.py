"""What an agent is told, as it is heard in calls: silence, length, language, drafts; and voicectl."""

import json
import os
import subprocess

import pytest

import calling
import stack as stacks
from conftest import client
from test_live import Microphone, converse


@pytest.fixture(scope="module")
def web(stack, merchant):
    with client(stack, merchant) as it:
        yield it


def said(call):
    return [line["text"] for line in call["transcript"] if line["speaker"] == "AGENT"]


def test_a_silent_caller_is_asked_and_then_told_goodbye(web):
    agent = calling.new_agent(
        web, "+918047120931", greeting="Hello there.", farewell="I will try again later, goodbye.",
        turnTaking={"preset": "SNAPPY", "idleTimeout": "3s", "idleMessage": "Are you still there, please?"})
    done = calling.until(web, calling.place(web, agent, "+919000000009"), {"COMPLETED"})
    assert done["endReason"] == "caller_silent"
    heard = said(done)
    assert [t for t in heard if "still there" in t] == ["Are you still there, please?"]
    assert heard[-1] == "I will try again later, goodbye."


def test_a_call_ends_at_its_length_with_last_words(web):
    agent = calling.new_agent(
        web, "+918047120932", maxDuration="10s", farewell="Our time is over, goodbye.",
        turnTaking={"idleTimeout": "60s"})
    done = calling.until(web, calling.place(web, agent, "+919000000009"), {"COMPLETED"})
    assert done["endReason"] == "max_duration"
    assert said(done)[-1] == "Our time is over, goodbye."
    assert 10 <= calling.seconds(done["duration"]) < 20


def test_an_agent_that_may_ends_the_call_after_its_goodbye(web):
    """The caller says goodbye and stays on the line; the model says so too and calls end_call."""
    agent = calling.new_agent(
        web, "+918047120935", mayEndCall=True, turnTaking={"idleTimeout": "60s"})
    done = calling.until(web, calling.place(web, agent, "+919000000011"), {"COMPLETED"})
    assert done["endReason"] == "agent_ended"
    assert said(done)[-1] == "Thank you for calling. Goodbye."
    assert not done.get("actionsExecuted")


def test_a_call_may_be_in_the_other_language(web):
    agent = calling.new_agent(
        web, "+918047120933", recordingEnabled=False,
        languageSettings={"hi": {"voiceId": "Aoede", "greeting": "नमस्ते, दुकान से बोल रही हूँ।"}})
    answer = web.post("/api/v1/calls", json={
        "agentId": agent, "phoneNumber": "+919000000002", "language": "hi"})
    assert answer.status_code == 200, answer.text
    done = calling.until(web, answer.json()["callId"], {"COMPLETED"})
    assert done["language"] == "hi"
    assert said(done)[0] == "नमस्ते, दुकान से बोल रही हूँ।"


def test_a_draft_can_be_talked_to_before_it_is_published(web, channel, auth):
    from payaid.voice.v1 import live_pb2, live_pb2_grpc
    agent = calling.new_agent(
        web, "+918047120934", publishing="MANUAL", recordingEnabled=False, greeting="This is published.")
    web.patch(f"/api/v1/agents/{agent}", json={"greeting": "This is the draft."})

    class Rehearsal(Microphone):
        def __iter__(self):
            frames = super().__iter__()
            start = next(frames)
            start.start.draft = True
            yield start
            yield from frames

    stub = live_pb2_grpc.LiveServiceStub(channel)
    for microphone, words in ((Microphone, "This is published."), (Rehearsal, "This is the draft.")):
        frames = converse(stub, auth, microphone(live_pb2, agent))
        ended = frames[-1][1].ended.call
        assert next(t.text for t in ended.transcript if t.speaker == t.AGENT) == words
        assert ended.agent_version == (1 if microphone is Microphone else 0)


def test_voicectl_publishes_shows_and_goes_back(stack, merchant):
    environment = {
        **os.environ, "VOICE_URL": stack.url, "VOICE_CA": stack.ca,
        "VOICE_API_KEY": f"{merchant['key']}_{merchant['secret']}"}

    def agents(*arguments):
        output = subprocess.check_output(
            [stacks.BIN / "voicectl", "agents", *arguments], env=environment, timeout=30)
        return [json.loads(line) for line in output.splitlines()]

    [made] = agents("create", '{"name":"Ctl","language":"en","publishing":"MANUAL","labels":{"ctl":"1"}}')
    with client(stack, merchant) as web:
        web.patch(f"/api/v1/agents/{made['agentId']}", json={"greeting": "Hello."})
    [version] = agents("publish", made["agentId"], "-m", "Greets")
    assert (version["version"], version["description"]) == (2, "Greets")
    assert agents("show", made["agentId"])[0]["greeting"] == "Hello."
    assert "greeting" not in agents("show", made["agentId"], "--version", "1")[0]["agent"]
    [back] = agents("rollback", made["agentId"], "1")
    assert (back["version"], back["restoredFrom"]) == (3, 1)
    assert [v["version"] for v in agents("versions", made["agentId"])] == [3, 2, 1]
    assert [a["agentId"] for a in agents("list", "--filter", "labels.ctl = 1")] == [made["agentId"]]
