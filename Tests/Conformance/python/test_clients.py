"""The examples of Clients/, each run the way its user runs it, against the real server."""

import os
import subprocess
import sys

import pytest

from conftest import metadata
from stack import BIN, ROOT

EXAMPLES = {
    "python": [sys.executable, ROOT / "Clients" / "python" / "example.py"],
    "swift": [BIN / "client-example"],
}
# Longer than any call that voicesim holds.
LIMIT = 120.0
NOBODY = "agt_01HZZZZZZZZZZZZZZZZZZZZZZZ"


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

    def make(number, purpose):
        agent = agents_pb2.Agent(
            name="Client desk", language="en", phone_number=number, purpose=purpose)
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
    return make_agent("+918047129002", "CALL_PURPOSE_PROMOTIONAL")


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
    summary, *reasons = run("--agent", promoter).splitlines()
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
