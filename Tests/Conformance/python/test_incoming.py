"""Calls that people make to an agent's number: announced as Exotel's Voicebot applet does, and held with
voicesim as carrier and caller."""

import concurrent.futures
import hashlib
import hmac
import json
import subprocess
import uuid

import pytest
from websockets.exceptions import InvalidStatus

import calling
import stack as stacks
from conftest import client
from exotel import Phone, dial

PATH = "/api/v1/webhooks/exotel/incoming"
NUMBER, CALLER = "+918047120501", "+919000000001"
SECRET, ACCOUNT = (stacks.VENDOR_SETTINGS[name] for name in ("EXOTEL_WEBHOOK_SECRET", "EXOTEL_SID"))


def token(secret=SECRET, account=ACCOUNT):
    return hmac.new(
        secret.encode(), f"exotel-incoming:v1:{account}".encode(), hashlib.sha256).hexdigest()


def news(to=NUMBER, caller=CALLER, sid=None, **changes):
    """The applet's fields, as captured: numbers begin with 0, `To` may be a trunk of the carrier."""
    return {
        "CallSid": sid or uuid.uuid4().hex, "CallFrom": caller and caller.replace("+91", "0"),
        "CallTo": to.replace("+91", "0"), "Direction": "incoming", "From": caller or "",
        "To": "09500000000", "Created": "Tue, 25 Aug 2026 12:07:08",
        "CurrentTime": "2026-08-25 12:07:09", "DialWhomNumber": "", **changes}


@pytest.fixture(scope="module")
def http(stack, merchant):
    with client(stack, merchant) as it:
        yield it


@pytest.fixture(scope="module")
def carrier(stack):
    """The carrier's requests; it has no key."""
    with client(stack, None) as it:
        yield it


@pytest.fixture(scope="module")
def agent(http):
    return calling.new_agent(http, NUMBER)


def announce(carrier, fields, secret=None):
    return carrier.get(f"{PATH}/{secret or token()}", params=fields)


def ring(stack, caller, to, **order):
    """Has voicesim's person ring a number; the carrier's name for the call."""
    answer = stacks.post(stack.sim.ready["exotel"] + "/sim/incoming", json={
        "from": caller, "to": to, "answer_url": f"{stack.url}{PATH}/{token()}", **order})
    assert answer.status_code == 202, answer.text
    return answer.json()["call_sid"]


def of_agent(http, agent, state=None):
    calls = http.get("/api/v1/calls", params={"agentId": agent, "pageSize": 50}).json()
    return [c for c in calls.get("calls", []) if state is None or c["state"] == state]


@pytest.fixture(scope="module", params=["GET", "POST"])
def held(request, stack, http):
    """A call that was rung, held to its end and written down: the call."""
    number = {"GET": "+918047120502", "POST": "+918047120503"}[request.param]
    agent = calling.new_agent(http, number)
    ring(stack, CALLER, number, method=request.param)
    call = stacks.wait_for(lambda: of_agent(http, agent), 20, 0.2)[0]
    return calling.until(http, call["callId"], {"COMPLETED"})


def test_a_person_rings_and_the_agent_answers(held):
    assert held["direction"] == "INBOUND" and held["phoneNumber"] == CALLER
    assert held["callerId"] in ("+918047120502", "+918047120503")
    said = [(e["speaker"], e["text"]) for e in held["transcript"]]
    assert said[0][0] == "AGENT" and "This call is being recorded" in said[0][1]
    assert any(speaker == "CALLER" for speaker, _ in said)
    assert calling.rupees(held["cost"]["telephony"]) > 0 and calling.seconds(held["duration"]) > 5


def test_it_is_recorded_behind_the_notice(http, held):
    assert held["recordingAvailable"]
    recording = calling.recording(http, held["callId"])
    assert recording.caller > 1_000 and recording.agent > 1_000
    assert 1 < recording.seconds < calling.seconds(held["duration"])


def test_the_gate_has_let_it_in_with_a_reason(http, held):
    decision = http.get(f"/api/v1/compliance/decisions/{held['decisionId']}").json()
    assert decision["verdict"] == "ALLOW"
    assert {r["rule"] for r in decision["results"]} == {"MERCHANT_ACTIVE", "AGENT_ACTIVE"}


def test_its_watcher_sees_it_ring(http, held):
    with http.stream("GET", f"/api/v1/calls/{held['callId']}:watch",
                     headers={"accept": "application/x-ndjson"}) as answer:
        events = [json.loads(line)["result"] for line in answer.iter_lines() if "result" in line]
    states = [e["call"]["state"] for e in events if "call" in e]
    assert states == ["RINGING", "IN_PROGRESS", "COMPLETED"]


def test_a_withheld_number_is_answered(stack, http):
    agent = calling.new_agent(http, "+918047120504", recordingEnabled=False)
    ring(stack, None, "+918047120504")
    call = stacks.wait_for(lambda: of_agent(http, agent, "IN_PROGRESS"), 20, 0.2)[0]
    assert "phoneNumber" not in call and call["direction"] == "INBOUND"
    assert http.post(f"/api/v1/calls/{call['callId']}:end", json={}).status_code == 200
    calling.until(http, call["callId"], {"COMPLETED"})


def test_news_that_comes_again_is_answered_alike_until_the_call_has_begun(
        stack, carrier, http, agent):
    fields = news(caller=calling.SILENT)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: announce(carrier, fields), range(16)))
    assert {a.status_code for a in answers} == {200}, [a.text for a in answers]
    (url,) = {a.json()["url"] for a in answers}
    assert url.startswith("wss://") and url.endswith("?sample-rate=16000")
    (call,) = of_agent(http, agent, "RINGING")
    phone = Phone({"StreamUrl": url, "Sid": fields["CallSid"], "From": CALLER, "CallerId": NUMBER}, stack.ca)
    with phone.socket:
        phone.start()
        calling.until(http, call["callId"], {"IN_PROGRESS"})
        assert announce(carrier, fields).status_code == 409
        with pytest.raises(InvalidStatus) as refused:
            dial(url, stack.ca)
        assert refused.value.response.status_code == 409
    calling.until(http, call["callId"], {"COMPLETED", "FAILED"})
    assert announce(carrier, fields).status_code == 409


@pytest.mark.parametrize("fields, status", [
    (news(to="+918047129999"), 404),
    (news(to="+14155550100"), 400),
    ({**news(), "CallTo": ""}, 400),
    ({**news(), "CallSid": ""}, 400),
    ({**news(), "CallSid": "x" * 65}, 400),
    ({}, 400),
])
def test_what_is_no_call_of_an_agent_is_refused(carrier, agent, fields, status):
    assert announce(carrier, fields).status_code == status


@pytest.mark.parametrize("wrong", [
    "x", "0" * 64, token(secret="other"), token(account="other"), token().upper(), token() + "0"])
def test_nobody_announces_a_call_without_the_token(carrier, http, agent, wrong):
    before = len(of_agent(http, agent))
    assert announce(carrier, news(), wrong).status_code == 401
    assert carrier.post(f"{PATH}/{wrong}", data=news()).status_code == 401
    assert len(of_agent(http, agent)) == before


def test_odd_requests_get_a_status_and_make_no_call(carrier, http, agent):
    before = len(of_agent(http, agent))
    url = f"{PATH}/{token()}"
    form = {"content-type": "application/x-www-form-urlencoded"}
    for answer, status in [
            (carrier.post(url, content=b"a=" + b"x" * 70_000, headers=form), 413),
            (carrier.post(url, content=b"CallSid=%zz", headers=form), 400),
            (carrier.post(url, content=b"{", headers={"content-type": "application/json"}), 400),
            (carrier.put(url, content=b""), 405),
            (carrier.get(f"{PATH}/"), 404),
            (carrier.get(f"{url}/more"), 404),
            (announce(carrier, news(sid="a\0b")), 400),
    ]:
        assert answer.status_code == status, (answer.request.url.path[:40], answer.text)
    assert len(of_agent(http, agent)) == before


def test_a_paused_agent_takes_no_call_and_the_refusal_is_kept(carrier, http):
    paused = calling.new_agent(http, "+918047120505")
    assert http.patch(f"/api/v1/agents/{paused}", json={"state": "PAUSED"}).status_code == 200
    assert announce(carrier, news(to="+918047120505")).status_code == 403
    assert of_agent(http, paused) == []
    assert http.patch(f"/api/v1/agents/{paused}", json={"state": "ACTIVE"}).status_code == 200
    assert announce(carrier, news(to="+918047120505")).status_code == 200


def test_an_agent_whose_texts_need_values_takes_no_call(carrier, http):
    number = "+918047120506"
    agent = calling.new_agent(
        http, number, greeting="Hello {{name}}.", variables=[{"name": "name", "required": True}])
    assert announce(carrier, news(to=number)).status_code == 404
    assert of_agent(http, agent) == []


def test_the_address_for_the_flow_is_printed(stack):
    environment = {
        **stacks.VENDOR_SETTINGS, "DATA_DIR": str(stack.folder / "none"),
        "PUBLIC_URL": "https://voice.example.in/"}
    command = [stacks.BIN / "voiced", "incoming-url"]
    printed = subprocess.run(
        command, env=environment, cwd=stack.folder, capture_output=True, text=True, timeout=30)
    assert printed.stdout.strip() == f"https://voice.example.in{PATH}/{token()}", printed.stderr
    del environment["PUBLIC_URL"]
    missing = subprocess.run(
        command, env=environment, cwd=stack.folder, capture_output=True, text=True, timeout=30)
    assert missing.returncode != 0 and "PUBLIC_URL" in missing.stderr
