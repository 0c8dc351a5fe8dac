"""The examples of Clients/, each run the way its user runs it, against the real server; and what the
Python package and voicectl promise besides.
"""

import concurrent.futures
import importlib
import os
import subprocess
import sys
import threading

import grpc
import pytest

import calling
from conftest import metadata
from stack import BIN, ROOT

PACKAGE = ROOT / "Clients" / "python"
EXAMPLES = {
    "python": [sys.executable, PACKAGE / "example.py"],
    "swift": [BIN / "client-example"],
}
# Longer than any call that voicesim holds.
LIMIT = 120.0
NOBODY = "agt_01HZZZZZZZZZZZZZZZZZZZZZZZ"
# Called by Exotel, never by a merchant.
NOT_FOR_MERCHANTS = {"CarrierCallbackServiceStub"}
# What gRPC clients take of one message unless told otherwise.
USUAL_LIMIT = 4 * 1024 * 1024


@pytest.fixture(scope="module")
def owner(stack):
    """A merchant of this file's own, so that its agents are exactly these."""
    return stack.merchant("clients@example.in")


@pytest.fixture(scope="module")
def make_agent(channel, owner):
    """Makes agents that call from numbers of their own; they are gone afterwards."""
    from payaid.voice.v1 import agents_pb2, agents_pb2_grpc
    agents = agents_pb2_grpc.AgentServiceStub(channel)
    made = []

    def make(number, purpose, **fields):
        agent = agents_pb2.Agent(
            name="Client desk", language="en", phone_number=number, purpose=purpose, **fields)
        made.append(agents.CreateAgent(
            agents_pb2.CreateAgentRequest(agent=agent), metadata=metadata(owner)).agent_id)
        return made[-1]
    yield make
    for agent_id in made:
        agents.DeleteAgent(
            agents_pb2.DeleteAgentRequest(agent_id=agent_id), metadata=metadata(owner))


@pytest.fixture(scope="module")
def agent(make_agent):
    return make_agent("+918047129001", "CALL_PURPOSE_SERVICE")


@pytest.fixture(scope="module")
def promoter(make_agent):
    """An agent whose calls the gate refuses: no register of who wants no advertising is connected."""
    return make_agent("+911400129002", "CALL_PURPOSE_PROMOTIONAL")


@pytest.fixture(scope="module")
def start(stack, owner):
    """Starts an example with these arguments and settings, and lets it run."""
    def start(name, *arguments, **changes):
        settings = {
            "VOICE_URL": stack.url, "VOICE_CA": str(stack.ca),
            "VOICE_API_KEY": f"{owner['key']}_{owner['secret']}", **changes}
        return subprocess.Popen(
            [*EXAMPLES[name], *arguments], env={**os.environ, **settings}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return start


def end(process):
    """Waits for the end; the exit status, output and errors."""
    try:
        out, errors = process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        out, errors = process.communicate()
    return process.returncode, out, errors


@pytest.fixture(params=EXAMPLES)
def run(request, start):
    """Runs an example to its end, which must be a failure; its errors."""
    def run(*arguments, **changes):
        status, out, errors = end(start(request.param, *arguments, **changes))
        assert status == 1, out + errors
        assert errors.startswith("error: "), errors
        assert "Traceback" not in errors
        return errors
    return run


@pytest.fixture(scope="module")
def calls(start, agent):
    """All examples at once, each with a call of its own."""
    return {name: start(name, "--agent", agent) for name in EXAMPLES}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_holds_a_call(calls, agent, name):
    status, out, errors = end(calls[name])
    assert status == 0, out + errors
    lines = out.splitlines()
    assert f"agent {agent}: Client desk (en)" in lines
    assert sum(line.startswith("call call_") for line in lines) == 1
    assert [line for line in lines if line.startswith("--- ")][-1] == "--- completed"
    assert any(" s  agent   " in line for line in lines), out
    assert any(" s  caller  " in line for line in lines), out
    assert "cost INR " in lines[-1]


def test_an_agent_that_is_not_there_is_said(run):
    assert "NOT_FOUND" in run("--agent", NOBODY)


def test_a_number_that_is_none_is_said_with_its_reason(run, agent):
    summary, *reasons = run("--agent", agent, "--number", "12345").splitlines()
    assert summary.startswith("error: INVALID_ARGUMENT")
    assert any("+91 and ten digits" in reason for reason in reasons), reasons


def test_a_refusal_by_the_gate_is_said_with_its_reasons(run, promoter):
    summary, *reasons = run("--agent", promoter, "--number", calling.REGISTERED).splitlines()
    assert summary.startswith("error: FAILED_PRECONDITION")
    assert reasons


@pytest.mark.parametrize("changes, words", [
    ({"VOICE_API_KEY": "pa_live_AAAAAAAA_none"}, "UNAUTHENTICATED"),
    ({"VOICE_API_KEY": ""}, "VOICE_API_KEY"),
    ({"VOICE_URL": "localhost"}, "https://HOST:PORT"),
    ({"VOICE_URL": "https://127.0.0.1:1"}, "UNAVAILABLE"),
    ({"VOICE_CA": "/nowhere/ca.pem"}, "/nowhere/ca.pem"),
    ({"VOICE_CA": ""}, "UNAVAILABLE"),
], ids=["wrong key", "no key", "no URL", "nobody there", "no such file", "stranger's certificate"])
def test_a_wrong_setting_is_said_in_one_line(run, changes, words):
    summary, *more = run("--agent", NOBODY, **changes).splitlines()
    assert words in summary
    assert not more


@pytest.fixture
def payaid_voice(monkeypatch):
    """The Python package, found as an installed one is."""
    monkeypatch.syspath_prepend(PACKAGE)
    return importlib.import_module("payaid_voice")


def test_voice_has_the_stub_of_every_service(payaid_voice):
    made = set()
    for file in (PACKAGE / "payaid").rglob("*_pb2_grpc.py"):
        module = importlib.import_module(".".join(file.relative_to(PACKAGE).with_suffix("").parts))
        made |= {name for name in vars(module) if name.endswith("Stub")}
    with payaid_voice.connect("http://127.0.0.1:1", "key_secret") as voice:
        names = {type(member).__name__ for member in vars(voice).values()}
    assert {name for name in names if name.endswith("Stub")} == made - NOT_FOR_MERCHANTS


@pytest.fixture(scope="module")
def archive():
    """A server whose every call has a recording of 20 MB in parts, and its URL; that of `torn` breaks off. A file of
    call records has 6 MB at once.
    """
    from google.api import httpbody_pb2
    from payaid.voice.v1 import analytics_pb2_grpc, calls_pb2_grpc

    class Calls(calls_pb2_grpc.CallServiceServicer):
        def GetRecording(self, request, context):
            for _ in range(80):
                yield httpbody_pb2.HttpBody(content_type="audio/wav", data=bytes(250_000))
                if request.call_id == "torn":
                    context.abort(grpc.StatusCode.UNAVAILABLE, "the store is gone")

    class Analytics(analytics_pb2_grpc.AnalyticsServiceServicer):
        def ExportCallRecords(self, request, context):
            return httpbody_pb2.HttpBody(content_type="text/csv", data=bytes(6_000_000))

    server = grpc.server(concurrent.futures.ThreadPoolExecutor(1))
    calls_pb2_grpc.add_CallServiceServicer_to_server(Calls(), server)
    analytics_pb2_grpc.add_AnalyticsServiceServicer_to_server(Analytics(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"http://127.0.0.1:{port}"
    server.stop(None)


def test_connect_takes_large_files_unless_told_otherwise(payaid_voice, archive):
    from payaid.voice.v1 import analytics_pb2
    request = analytics_pb2.ExportCallRecordsRequest()
    with payaid_voice.connect(archive, "key_secret") as voice:
        assert len(voice.analytics.ExportCallRecords(request, timeout=30).data) == 6_000_000
    options = [("grpc.max_receive_message_length", USUAL_LIMIT)]
    with payaid_voice.connect(archive, "key_secret", options=options) as voice, pytest.raises(grpc.RpcError) as refused:
        voice.analytics.ExportCallRecords(request, timeout=30)
    assert refused.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_voicectl_saves_long_recordings(archive, tmp_path):
    file = tmp_path / "call.wav"
    done = subprocess.run(
        [BIN / "voicectl", "calls", "recording", "call_1", "--url", archive, "--key", "key_secret",
         "-o", file], capture_output=True, text=True, timeout=LIMIT)
    assert done.returncode == 0, done.stderr
    assert (file.stat().st_size, file.stat().st_mode & 0o777) == (20_000_000, 0o600)


def test_voicectl_leaves_no_half_of_a_recording(archive, tmp_path):
    file = tmp_path / "call.wav"
    done = subprocess.run(
        [BIN / "voicectl", "calls", "recording", "torn", "--url", archive, "--key", "key_secret",
         "-o", file], capture_output=True, text=True, timeout=LIMIT)
    assert done.returncode == 1 and "the store is gone" in done.stderr
    assert not file.exists()


def test_a_recording_beyond_the_usual_limit_is_sent_and_read(
        payaid_voice, stack, owner, make_agent):
    """A minute of sound is sent at once: a recording lies as the sound does, however fast it came."""
    from payaid.voice.v1 import calls_pb2, live_pb2
    agent = make_agent("", "CALL_PURPOSE_SERVICE", recording_enabled=True)
    rate, greeted = 24_000, threading.Event()

    def silence(seconds):
        pcm = bytes(2 * int(seconds * rate))
        return live_pb2.ClientFrame(audio=live_pb2.AudioFrame(pcm=pcm))

    def frames():
        yield live_pb2.ClientFrame(
            start=live_pb2.LiveStart(agent_id=agent, sample_rate_hertz=rate))
        # Nothing is recorded before the notice of it was heard, in the agent's first words.
        while not greeted.wait(0.02):
            yield silence(0.02)
        for _ in range(60):
            yield silence(1)

    key = f"{owner['key']}_{owner['secret']}"
    with payaid_voice.connect(stack.url, key, str(stack.ca)) as voice:
        try:
            for frame in voice.live.Converse(frames(), timeout=240):
                if frame.HasField("transcript"):
                    greeted.set()
        finally:
            greeted.set()
        assert frame.HasField("ended"), frame
        request = calls_pb2.GetRecordingRequest(call_id=frame.ended.call.call_id)
        parts = [part.data for part in voice.calls.GetRecording(request, timeout=30)]
    sound = b"".join(parts)
    assert max(map(len, parts)) <= USUAL_LIMIT / 4
    assert len(sound) > USUAL_LIMIT
    recorded = calling.Recording(sound)
    assert recorded.rate == rate and recorded.seconds >= 60
