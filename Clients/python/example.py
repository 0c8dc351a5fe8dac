"""Lists agents, places a call, prints what is said while it is said, and what it cost.

    python example.py --agent AGT_ID [--number +91...]

Reads VOICE_URL, VOICE_CA and VOICE_API_KEY, as tools/run prints them. The exit status is 0 only
when the call completed.
"""

import argparse
import os
import sys
import uuid

# Before grpc is loaded: the example says itself what went wrong.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

import grpc

import payaid_voice
from payaid.voice.v1 import agents_pb2, calls_pb2

Call = calls_pb2.Call
Entry = calls_pb2.TranscriptEntry


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--agent", required=True, help="the agent that calls, agt_...")
    parser.add_argument("--number", default="+919000000001", help="whom to call; %(default)s")
    arguments = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)
    try:
        with connect() as voice:
            list_agents(voice)
            return call(voice, arguments.agent, arguments.number)
    except grpc.RpcError as error:
        return f"error: {payaid_voice.explain(error)}"
    except (ValueError, OSError) as error:
        return f"error: {error}"


def connect():
    missing = [name for name in ("VOICE_URL", "VOICE_API_KEY") if not os.environ.get(name)]
    if missing:
        raise ValueError(f"{' and '.join(missing)} must be set; tools/run prints what to")
    return payaid_voice.connect(
        os.environ["VOICE_URL"], os.environ["VOICE_API_KEY"], os.environ.get("VOICE_CA"))


def list_agents(voice):
    token = ""
    while True:
        page = voice.agents.ListAgents(agents_pb2.ListAgentsRequest(page_token=token), timeout=10)
        for agent in page.agents:
            print(f"agent {agent.agent_id}: {agent.name} ({agent.language})")
        token = page.next_page_token
        if not token:
            return


def call(voice, agent, number):
    """Places a call and follows it; None when it completed, else what to say about it."""
    # With the same request_id again, the server answers with this call and places no second one.
    request = calls_pb2.CreateCallRequest(
        call=Call(agent_id=agent, phone_number=number), request_id=str(uuid.uuid4()))
    call_id = voice.calls.CreateCall(request, timeout=10).call_id
    print(f"call {call_id}")
    for event in voice.calls.WatchCall(calls_pb2.WatchCallRequest(call_id=call_id)):
        if event.WhichOneof("event") == "call":
            print(f"--- {Call.State.Name(event.call.state).lower()}")
        elif event.WhichOneof("event") == "transcript":
            print(line(event.transcript))
    ended = voice.calls.GetCall(calls_pb2.GetCallRequest(call_id=call_id), timeout=10)
    print(f"{seconds(ended.duration):.1f} s, cost {cost(ended.cost)}")
    if ended.state != Call.State.COMPLETED:
        state = Call.State.Name(ended.state).lower()
        return f"error: the call ended {state}, not completed: {ended.end_reason}"
    return None


def line(entry):
    speaker = "caller" if entry.speaker == Entry.Speaker.CALLER else "agent "
    interrupted = " [interrupted]" if entry.interrupted else ""
    return f"{seconds(entry.offset):6.1f} s  {speaker}  {entry.text}{interrupted}"


def seconds(duration):
    return duration.seconds + duration.nanos / 1e9


def cost(cost):
    amount = cost.total.units + cost.total.nanos / 1e9
    settled = "settled" if cost.settled else "not settled yet"
    return f"{cost.total.currency_code or 'INR'} {amount:.2f} ({settled})"


if __name__ == "__main__":
    sys.exit(main())
