"""What a text model makes of calls after their end: voicesim's, by keywords, and with its faults."""

import json
import subprocess
import time
import uuid

import httpx
import pytest

import calling
import stack as stacks
from conftest import client, metadata
from exotel import together
from stack import BIN, wait_for
from test_webhooks import Receiver, endpoint

# Whom the agent calls, and what they say.
SAYS = {
    "angry": ("+919812300001", "This is terrible. I want a refund."),
    "happy": ("+919812300002", "Thank you, that is great news."),
    "hindi": ("+919812300003", "यह सेवा बेकार है।"),
    "busy model": ("+919812300004", "Please tell me where my order is."),
    "no model": ("+919812300005", "Please tell me when it arrives."),
    "refusing": ("+919812300006", "Please tell me about my parcel."),
}
SCRIPT = {"numbers": {number: {"lines": [line]} for number, line in SAYS.values()}}


@pytest.fixture(scope="module")
def lab():
    with stacks.running(environment={"WEBHOOK_ALLOW_LOOPBACK": "true"}, script=SCRIPT) as stack:
        yield stack


@pytest.fixture(scope="module")
def rest(lab):
    with client(lab, lab.merchant(f"{uuid.uuid4()}@example.in")) as it:
        yield it


def brief(rest, number, **changes):
    """An agent who says little, so that its calls are short; its id."""
    return calling.new_agent(rest, number, greeting="Hello.", recordingEnabled=False, **changes)


@pytest.fixture(scope="module")
def agents(rest):
    return {
        "en": brief(rest, "+918047120101"),
        "hi": brief(rest, "+918047120102", language="hi", voiceId="Aoede"),
    }


def hold(rest, agent, who):
    """Holds a call with somebody; it, as it is when it is over."""
    return calling.until(rest, calling.place(rest, agent, SAYS[who][0]), {"COMPLETED"})


def analysed(rest, call, limit=30):
    def look():
        found = calling.get(rest, call)
        return found if "analysis" in found else None
    return wait_for(look, limit, 0.2)


def fault(stack, **switches):
    """Sets what goes wrong with the text model; nothing does without switches."""
    answer = stacks.post(stack.sim.ready["admin"] + "/faults", json={"gemini_text": switches})
    assert answer.status_code == 200, answer.text


def ended(stack, call, state):
    """Waits until the analysis's job is in `state`; its attempts and last error."""
    return wait_for(lambda: (found := job(stack, call)) and found[0] == state and found[1:], 20)


def job(stack, call):
    """The analysis's job: its state, attempts and last error."""
    rows = stacks.sql(stack.ready["database"], f"""
        SET payaid.merchant_id = '*';
        SELECT state, attempt, coalesce(last_error, '') FROM jobs
        WHERE kind = 'call.analyze' AND convert_from(payload, 'UTF8') = '{call}'""")
    return rows[0] if rows else None


@pytest.fixture(scope="module")
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()


@pytest.fixture(scope="module")
def calls(rest, agents, receiver):
    """A call each with three people, analysed, and the endpoint that heard of them."""
    _, webhook = endpoint(rest, receiver.url("/analysis"), "call.completed", "call.analysis.ready")

    def whole(who):
        return analysed(rest, hold(rest, agents["hi" if who == "hindi" else "en"], who)["callId"])
    return {who: found.result() for who, found in together(whole, ["angry", "happy", "hindi"]).items()}, webhook


@pytest.mark.parametrize("who, sentiment", [
    ("angry", "NEGATIVE"), ("happy", "POSITIVE"), ("hindi", "NEGATIVE")])
def test_a_call_says_how_its_caller_felt(calls, who, sentiment):
    call = calls[0][who]
    analysis = call["analysis"]
    assert call["sentiment"] == f"SENTIMENT_{sentiment}"
    assert -1 <= analysis["sentimentScore"] <= 1
    assert (analysis["sentimentScore"] > 0) == (sentiment == "POSITIVE")
    assert 0 < len(analysis["summary"]) <= 1000
    assert analysis["model"] == "gemini-3.5-flash-lite"
    assert analysis["analyzeTime"] >= call["endTime"]


def test_what_was_asked_for_is_to_be_done(calls):
    assert any("refund" in item for item in calls[0]["angry"]["analysis"]["actionItems"])
    assert "actionItems" not in calls[0]["happy"]["analysis"]


def test_an_analysis_is_told_after_the_call_without_its_words(calls, receiver):
    by_who, webhook = calls
    for who, call in by_who.items():
        def told():
            messages = [(r, json.loads(r.body)) for r in receiver.got("/analysis")]
            mine = {m["type"]: (r, m["data"]) for r, m in messages if m["data"].get("call_id") == call["callId"]}
            return mine if len(mine) == 2 else None
        mine = wait_for(told, 20)
        request, data = mine["call.analysis.ready"]
        assert webhook.verify(request.body, request.headers)["data"] == data
        assert data["sentiment"] == call["sentiment"].removeprefix("SENTIMENT_").lower()
        assert data["sentiment_score"] == call["analysis"]["sentimentScore"]
        assert data["sequence"] > mine["call.completed"][1]["sequence"]
        assert "summary" not in data and SAYS[who][1][:12].encode() not in request.body


def test_a_list_of_calls_is_without_what_was_found(rest, calls):
    listed = rest.get("/api/v1/calls").json()["calls"]
    assert listed and not any("analysis" in each for each in listed)


def test_the_second_model_is_asked_when_the_first_is_overloaded(lab, rest, agents, calls):
    fault(lab, status=503, count=1)
    call = analysed(rest, hold(rest, agents["en"], "busy model")["callId"])
    fault(lab)
    assert call["analysis"]["model"] == "gemini-3.8-flash"
    assert ended(lab, call["callId"], "done")[0] == "1"


def test_a_rate_limit_is_waited_for(lab, rest, agents, calls):
    fault(lab, status=429, count=2, retry_delay_ms=300)
    call = analysed(rest, hold(rest, agents["en"], "no model")["callId"])
    fault(lab)
    assert ended(lab, call["callId"], "done")[0] == "2"


def test_a_refusal_is_final_until_an_operator_says_otherwise(lab, rest, agents, calls):
    fault(lab, blocked="SAFETY")
    call = hold(rest, agents["en"], "refusing")["callId"]
    attempts, error = ended(lab, call, "dead")
    assert attempts == "1" and "refuses" in error and "parcel" not in error
    found = calling.get(rest, call)
    assert "analysis" not in found and "sentiment" not in found
    fault(lab)
    done = subprocess.run(
        [BIN / "voicectl", "admin", "jobs", "replay", "--kind", "call.analyze"], text=True,
        env={**stacks.os.environ, "DATABASE_URL": lab.ready["database"]}, capture_output=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert analysed(rest, call)["analysis"]["summary"]


def test_no_transcript_leaves_where_that_is_switched_off(lab):
    with stacks.beside(lab, "--cleartext", CALL_ANALYSIS="false") as other:
        merchant = other.merchant(f"{uuid.uuid4()}@example.in")
        with httpx.Client(
                base_url=f"http://localhost:{other.port}", headers=dict(metadata(merchant)), timeout=60) as rest:
            call = hold(rest, brief(rest, "+918047120103"), "happy")
            assert call["transcript"]
            time.sleep(1)
            assert job(other, call["callId"]) is None
            assert "analysis" not in calling.get(rest, call["callId"])


def test_what_was_said_is_in_no_log(lab, calls):
    for name in ("voiced.log", "voicesim.log"):
        text = (lab.folder / name).read_text(errors="replace")
        for _, line in SAYS.values():
            assert line not in text and line[:16] not in text, name
