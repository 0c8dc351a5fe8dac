"""What an agent is told, as it is heard in calls: silence, length, language, drafts; and voicectl."""

import json
import os
import subprocess

import pytest

import calling
import stack as stacks
from conftest import client
from exotel import together
from test_live import Microphone, converse


@pytest.fixture(scope="module")
def web(stack, merchant):
    with client(stack, merchant) as it:
        yield it


def said(call):
    return [line["text"] for line in call["transcript"] if line["speaker"] == "AGENT"]


# What the agent of each call is told, and what is asked of the call.
CALLS = {
    "silence": (
        {"greeting": "Hello there.", "farewell": "I will try again later, goodbye.",
         "turnTaking": {"preset": "SNAPPY", "idleTimeout": "3s",
                        "idleMessage": "Are you still there, please?"}}, {}),
    "length": (
        {"maxDuration": "10s", "farewell": "Our time is over, goodbye.",
         "turnTaking": {"idleTimeout": "60s"}}, {}),
    "language": (
        {"recordingEnabled": False,
         "languageSettings": {"hi": {"voiceId": "Aoede", "greeting": "नमस्ते, दुकान से बोल रही हूँ।"}}},
        {"language": "hi"}),
    "agrees": ({"recordingConsent": "ASK"}, {"phoneNumber": calling.AGREEING}),
    "refuses": ({"recordingConsent": "ASK"}, {"phoneNumber": calling.REFUSING}),
    "goodbye": (
        {"mayEndCall": True, "turnTaking": {"idleTimeout": "60s"}},
        {"phoneNumber": "+919000000011"}),
}


@pytest.fixture(scope="module")
def talks(web):
    """These calls, held at once; how each ended, by its name."""
    def hold(name):
        told, asked = CALLS[name]
        agent = calling.new_agent(web, f"+9180471209{31 + list(CALLS).index(name)}", **told)
        answer = web.post("/api/v1/calls", json={
            "agentId": agent, "phoneNumber": calling.SILENT, **asked})
        assert answer.status_code == 200, answer.text
        call = answer.json()["callId"]
        if name == "language":
            return calling.listen(web, call)
        return calling.until(web, call, {"COMPLETED"})
    return together(hold, list(CALLS))


@pytest.fixture(scope="module")
def rehearsals(web, channel, auth):
    """A conversation with what an agent has published and one with its draft, held at once."""
    from payaid.voice.v1 import live_pb2, live_pb2_grpc
    agent = calling.new_agent(
        web, "+918047120939", publishing="MANUAL", recordingEnabled=False, greeting="This is published.")
    web.patch(f"/api/v1/agents/{agent}", json={"greeting": "This is the draft."}).raise_for_status()

    class Rehearsal(Microphone):
        def __iter__(self):
            frames = super().__iter__()
            start = next(frames)
            start.start.draft = True
            yield start
            yield from frames

    stub = live_pb2_grpc.LiveServiceStub(channel)
    return together(
        lambda kind: converse(stub, auth, kind(live_pb2, agent))[-1][1].ended.call,
        [Microphone, Rehearsal])


def test_a_silent_caller_is_asked_and_then_told_goodbye(talks):
    done = talks["silence"].result()
    assert done["endReason"] == "caller_silent"
    heard = said(done)
    assert [t for t in heard if "still there" in t] == ["Are you still there, please?"]
    assert heard[-1] == "I will try again later, goodbye."


def test_a_call_ends_at_its_length_with_last_words(talks):
    done = talks["length"].result()
    assert done["endReason"] == "max_duration"
    assert said(done)[-1] == "Our time is over, goodbye."
    assert 10 <= calling.seconds(done["duration"]) < 40


def test_an_agent_that_may_ends_the_call_after_its_goodbye(talks):
    """The caller says goodbye and stays on the line; the model says so too and calls end_call."""
    done = talks["goodbye"].result()
    assert done["endReason"] == "agent_ended"
    assert said(done)[-1] == "Thank you for calling. Goodbye."
    assert not done.get("actionsExecuted")


def test_nothing_is_recorded_before_a_yes(web, talks):
    done = talks["agrees"].result()
    assert done["recordingAnswer"] == "RECORDING_ANSWER_GRANTED"
    assert any("May this call be recorded?" in text for text in said(done))
    stacks.wait_for(lambda: calling.get(web, done["callId"]).get("recordingAvailable"))
    heard = calling.recording(web, done["callId"])
    answered = next(line for line in done["transcript"] if line["speaker"] == "CALLER")
    # What was asked and answered is not in it.
    assert heard.seconds < calling.seconds(done["duration"]) - calling.seconds(answered["offset"])


def test_a_call_goes_on_unrecorded_after_a_no(web, talks):
    done = talks["refuses"].result()
    assert done["recordingAnswer"] == "RECORDING_ANSWER_REFUSED"
    assert done["transcript"] and not done.get("recordingAvailable")
    assert web.get(f"/api/v1/calls/{done['callId']}/recording").status_code == 404


def test_a_call_may_be_in_the_other_language(talks):
    done = talks["language"].result()
    assert done["language"] == "hi"
    assert said(done)[0] == "नमस्ते, दुकान से बोल रही हूँ।"


def test_a_draft_can_be_talked_to_before_it_is_published(rehearsals):
    ended = [rehearsal.result() for rehearsal in rehearsals.values()]
    words = [next(t.text for t in call.transcript if t.speaker == t.AGENT) for call in ended]
    assert words == ["This is published.", "This is the draft."]
    assert [call.agent_version for call in ended] == [1, 0]


def test_voicectl_changes_publishes_shows_and_goes_back(stack, merchant):
    environment = {
        **os.environ, "VOICE_URL": stack.url, "VOICE_CA": stack.ca,
        "VOICE_API_KEY": f"{merchant['key']}_{merchant['secret']}"}

    def agents(*arguments):
        output = subprocess.check_output(
            [stacks.BIN / "voicectl", "agents", *arguments], env=environment, timeout=30)
        return [json.loads(line) for line in output.splitlines()]

    [made] = agents("create", '{"name":"Ctl","language":"en","publishing":"MANUAL","labels":{"ctl":"1"}}')
    [draft] = agents("update", made["agentId"], '{"greeting":"Hello.","labels":{}}')
    assert draft["greeting"] == "Hello." and draft["name"] == "Ctl" and "labels" not in draft
    agents("update", made["agentId"], '{"labels":{"ctl":"1"}}')
    [version] = agents("publish", made["agentId"], "-m", "Greets")
    assert (version["version"], version["description"]) == (2, "Greets")
    assert agents("show", made["agentId"])[0]["greeting"] == "Hello."
    assert "greeting" not in agents("show", made["agentId"], "--version", "1")[0]["agent"]
    [back] = agents("rollback", made["agentId"], "1")
    assert (back["version"], back["restoredFrom"]) == (3, 1)
    assert [v["version"] for v in agents("versions", made["agentId"])] == [3, 2, 1]
    assert [a["agentId"] for a in agents("list", "--filter", "labels.ctl = 1")] == [made["agentId"]]


def test_voicectl_lists_calls_by_agent_and_state(stack, merchant, talks):
    done = talks["silence"].result()
    run = [stacks.BIN / "voicectl", "calls", "list", "--agent", done["agentId"], "--all"]
    environment = {
        **os.environ, "VOICE_URL": stack.url, "VOICE_CA": stack.ca,
        "VOICE_API_KEY": f"{merchant['key']}_{merchant['secret']}"}
    [line] = subprocess.check_output([*run, "--state", done["state"]], env=environment, timeout=30, text=True).splitlines()
    assert done["createTime"][:19] in line and done["phoneNumber"] in line and line.endswith(done["callId"])
    assert subprocess.check_output([*run, "--state", "busy"], env=environment, timeout=30) == b""
    refused = subprocess.run([*run, "--state", "gone"], env=environment, timeout=30, capture_output=True, text=True)
    assert refused.returncode == 64 and "gone is no state; they are QUEUED, " in refused.stderr


def test_voicectl_says_what_is_no_sound(stack, tmp_path):
    file = tmp_path / "words.wav"
    file.write_text("no sound")
    refused = subprocess.run(
        [stacks.BIN / "voicectl", "talk", "--agent", "agt_1", file, "--url", stack.url, "--key", "a_b"],
        timeout=30, capture_output=True, text=True)
    assert (refused.returncode, refused.stderr) == (1, "Error: file has no riff/wave header\n")
