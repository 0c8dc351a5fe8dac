"""Calls as a merchant places and follows them, and recordings as an ear would judge them."""

import array
import io
import time
import wave

from stack import ROOT, wait_for

# Numbers of voicesim's book: who hangs up after five seconds, on a slow machine before anything was said or recorded,
# who does after twenty, and who only listens. Any other one is answered by somebody who talks for forty.
HASTY, LEAVING, SILENT = "+919000000007", "+919000000016", "+919000000009"
# Who is in the do-not-disturb register.
REGISTERED = "+919000000099"
# Who says yes, and no, to the question whether the call may be recorded.
AGREEING, REFUSING = "+919000000014", "+919000000015"
ENDED = {"COMPLETED", "BLOCKED", "FAILED", "BUSY", "NO_ANSWER", "CANCELED"}


def place(rest, agent, number, **headers):
    """Places a call; its id."""
    answer = rest.post(
        "/api/v1/calls", json={"agentId": agent, "phoneNumber": number}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["callId"]


def get(rest, call):
    answer = rest.get(f"/api/v1/calls/{call}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def until(rest, call, states, limit=90.0):
    """Waits for the call to reach one of these states; the call."""
    def reached():
        found = get(rest, call)
        assert found["state"] in states or found["state"] not in ENDED, found
        return found if found["state"] in states else None
    return wait_for(reached, limit, 0.2)


def until_said(rest, call, limit=30.0):
    """Waits until something was said; the call."""
    return wait_for(lambda: (found := get(rest, call)).get("transcript") and found, limit, 0.2)


def listen(rest, call):
    """Waits for the agent's first words and ends the call; the call. For those of `SILENT`."""
    until_said(rest, call)
    assert rest.post(f"/api/v1/calls/{call}:end", json={}).status_code == 200
    return until(rest, call, {"COMPLETED"})


def within_a_day():
    """Waits over midnight in India where that is less than five minutes away: what a test does next is of one day."""
    left = (18.5 * 3_600 - time.time()) % 86_400
    if left < 300:
        time.sleep(left + 1)


def seconds(duration):
    return float(duration.removesuffix("s"))


def rupees(money):
    assert money["currencyCode"] == "INR"
    return int(money.get("units", 0)) + money.get("nanos", 0) / 1e9


class Recording:
    """A WAV file: how long it is, and how loud each side (caller left, agent right) ever gets."""

    def __init__(self, data):
        with wave.open(io.BytesIO(data)) as file:
            assert (file.getnchannels(), file.getsampwidth()) == (2, 2)
            self.rate = file.getframerate()
            samples = array.array("h", file.readframes(file.getnframes()))
        self.seconds = len(samples) / 2 / self.rate
        self.caller, self.agent = (
            max(map(abs, samples[side::2]), default=0) for side in (0, 1))


def recording(rest, call):
    answer = rest.get(f"/api/v1/calls/{call}/recording")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "audio/wav"
    return Recording(answer.content)


def new_agent(rest, number, **changes):
    """An agent who may call; its id."""
    answer = rest.post("/api/v1/agents", json={
        "name": "Order desk", "language": "en", "phoneNumber": number,
        "purpose": "CALL_PURPOSE_SERVICE", "recordingEnabled": True,
        "greeting": "Hello, this is the order desk. How can I help you?",
        "systemPrompt": "You are the order desk of an online shop.", **changes})
    assert answer.status_code == 200, answer.text
    return answer.json()["agentId"]


def hello(rate):
    """What a person says on the phone: PCM of 16 bit, mono, at a multiple of the file's rate."""
    with wave.open(str(ROOT / "tools" / "demo" / "hello.wav")) as file:
        samples = array.array("h", file.readframes(file.getnframes()))
        times = rate // file.getframerate()
    following = samples[1:] + samples[-1:]
    return array.array("h", (
        a + (b - a) * n // times for a, b in zip(samples, following) for n in range(times)
    )).tobytes()
