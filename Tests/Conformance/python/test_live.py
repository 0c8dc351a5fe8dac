"""LiveService from stock grpcio: real audio in real time, and what happens when a client misbehaves."""

import threading
import time

import grpc
import pytest

import calling
import stack as stacks
from conftest import client
from exotel import together

FRAME = 0.02


@pytest.fixture(scope="module")
def live():
    from payaid.voice.v1 import live_pb2
    return live_pb2


@pytest.fixture(scope="module")
def stub(channel):
    from payaid.voice.v1 import live_pb2_grpc
    return live_pb2_grpc.LiveServiceStub(channel)


@pytest.fixture(scope="module")
def http(stack, merchant):
    with client(stack, merchant) as it:
        yield it


class Microphone:
    """A client's frames: `start`, then 20 ms of silence or speech every 20 ms until `hang_up`."""

    def __init__(self, live, agent, rate=8000):
        self.live, self.agent, self.rate = live, agent, rate
        self.speak, self.hang_up = threading.Event(), threading.Event()

    def __iter__(self):
        live, size = self.live, int(self.rate * FRAME) * 2
        yield live.ClientFrame(start=live.LiveStart(
            agent_id=self.agent, sample_rate_hertz=self.rate))
        speech, position, sequence, due = calling.hello(self.rate), 0, 0, time.monotonic()
        while not self.hang_up.is_set():
            pcm = bytes(size)
            if self.speak.is_set() and position < len(speech):
                pcm = speech[position:position + size].ljust(size, b"\0")
                position += size
            sequence += 1
            yield live.ClientFrame(audio=live.AudioFrame(pcm=pcm, sequence=sequence))
            due += FRAME
            # The pace of a real microphone.
            self.hang_up.wait(max(0, due - time.monotonic()))


def converse(stub, auth, microphone, limit=60):
    """Says hello once the agent has greeted, hangs up once it has answered; all frames."""
    frames, turns = [], 0
    for frame in stub.Converse(iter(microphone), metadata=auth, timeout=limit):
        frames.append((time.monotonic(), frame))
        if frame.WhichOneof("frame") == "transcript":
            if frame.transcript.speaker == frame.transcript.AGENT:
                turns += 1
            (microphone.speak if turns == 1 else microphone.hang_up).set()
    return frames


RATES = [8000, 24000]


@pytest.fixture(scope="module")
def conversations(live, stub, auth, desk):
    """A conversation at each rate, held at once."""
    return together(lambda rate: converse(stub, auth, Microphone(live, desk, rate)), RATES)


@pytest.fixture(params=RATES)
def conversation(request, conversations):
    return request.param, conversations[request.param].result()


def kinds(frames):
    return [frame.WhichOneof("frame") for _, frame in frames]


def test_a_conversation_begins_and_ends_as_promised(conversation):
    rate, frames = conversation
    assert kinds(frames)[0] == "started" and kinds(frames)[-1] == "ended"
    assert frames[0][1].started.sample_rate_hertz == rate
    ended = frames[-1][1].ended.call
    assert ended.State.Name(ended.state) == "COMPLETED"
    assert ended.direction == ended.LIVE and ended.end_reason == "caller_hung_up"
    assert ended.recording_available and not frames[-1][1].ended.HasField("error")


def test_both_are_heard_and_written_down(conversation, http):
    rate, frames = conversation
    said = [f.transcript for _, f in frames if f.WhichOneof("frame") == "transcript"]
    assert [e.speaker for e in said[:3]] == [e.AGENT for e in said[:1]] + [
        said[0].CALLER, said[0].AGENT]
    assert "order" in said[0].text and said[1].text
    call = calling.get(http, frames[0][1].started.call_id)
    assert [e["text"] for e in call["transcript"]][:3] == [e.text for e in said[:3]]
    heard = calling.recording(http, call["callId"])
    assert heard.caller > 1000 and heard.agent > 1000


def test_audio_comes_whole_numbered_and_no_faster_than_it_is_spoken(conversation):
    rate, frames = conversation
    audio = [(at, f.audio) for at, f in frames if f.WhichOneof("frame") == "audio"]
    assert [a.sequence for _, a in audio] == list(range(1, len(audio) + 1))
    assert all(a.pcm and len(a.pcm) % 2 == 0 for _, a in audio)
    greeting = [len(a.pcm) / 2 / rate for at, a in audio if at < frames[0][0] + 60]
    began, ahead = audio[0][0], 0.0
    for (at, a), length in zip(audio, greeting):
        ahead += length
        assert ahead - (at - began) < 2.5
    assert ahead > 1.0


def refused(call):
    with pytest.raises(grpc.RpcError) as caught:
        for _ in call:
            pass
    return caught.value


def test_the_first_frame_must_be_start(live, stub, auth):
    frames = [live.ClientFrame(audio=live.AudioFrame(pcm=bytes(320)))]
    assert refused(stub.Converse(iter(frames), metadata=auth, timeout=10)).code() == (
        grpc.StatusCode.INVALID_ARGUMENT)
    assert refused(stub.Converse(iter([]), metadata=auth, timeout=10)).code() == (
        grpc.StatusCode.INVALID_ARGUMENT)


@pytest.mark.parametrize("changes, code", [
    (dict(sample_rate_hertz=44100), grpc.StatusCode.INVALID_ARGUMENT),
    (dict(agent_id="agt_nobody"), grpc.StatusCode.NOT_FOUND),
])
def test_a_start_that_cannot_be_is_refused(live, stub, auth, desk, changes, code):
    start = live.LiveStart(**{"agent_id": desk, **changes})
    call = stub.Converse(iter([live.ClientFrame(start=start)]), metadata=auth, timeout=10)
    assert refused(call).code() == code


@pytest.mark.parametrize("variables, why", [
    ({f"v{n}": "" for n in range(65)}, "start.variables: has 65 variables; the limit is 64"),
    ({"name": "x" * 1_001}, "start.variables: a value has more than 1,000 characters"),
], ids=["too many", "too long"])
def test_variables_have_the_limits_of_calls(live, stub, auth, desk, variables, why):
    start = live.LiveStart(agent_id=desk, variables=variables)
    call = stub.Converse(iter([live.ClientFrame(start=start)]), metadata=auth, timeout=10)
    error = refused(call)
    assert (error.code(), error.details()) == (grpc.StatusCode.INVALID_ARGUMENT, why)


def test_webhooks_go_where_the_agent_says(live, stub, auth, http):
    hook = "https://example.in/live"
    agent = calling.new_agent(http, "", webhookUrl=hook, recordingEnabled=False)
    call, id, _, closing = begun(live, stub, auth, agent)
    assert calling.get(http, id)["webhookUrl"] == hook
    call.cancel()
    closing.set()


@pytest.fixture()
def no_model(stack):
    """The model lets nobody in."""
    def switch(**faults):
        answer = stacks.post(stack.sim.ready["admin"] + "/faults", json={"gemini": faults})
        assert answer.status_code == 200, answer.text
    switch(upgrade_status=403)
    yield
    switch()


def test_a_client_is_told_why_its_call_failed(live, stub, auth, desk, no_model):
    microphone = Microphone(live, desk)
    try:
        ended = converse(stub, auth, microphone)[-1][1].ended
    finally:
        microphone.hang_up.set()
    assert ended.call.state == ended.call.FAILED and ended.call.end_reason == "model_failed"
    assert ended.error.code == grpc.StatusCode.UNAVAILABLE.value[0]
    assert ended.error.message == "the model failed or did not answer"


def test_nobody_may_converse(live, stub, desk):
    call = stub.Converse(
        iter([live.ClientFrame(start=live.LiveStart(agent_id=desk))]), timeout=10)
    assert refused(call).code() == grpc.StatusCode.UNAUTHENTICATED


def begun(live, stub, auth, agent, limit=30):
    """A conversation that has begun: its call, its id, and what feeds it."""
    frames, closing = [], threading.Event()

    def feed():
        yield live.ClientFrame(start=live.LiveStart(agent_id=agent))
        while not closing.is_set():
            if frames:
                yield frames.pop(0)
            closing.wait(FRAME)

    call = stub.Converse(feed(), metadata=auth, timeout=limit)
    return call, next(call).started.call_id, frames, closing


@pytest.mark.parametrize("frame", [
    dict(audio=dict(pcm=bytes(16_002))), dict(audio=dict(pcm=bytes(321))), dict(dtmf="12"),
    dict(start=dict(agent_id="agt_again"))],
    ids=["oversize audio", "odd audio", "two keys", "second start"])
def test_a_frame_that_breaks_the_rules_ends_the_call(live, stub, auth, desk, http, frame):
    call, id, frames, closing = begun(live, stub, auth, desk)
    frames.append(live.ClientFrame(**frame))
    error = refused(call)
    closing.set()
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert next(iter(frame)) in error.details()
    assert calling.until(http, id, {"FAILED"}, limit=10)["endReason"] == "protocol_violation"


def test_bytes_that_are_no_frame_end_the_call_as_such(live, channel, auth, desk, http):
    converse = channel.stream_stream(
        "/payaid.voice.v1.LiveService/Converse", request_serializer=bytes,
        response_deserializer=live.ServerFrame.FromString)
    has_begun = threading.Event()

    def feed():
        yield live.ClientFrame(start=live.LiveStart(agent_id=desk)).SerializeToString()
        has_begun.wait(10)
        yield b"\xff"

    call = converse(feed(), metadata=auth, timeout=30)
    id = next(call).started.call_id
    has_begun.set()
    # What gRPC has for a message that cannot be read.
    assert refused(call).code() == grpc.StatusCode.INTERNAL
    assert calling.until(http, id, {"FAILED"}, limit=10)["endReason"] == "protocol_violation"


def test_a_cancelled_conversation_ends(live, stub, auth, desk, http):
    call, id, _, closing = begun(live, stub, auth, desk)
    next(call)
    call.cancel()
    closing.set()
    assert calling.until(http, id, {"COMPLETED", "FAILED"}, limit=10)["endTime"]


def test_a_conversation_ends_at_its_deadline(live, stub, auth, desk, http):
    call, id, _, closing = begun(live, stub, auth, desk, limit=8)
    assert refused(call).code() == grpc.StatusCode.DEADLINE_EXCEEDED
    closing.set()
    assert calling.until(http, id, {"COMPLETED", "FAILED"}, limit=10)["endTime"]
