"""Programs that die in the middle of a call, and one that is asked to stop."""

import pathlib
import signal
import time

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

import calling
import stack as stacks
from conftest import client, metadata
from exotel import together

TALKATIVE = "+919000000001"


def descendants(pid):
    """Every process below `pid`."""
    children = {}
    for status in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        children.setdefault(parent, []).append(int(status.parent.name))
    found, waiting = [], [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def alive(pids):
    return [pid for pid in pids if pathlib.Path(f"/proc/{pid}").exists()]


def talking(stack, owner, number):
    """Has somebody called and waits until something was said; the call's id."""
    with client(stack, owner) as rest:
        call = calling.place(rest, calling.new_agent(rest, "+918047120004"), number)
        calling.until_said(rest, call)
        return call


def until_renewed(stack, call):
    """Waits until the server was known to live two seconds after it took the call: a lease lasts 20."""
    stacks.wait_for(lambda: stacks.sql(stack.ready["database"], f"""
        SET payaid.merchant_id = '*';
        SELECT call_id FROM calls
        WHERE call_id = '{call}' AND lease_until > answer_time + interval '22 seconds'"""))


def look(stack, owner, call, states, limit):
    with client(stack, owner) as rest:
        found = calling.until(rest, call, states, limit)
        return found, calling.recording(rest, call)


def vendors_die():
    with stacks.running() as stack:
        owner = stack.merchant("vendors@example.in")
        call = talking(stack, owner, TALKATIVE)
        assert stack.sim.kill() == -signal.SIGKILL
        return look(stack, owner, call, {"FAILED"}, 120)


def server_dies():
    with stacks.running() as stack:
        owner = stack.merchant("server@example.in")
        placed = time.monotonic()
        call = talking(stack, owner, TALKATIVE)
        until_renewed(stack, call)
        assert stack.server.kill() == -signal.SIGKILL
        lived = time.monotonic() - placed
        stack.start_server()
        with client(stack, owner) as rest:
            agent = rest.get("/api/v1/agents").json()["agents"][0]["agentId"]
            next_call = calling.listen(rest, calling.place(rest, agent, calling.SILENT))
        return *look(stack, owner, call, {"FAILED"}, 120), next_call, lived


def server_stops():
    with stacks.running(environment={"METRICS_LISTEN_ADDRESS": "127.0.0.1:0"}) as stack:
        owner = stack.merchant("drain@example.in")
        with open(stack.ca, "rb") as file:
            trust = grpc.ssl_channel_credentials(file.read())
        with grpc.secure_channel(stack.target, trust) as channel:
            health = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
            seen = [next(health).status]
            call = talking(stack, owner, calling.LEAVING)
            below = descendants(stack.server.process.pid)
            stack.server.process.send_signal(signal.SIGTERM)
            asked = time.monotonic()
            seen.append(next(health).status)
            told = time.monotonic() - asked
            refusal = converse(channel, owner)
            shown = [
                stacks.get(f"https://{stack.ready['metrics']}{path}", verify=False)
                for path in ("/readyz", "/metrics")]
        status = stack.server.process.wait(120)
        left = alive(below)
        stack.start_server()
        return dict(
            seen=seen, told=told, refusal=refusal, shown=shown, status=status, below=below, left=left,
            call=look(stack, owner, call, {"COMPLETED"}, 60))


def converse(channel, owner):
    """Tries to begin a conversation; the code of the refusal."""
    from payaid.voice.v1 import live_pb2, live_pb2_grpc
    start = live_pb2.ClientFrame(start=live_pb2.LiveStart(agent_id="agt_none"))
    try:
        list(live_pb2_grpc.LiveServiceStub(channel).Converse(
            iter([start]), metadata=metadata(owner), timeout=30))
    except grpc.RpcError as error:
        return error.code()


@pytest.fixture(scope="module")
def outcomes():
    """Three stacks at once, each with its own misfortune."""
    return together(lambda body: body(), [vendors_die, server_dies, server_stops])


def test_a_call_fails_when_carrier_and_model_die_and_keeps_what_it_has(outcomes):
    call, recording = outcomes[vendors_die].result()
    assert call["endReason"] in ("carrier_lost", "model_failed")
    assert call["transcript"] and call["cost"]["total"]
    assert recording.agent > 1000 and recording.seconds > 1


def test_a_killed_server_finishes_its_calls_when_it_is_back(outcomes):
    call, recording, _, lived = outcomes[server_dies].result()
    assert call["endReason"] == "server_lost"
    # It ended when the server was last known to live, not when it was back.
    assert call["transcript"] and 2 <= calling.seconds(call["duration"]) <= lived
    assert recording.agent > 1000 and recording.seconds > 1


def test_a_server_that_came_back_takes_calls(outcomes):
    _, _, next_call, _ = outcomes[server_dies].result()
    assert next_call["transcript"] and next_call["recordingAvailable"]


def test_a_stopping_server_says_so_at_once_and_takes_nothing_new(outcomes):
    outcome = outcomes[server_stops].result()
    assert outcome["seen"] == [
        health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING]
    assert outcome["told"] < 10
    assert outcome["refusal"] == grpc.StatusCode.UNAVAILABLE


def test_a_stopping_server_shows_its_figures_while_it_waits_for_calls(outcomes):
    ready, metrics = outcomes[server_stops].result()["shown"]
    assert (ready.status_code, ready.json()["status"]) == (503, "draining")
    assert metrics.status_code == 200 and "payaid_calls_live " in metrics.text


def test_a_stopping_server_lets_a_call_end_and_leaves_nothing_behind(outcomes):
    outcome = outcomes[server_stops].result()
    call, recording = outcome["call"]
    assert call["endReason"] == "caller_hung_up"
    assert recording.agent > 1000
    assert outcome["status"] == 0
    assert outcome["below"] and not outcome["left"]
