"""AgentStream spoken by a foreign client: Python's `websockets` in the place of Exotel."""

import concurrent.futures

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

import calling
import stack as stacks
from conftest import client
from exotel import Exchange, Phone, dial, together

DIALECTS = ("strings", "numbers", "camel")


@pytest.fixture(scope="module")
def exchange():
    exchange = Exchange()
    yield exchange
    exchange.close()


@pytest.fixture(scope="module")
def server(stack, exchange):
    """A voiced of its own, whose carrier is the test and whose model is voicesim."""
    with stacks.beside(stack, EXOTEL_BASE_URL=exchange.url) as own:
        yield own


@pytest.fixture(scope="module")
def http(server):
    with client(server, server.merchant("stream@example.in")) as it:
        yield it


@pytest.fixture(scope="module")
def agent(http):
    return calling.new_agent(http, "+918047120003")


@pytest.fixture(scope="module")
def ring(http, agent, exchange):
    """Has a call dialled; its id and what Exotel was asked."""
    def ring():
        call = calling.place(http, agent, "+919876543210")
        return call, exchange.wait_for(call)
    return ring


@pytest.fixture(scope="module")
def conversations(server, http, ring):
    def hold(dialect):
        call, form = ring()
        phone = Phone(form, server.ca, dialect)
        phone.start()
        phone.talk(lambda: [e["speaker"] for e in calling.get(http, call).get("transcript", [])].count("AGENT"))
        return call, phone, phone.closed()
    return together(hold, DIALECTS)


def test_exotel_is_asked_as_it_documents(ring, server):
    _, form = ring()
    assert form["From"] == "+919876543210" and form["CallerId"] == "08047120003"
    assert form["StreamType"] == "bidirectional" and form["CallType"] == "trans"
    assert form["StreamUrl"].startswith(f"wss://127.0.0.1:{server.port}/api/v1/agentstream/")
    assert form["StatusCallback"].startswith(f"https://127.0.0.1:{server.port}/")
    assert len(form["StreamUrl"]) < 600


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_conversation_in_every_spelling(conversations, http, dialect):
    id, phone, code = conversations[dialect].result()
    assert code == 1000
    call = calling.until(http, id, {"COMPLETED"}, limit=60)
    assert call["endReason"] == "caller_hung_up"
    assert [e["speaker"] for e in call["transcript"]][:3] == ["AGENT", "CALLER", "AGENT"]
    heard = calling.recording(http, id)
    assert heard.caller > 1000 and heard.agent > 1000


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_we_send_keeps_to_the_protocol(conversations, dialect):
    _, phone, _ = conversations[dialect].result()
    assert {m["event"] for m in phone.received} <= {"media", "mark", "clear"}
    assert [m["sequence_number"] for m in phone.received] == [
        str(n + 1) for n in range(len(phone.received))]
    assert {m["stream_sid"] for m in phone.received} == {phone.stream}
    media = [m["media"] for m in phone.received if m["event"] == "media"]
    sizes = [len(m["payload"]) * 3 // 4 - m["payload"].count("=") for m in media]
    assert all(3200 <= s <= 100_000 and s % 320 == 0 for s in sizes)
    assert [int(m["chunk"]) for m in media] == list(range(1, len(media) + 1))
    at = [int(m["timestamp"]) for m in media]
    assert at == sorted(at)


# What is sent after `start`, and whether the stream survives it.
HOSTILE = {
    "text garbage": ("}{", False),
    "no object": ("[1, 2]", False),
    "binary garbage": (b"\x00\xff\xfe", False),
    "oversize text": ('{"event":"media","media":{"payload":"' + "A" * 300_000 + '"}}', False),
    "huge text": ("x" * 3_000_000, False),
    "deep json": ("[" * 50_000, False),
    "odd bytes": ('{"event":"media","media":{"payload":"AAAA"}}', True),
    "no base64": ('{"event":"media","media":{"payload":"!!!!"}}', True),
    "no payload": ('{"event":"media"}', True),
    "unknown event": ('{"event":"weather","weather":{}}', True),
    "odd types": ('{"event":"dtmf","dtmf":{"digit":{}},"sequence_number":[1]}', True),
    "second start": ('{"event":"start","start":{"call_sid":"x","stream_sid":"y"}}', True),
}


@pytest.fixture(scope="module")
def assaults(server, http, ring):
    def attack(name):
        message, survives = HOSTILE[name]
        id, form = ring()
        phone = Phone(form, server.ca)
        phone.start()
        phone.socket.send(message)
        if survives:
            for _ in range(5):
                phone.media(bytes(int(phone.rate * 0.1) * 2))
                phone.tick()
            phone.stop()
        code = phone.closed()
        return code, calling.until(http, id, {"COMPLETED", "FAILED"}, limit=60)
    return together(attack, list(HOSTILE))


@pytest.mark.parametrize("name", HOSTILE)
def test_what_exotel_would_never_send(assaults, name):
    code, call = assaults[name].result()
    if HOSTILE[name][1]:
        assert (code, call["state"]) == (1000, "COMPLETED")
    else:
        assert code in (1003, 1007, 1008, 1009)
        # What the socket itself refuses is to the call a line that broke.
        reason = "carrier_lost" if code == 1009 else "protocol_violation"
        assert (call["state"], call["endReason"]) == ("FAILED", reason)


def test_media_before_start_is_refused(server, http, ring):
    id, form = ring()
    phone = Phone(form, server.ca)
    phone.media(bytes(3200))
    assert phone.closed() == 1008
    assert calling.until(http, id, {"FAILED"}, limit=60)["endReason"] == "protocol_violation"


def test_a_stream_that_never_starts_is_given_up(server, http, ring):
    id, form = ring()
    phone = Phone(form, server.ca)
    assert phone.closed() == 1008
    call = calling.until(http, id, {"FAILED"}, limit=60)
    assert "recordingAvailable" not in call or calling.recording(http, id).seconds < 10


def test_a_socket_that_breaks_fails_the_call(server, http, ring):
    id, form = ring()
    phone = Phone(form, server.ca)
    phone.start()
    calling.until(http, id, {"IN_PROGRESS"}, limit=60)
    phone.socket.socket.close()
    assert calling.until(http, id, {"FAILED"}, limit=60)["endReason"] == "carrier_lost"


def test_a_call_is_of_the_stream_that_begins_first(server, http, ring):
    id, form = ring()
    phones = [Phone(form, server.ca) for _ in range(4)]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(Phone.start, phones))
    calling.until(http, id, {"IN_PROGRESS"}, limit=60)
    with pytest.raises(InvalidStatus) as refused:
        dial(form["StreamUrl"], server.ca)
    assert refused.value.response.status_code == 409
    for phone in phones:
        try:
            phone.stop()
        except ConnectionClosed:
            pass  # Another one has the call.
        assert phone.closed() == 1000
    calling.until(http, id, {"COMPLETED"}, limit=60)
    with pytest.raises(InvalidStatus) as refused:
        dial(form["StreamUrl"], server.ca)
    assert refused.value.response.status_code == 409


def test_a_handshake_that_was_lost_is_repeated(server, http, ring):
    id, form = ring()
    Phone(form, server.ca).socket.socket.close()
    phone = Phone(form, server.ca)
    phone.start()
    calling.until(http, id, {"IN_PROGRESS"}, limit=10)
    phone.stop()
    assert phone.closed() == 1000
    assert calling.until(http, id, {"COMPLETED"}, limit=10)["endReason"] == "caller_hung_up"


def test_a_handshake_that_was_lost_and_not_repeated_fails_the_call(server, http, ring):
    id, form = ring()
    Phone(form, server.ca).socket.socket.close()
    assert calling.until(http, id, {"FAILED"}, limit=25)["endReason"] == "carrier_never_started"


def test_a_call_that_was_ended_takes_no_stream(server, http, ring):
    id, form = ring()
    assert http.post(f"/api/v1/calls/{id}:end", json={}).json()["state"] == "CANCELED"
    with pytest.raises(InvalidStatus) as refused:
        dial(form["StreamUrl"], server.ca)
    assert refused.value.response.status_code == 409
