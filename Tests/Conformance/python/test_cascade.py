"""Calls held by a recogniser, a text model and a voice: by an agent's wish, and when Gemini Live fails."""

import json
import re
import subprocess
import uuid

import pytest

import calling
import stack as stacks
from conftest import client
from exotel import together
from test_compliance import error, violations
from test_knowledge import ENGLISH, FAQ, said, until_read, upload

CASCADE = {"engine": "CASCADE"}
# The callers of voicesim's book, and one of ours who has little to say.
ORDER, HINDI, INTERRUPTING, PATIENT = (f"+9190000000{n}" for n in ("01", "02", "08", "11"))
BRIEF = "+919000000301"
SCRIPT = {"numbers": {BRIEF: {"outcome": "answer", "ringing_ms": 200, "lines": [
    "Hello, I would like to know where my order is.", "No, that is all. Thank you, goodbye."]}}}


@pytest.fixture(scope="module")
def lab():
    """A voiced with the keys of a cascade, and a voicesim that nobody else makes fail."""
    with stacks.running(environment=stacks.cascade, script=SCRIPT) as stack:
        yield stack


@pytest.fixture(scope="module")
def shop(lab):
    return lab.merchant(f"{uuid.uuid4()}@example.in")


@pytest.fixture(scope="module")
def rest(lab, shop):
    with client(lab, shop) as rest:
        yield rest


def sim(lab, path):
    return stacks.get(lab.sim.ready["gemini"] + path).json()


@pytest.fixture
def faults(lab):
    """Switches voicesim's faults on; all are off afterwards."""
    def switch(**parts):
        stacks.post(lab.sim.ready["gemini"] + "/sim/faults", json=parts).raise_for_status()
    yield switch
    switch(gemini={}, gemini_text={}, google_stt={}, azure_tts={})


def failovers(rest):
    found = re.search(r"payaid_brain_failovers_total (\d+)", rest.get("/metrics").text)
    return int(found[1]) if found else 0


def held(rest, agent, number):
    return calling.until(rest, calling.place(rest, agent, number), {"COMPLETED"})


# What the agent of each call is told, and who is called.
CALLS = {
    "english": (ORDER, {}),
    "hindi": (HINDI, {"language": "hi", "greeting": "नमस्ते, यह ऑर्डर डेस्क है।"}),
    "documents": (ENGLISH, {}),
    "interrupted": (INTERRUPTING, {}),
    "ended": (PATIENT, {"mayEndCall": True}),
}


@pytest.fixture(scope="module")
def calls(lab, rest):
    """These calls, held at once by the cascade alone; how each ended, by its name."""
    def hold(name):
        number, told = CALLS[name]
        agent = calling.new_agent(
            rest, f"+9180471660{11 + list(CALLS).index(name)}", model=CASCADE, **told)
        if name == "documents":
            assert until_read(rest, agent, upload(rest, agent, FAQ.encode()))["state"] == "READY"
        return held(rest, agent, number)
    before = sim(lab, "/sim/metrics")["gemini"]
    found = together(hold, list(CALLS))
    assert sim(lab, "/sim/metrics")["gemini"] == before
    return found


def test_an_english_call_is_held(rest, calls):
    call = calls["english"].result()
    assert "order desk" in said(call, "AGENT") and "being recorded" in said(call, "AGENT")
    assert "order" in said(call, "CALLER").lower()
    assert len(call["transcript"]) >= 6, call["transcript"]
    assert calling.rupees(call["cost"]["total"]) > 0
    recording = stacks.wait_for(
        lambda: rest.get(f"/api/v1/calls/{call['callId']}/recording").status_code == 200
        and calling.recording(rest, call["callId"]))
    assert recording.caller > 500 and recording.agent > 500


def test_a_hindi_call_is_held(calls):
    assert "ऑर्डर" in said(calls["hindi"].result(), "AGENT") and "ऑर्डर" in said(calls["hindi"].result(), "CALLER")


def heard(call):
    """How sure the recogniser was of each thing that was said, and in which language."""
    return {(e["speaker"], e.get("confidence"), e.get("language")) for e in call["transcript"]}


def test_it_is_told_how_sure_the_recogniser_is(lab, shop, rest, calls):
    english, hindi = (calls[name].result() for name in ("english", "hindi"))
    assert heard(english) == {("CALLER", 0.91, "en"), ("AGENT", None, None)}
    assert heard(hindi) == {("CALLER", 0.91, "hi"), ("AGENT", None, None)}
    assert english["quality"]["recognitionConfidence"] == 0.91
    # The same line by line, and for who reads it in a terminal.
    told = rest.get(f"/api/v1/calls/{english['callId']}:watch", headers={"accept": "application/x-ndjson"})
    events = [json.loads(line).get("result", {}) for line in told.text.splitlines()]
    assert [e["transcript"] for e in events if "transcript" in e] == english["transcript"]
    printed = subprocess.check_output(
        [stacks.BIN / "voicectl", "calls", "watch", english["callId"], "--url", lab.url, "--ca", lab.ca,
         "--key", f"{shop['key']}_{shop['secret']}"], text=True, timeout=30)
    assert printed.count("  (91 % sure)") == sum(e["speaker"] == "CALLER" for e in english["transcript"])
    assert "recognition 91 % sure" in printed


@pytest.mark.parametrize("confidence, told", [(0.3, 0.3), (0, None)])
def test_no_confidence_is_not_a_low_one(rest, faults, confidence, told):
    agent = calling.new_agent(rest, f"+91804716604{int(confidence * 10)}", model=CASCADE)
    faults(google_stt={"confidence": confidence})
    call = held(rest, agent, BRIEF)
    assert heard(call) == {("CALLER", told, "en"), ("AGENT", None, None)}
    assert call["quality"].get("recognitionConfidence") == told


def test_documents_answer_in_a_cascade_too(calls):
    call = calls["documents"].result()
    assert [d["tool"] for d in call["toolExecutions"]] == ["search_knowledge"] * 2
    assert "seven days" in said(call, "AGENT") and "Nagpur" in said(call, "AGENT")


def test_a_caller_interrupts(calls):
    call = calls["interrupted"].result()
    assert any(entry.get("interrupted") for entry in call["transcript"]), call["transcript"]
    assert "cancel" in said(call, "CALLER")


def test_the_agent_hangs_up(calls):
    assert calls["ended"].result()["endReason"] == "agent_ended"


def test_it_goes_on_where_gemini_live_breaks_off(rest, faults):
    agent = calling.new_agent(rest, "+918047166006")
    before = failovers(rest)
    faults(gemini={"close": "quota", "close_in_turn": 2})
    call = held(rest, agent, BRIEF)
    assert failovers(rest) == before + 1
    assert "Goodbye" in said(call, "AGENT") and len(call["transcript"]) >= 4, call["transcript"]


def test_it_holds_a_call_that_gemini_live_does_not_take(rest, faults):
    agent = calling.new_agent(rest, "+918047166007")
    before = failovers(rest)
    # The voice stumbles over its first sentence as well, and is heard all the same.
    faults(gemini={"upgrade_status": 503}, azure_tts={"status": 503, "count": 1})
    call = held(rest, agent, BRIEF)
    assert failovers(rest) == before + 1
    assert "order desk" in said(call, "AGENT")


def test_it_holds_a_call_for_which_gemini_live_never_gets_ready(rest, faults):
    agent = calling.new_agent(rest, "+918047166010")
    before = failovers(rest)
    faults(gemini={"swallow_setup": True})
    call = held(rest, agent, BRIEF)
    assert failovers(rest) == before + 1
    assert "order desk" in said(call, "AGENT")


def test_live_alone_fails_with_gemini_live(rest, faults):
    agent = calling.new_agent(rest, "+918047166008", model={"engine": "LIVE"})
    faults(gemini={"upgrade_status": 503})
    call = calling.until(rest, calling.place(rest, agent, BRIEF), {"FAILED"})
    assert call["endReason"] == "model_failed"


def test_a_recogniser_that_is_down_ends_the_call_in_bounded_time(rest, faults):
    agent = calling.new_agent(rest, "+918047166009", model=CASCADE)
    faults(google_stt={"status": 403})
    call = calling.until(rest, calling.place(rest, agent, BRIEF), {"FAILED"})
    assert call["endReason"] == "model_failed"


def test_a_server_without_one_refuses_it(stack, merchant):
    with client(stack, merchant) as rest:
        answer = rest.post("/api/v1/agents", json={"name": "A", "language": "en", "model": CASCADE})
        fields = [v["field"] for v in violations(error(answer, 400, "INVALID_ARGUMENT"))]
    assert fields == ["agent.model.engine"]


def test_half_of_its_keys_stop_the_start(tmp_path):
    with pytest.raises(RuntimeError):
        stacks.Program(
            stacks.BIN / "voiced", "serve", "--listen", "127.0.0.1:0", "--data-dir", tmp_path / "data",
            environment={**stacks.VENDOR_SETTINGS, "GOOGLE_STT_API_KEY": "x"}, log=tmp_path / "log")
    assert "must be set both or not at all" in (tmp_path / "log").read_text()
