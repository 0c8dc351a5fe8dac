"""Floods, bombs and half-done things on HTTP/2: the peer is cut and told why, others are served."""

import struct
import time

import grpc
import pytest

from raw import (
    ACK, CALM, CANCEL, CONTINUATION, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, PADDED, PING,
    PREFACE, PRIORITY, REFUSED, RST, SETTINGS, WINDOW, Peer, fields, frame, holds, length,
    literal, message)

RESET = struct.pack(">I", CANCEL)


def streams(count, first=1):
    return range(first, first + 2 * count, 2)


def flood(peer, pieces, batch=100):
    """Sends pieces in batches, each answered before the next; how many went before the end."""
    sent = 0
    pieces = list(pieces)
    while sent < len(pieces):
        if not peer.send(b"".join(pieces[sent:sent + batch])) or not peer.sync():
            break
        sent += batch
    return sent


def test_rapid_reset_is_cut(server):
    with holds(server, "rapid_resets"), Peer(server.port) as peer:
        pairs = (
            frame(HEADERS, END_HEADERS, s, fields()) + frame(RST, 0, s, RESET)
            for s in streams(10_000))
        assert flood(peer, pairs) <= 1_100
        assert peer.goaway() == (CALM, "rapid_resets")
    assert int(server.get("/sleepers")) <= 100


def test_rapid_reset_without_waiting_is_cut(server):
    with holds(server, "rapid_resets"), Peer(server.port) as peer:
        for s in streams(10_000):
            if not peer.send(
                    frame(HEADERS, END_HEADERS, s, fields()) + frame(RST, 0, s, RESET)):
                break
        assert peer.goaway() in ((CALM, "rapid_resets"), None)
    assert int(server.get("/sleepers")) <= 100


def test_trailers_that_are_reset_at_once_end_their_call(server):
    """More calls than may be open at once, each ended in a later read than it began in."""
    with holds(server), Peer(server.port) as peer:
        for s in streams(150):
            assert peer.send(frame(HEADERS, END_HEADERS, s, fields())) and peer.sync()
            trailers = frame(HEADERS, END_HEADERS | END_STREAM, s, literal("x-t", "v"))
            assert peer.send(trailers + frame(RST, 0, s, RESET)) and peer.sync()
        assert peer.call(301, message(b"\x12\x02ab")) == (0, message(b"\x12\x02ab"))


@pytest.mark.parametrize("wait", [False, True], ids=["at once", "after the head"])
def test_a_client_that_cancels_ten_thousand_calls_stays(server, wait):
    """A stock client, and legal: it cancels calls that have begun, and then makes one more."""
    with holds(server, growth=32), grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        chat = channel.stream_stream("/bench.v1.Bench/Chat")
        unary = channel.unary_unary("/bench.v1.Bench/Unary")
        before = server.cuts()
        for _ in range(10_000 if not wait else 1_000):
            call = chat(iter([b""]))
            if wait:
                next(call)
            call.cancel()
        assert unary(b"", timeout=20) == b""
        after = server.cuts()
        assert all(
            after.get(r, 0) == before.get(r, 0) for r in ("rapid_resets", "cancellations"))


def test_requests_taken_back_before_their_handler_leave_nothing(server):
    """The end of each body comes in one read with the reset, so that no handler begins."""
    head = [(":method", "POST"), (":scheme", "http"), (":path", "/v1/bench:unary"),
            (":authority", "localhost"), ("content-type", "application/json")]
    with holds(server), Peer(server.port) as peer:
        for first in range(1, 10_000, 100):
            for s in streams(50, first):
                # Of its own: what repeats the last request's is shared with it.
                own = ("x-own", f"{s:08}" * 1_500)
                block = b"".join(literal(*field) for field in [*head, own])
                peer.send(frame(HEADERS, END_HEADERS, s, block))
            assert peer.sync()
            peer.send(b"".join(
                frame(DATA, END_STREAM, s, b"{}") + frame(RST, 0, s, RESET)
                for s in streams(50, first)))
            assert peer.sync()


HUGE = struct.pack(">I", 0x7FFFFFFF)
MADE = {
    "window overflow": (END_HEADERS, (), lambda s: frame(WINDOW, 0, s, HUGE)),
    "window overflow after the end":
        (END_HEADERS | END_STREAM, (), lambda s: frame(WINDOW, 0, s, HUGE)),
    "window increment 0": (END_HEADERS, (), lambda s: frame(WINDOW, 0, s, bytes(4))),
    "body longer than announced":
        (END_HEADERS, (("content-length", "1"),), lambda s: frame(DATA, 0, s, b"ab")),
    "body shorter than announced":
        (END_HEADERS, (("content-length", "9"),), lambda s: frame(DATA, END_STREAM, s, b"a")),
    "data after the end": (END_HEADERS | END_STREAM, (), lambda s: frame(DATA, 0, s, b"a")),
    "headers after the end":
        (END_HEADERS | END_STREAM, (), lambda s: frame(HEADERS, END_HEADERS, s, fields())),
    "upper-case name": (END_HEADERS, (("X-Up", "v"),), lambda s: b""),
    "illegal name": (END_HEADERS, (("a b", "v"),), lambda s: b""),
    "connection field": (END_HEADERS, (("connection", "close"),), lambda s: b""),
    "priority on itself":
        (END_HEADERS, (), lambda s: frame(PRIORITY, 0, s, struct.pack(">IB", s, 1))),
    "empty trailers that end nothing":
        (END_HEADERS, (), lambda s: frame(HEADERS, END_HEADERS, s)),
    "priority of a wrong size": (END_HEADERS, (), lambda s: frame(PRIORITY, 0, s, b"a")),
}


@pytest.mark.parametrize("name", MADE)
def test_made_you_reset_is_cut(server, name):
    flags, extra, then = MADE[name]
    with holds(server), Peer(server.port) as peer:
        sent = flood(
            peer,
            (frame(HEADERS, flags, s, fields(*extra)) + then(s) for s in streams(4_000)), batch=50)
        code, text = peer.goaway()
        assert sent <= 1_200
        assert code not in (0, CALM) or text == "stream_errors"
        assert len(peer.resets()) <= 1_100
    assert int(server.get("/sleepers")) <= 100


def test_a_stream_beyond_the_limit_may_be_tried_again(server):
    with Peer(server.port) as peer:
        peer.send(b"".join(frame(HEADERS, END_HEADERS, s, fields()) for s in streams(101)))
        peer.until(lambda f: f[0] == RST)
        assert peer.resets() == [REFUSED]
        peer.send(frame(DATA, END_STREAM, 1, message(b"\x10\x01")))
        assert peer.status(1) == (0, message(b"\x10\x01"))
        peer.send(frame(HEADERS, END_HEADERS | END_STREAM, 203, fields()))
        assert peer.status(203) == (0, b"")


def test_ever_more_streams_beyond_the_limit_are_cut(server):
    with holds(server, "refused_streams"), Peer(server.port) as peer:
        flood(peer, (frame(HEADERS, END_HEADERS, s, fields()) for s in streams(5_000)))
        assert peer.goaway() == (CALM, "refused_streams")


FLOODS = {
    "ping": ("control_frames", [frame(PING, 0, 0, bytes(8))]),
    "settings": ("control_frames", [frame(SETTINGS)]),
    "priority": ("control_frames", [frame(PRIORITY, 0, 1, struct.pack(">IB", 0, 7))]),
    "unknown": ("control_frames", [frame(0x42, 0, 0, bytes(100))]),
    "hpack table sizes": (
        "control_frames",
        [frame(SETTINGS, 0, 0, struct.pack(">HI", 1, size)) for size in (0, 4096)]),
    "window update": ("window_updates", [frame(WINDOW, 0, 0, struct.pack(">I", 1))]),
}


@pytest.mark.parametrize("reads", [True, False], ids=["read", "unread"])
@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_is_cut(server, name, reads):
    reason, frames = FLOODS[name]
    with holds(server), Peer(server.port) as peer:
        data = b"".join(frames) * (1000 // len(frames))
        for _ in range(100):
            if not peer.send(data):
                break
        if reads and name != "ping":
            assert peer.goaway() in ((CALM, reason), None)
        else:
            peer.goaway()
        assert peer.is_closed
    assert set(server.cuts()) & {reason, "too_many_pings"}


@pytest.mark.parametrize("piece", [
    frame(DATA, 0, 1), frame(DATA, PADDED, 1, b"\0")], ids=["empty", "only padding"])
def test_empty_data_is_cut(server, piece):
    with holds(server, "control_frames"), Peer(server.port) as peer:
        peer.send(frame(HEADERS, END_HEADERS, 1, fields()))
        assert flood(peer, [piece] * 5_000) <= 1_200
        assert peer.goaway() == (CALM, "control_frames")


@pytest.mark.parametrize("size", [0, 16_000], ids=["empty", "big"])
def test_a_continuation_flood_is_cut(server, size):
    with holds(server), Peer(server.port) as peer:
        peer.send(frame(HEADERS, 0, 1, fields()))
        for index in range(1_000):
            body = literal(f"x-{index}", "v" * (size - 20)) if size else b""
            if not peer.send(frame(CONTINUATION, 0, 1, body)):
                break
        assert peer.goaway() in ((CALM, "continuations"), (CALM, "header_list"), None)
    assert set(server.cuts()) & {"continuations", "header_list"}


def test_a_legal_request_dripped_byte_by_byte_is_answered(server):
    block = fields(path="/bench.v1.Bench/Unary")
    cuts = [block[i * len(block) // 9:(i + 1) * len(block) // 9] for i in range(9)]
    data = frame(HEADERS, 0, 1, cuts[0])
    data += b"".join(
        frame(CONTINUATION, END_HEADERS if i == 8 else 0, 1, cuts[i]) for i in range(1, 9))
    data += frame(DATA, END_STREAM, 1, message(b"\x10\x07"))
    with Peer(server.port) as peer:
        for byte in data:
            peer.send(bytes([byte]))
        assert peer.status(1) == (0, message(b"\x10\x07"))


def test_an_hpack_bomb_is_cut(server):
    """One field of 4,000 bytes into the table, then ten thousand references to it."""
    field = b"\x40" + length(1) + b"x" + length(4000) + b"v" * 4000
    with holds(server, "header_list", growth=5), Peer(server.port) as peer:
        peer.send(frame(HEADERS, END_HEADERS, 1, fields() + field + b"\xbe" * 10_000))
        assert peer.goaway() == (CALM, "header_list")


def test_a_header_list_over_the_limit_is_refused_alone(server):
    with holds(server, "header_list_size"), Peer(server.port) as peer:
        extra = [(f"x-{n}", "v" * 100) for n in range(150)]
        block = fields(*extra)
        peer.send(
            frame(HEADERS, END_STREAM, 1, block[:16_000])
            + frame(CONTINUATION, END_HEADERS, 1, block[16_000:]))
        peer.status(1)
        assert peer.heads[1][0][":status"] == "431"
        assert peer.call(3, message(b"")) == (0, message(b""))


def test_settings_of_many_entries_are_cut(server):
    with holds(server, "http2_violation"), Peer(server.port) as peer:
        peer.send(frame(SETTINGS, 0, 0, struct.pack(">HI", 5, 16_384) * 100))
        assert peer.goaway()[0] == CALM


PROTOCOL, FLOW, CLOSED, SIZE, COMPRESSION = 1, 3, 5, 6, 9
MALFORMED = {
    "data on stream 0": (frame(DATA, 0, 0, b"a"), PROTOCOL),
    "headers on stream 0": (frame(HEADERS, END_HEADERS, 0, fields()), PROTOCOL),
    "headers on an even stream": (frame(HEADERS, END_HEADERS, 2, fields()), PROTOCOL),
    "settings on a stream": (frame(SETTINGS, 0, 1), PROTOCOL),
    "settings of a wrong size": (frame(SETTINGS, 0, 0, bytes(5)), SIZE),
    "settings ack with a payload": (frame(SETTINGS, ACK, 0, bytes(6)), SIZE),
    "settings with a window too large":
        (frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 1 << 31)), FLOW),
    "settings with a frame size too small":
        (frame(SETTINGS, 0, 0, struct.pack(">HI", 5, 1)), PROTOCOL),
    "settings that push is 2": (frame(SETTINGS, 0, 0, struct.pack(">HI", 2, 2)), PROTOCOL),
    "ping of a wrong size": (frame(PING, 0, 0, b"a"), SIZE),
    "ping on a stream": (frame(PING, 0, 1, bytes(8)), PROTOCOL),
    "window update of 0": (frame(WINDOW, 0, 0, bytes(4)), PROTOCOL),
    "window update too far": (frame(WINDOW, 0, 0, HUGE), FLOW),
    "window update of a wrong size": (frame(WINDOW, 0, 0, b"a"), SIZE),
    "reset of an idle stream": (frame(RST, 0, 9, bytes(4)), PROTOCOL),
    "reset of a wrong size": (frame(RST, 0, 1, b"a"), SIZE),
    "continuation of nothing": (frame(CONTINUATION, END_HEADERS, 1, fields()), PROTOCOL),
    "a header block that is no hpack": (frame(HEADERS, END_HEADERS, 1, b"\xff" * 8), COMPRESSION),
    "headers interrupted": (frame(HEADERS, 0, 1, fields()) + frame(PING, 0, 0, bytes(8)), PROTOCOL),
    "padding longer than the frame":
        (frame(HEADERS, END_HEADERS, 1, fields()) + frame(DATA, PADDED, 1, b"\x09a"), PROTOCOL),
    "a promise from a client": (frame(5, END_HEADERS, 1, struct.pack(">I", 2)), PROTOCOL),
    "a frame above the size": (frame(DATA, 0, 1, bytes(16_385)), SIZE),
    "goaway of a wrong size": (frame(GOAWAY, 0, 0, b"a"), SIZE),
    "goaway on a stream": (frame(GOAWAY, 0, 1, bytes(8)), PROTOCOL),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_frame_gets_its_code_and_garbage_behind_it_nothing(server, name):
    data, code = MALFORMED[name]
    with holds(server, "http2_violation"), Peer(server.port) as peer:
        garbage = b"".join(frame(n % 12, n * 37 % 256, n % 5, b"\xa5" * (n % 9)) for n in range(100))
        peer.send(data + garbage)
        assert peer.goaway()[0] == code


def test_what_is_no_preface_is_answered_as_http1(server):
    with holds(server, "http1_malformed"):
        assert server.http(PREFACE[:20] + b"XX\r\n\r\n").startswith(b"HTTP/1.1 505")


def test_a_peer_that_reads_no_answers_holds_little(server):
    """A hundred streams that are sent answers for ever, behind windows of nothing."""
    settings = struct.pack(">HI", 4, 0)
    with holds(server, growth=40), Peer(server.port, settings) as peer:
        for s in streams(100):
            peer.send(frame(HEADERS, END_HEADERS, s, fields()))
        body = message(b"\x0a\xa0\x9c\x01" + bytes(20_000))
        for s in streams(100):
            for start in range(0, len(body), 16_384):
                peer.send(frame(DATA, 0, s, body[start:start + 16_384]))
        assert peer.sync()
        assert server.answers()


def test_a_stalled_stream_is_reset(hasty):
    with holds(hasty, "stalled_stream"), Peer(hasty.port, struct.pack(">HI", 4, 0)) as peer:
        peer.send(frame(HEADERS, END_HEADERS, 1, fields(path="/bench.v1.Bench/Unary")))
        peer.send(frame(DATA, END_STREAM, 1, message(b"\x12\x02ab")))
        assert peer.until(lambda f: f[0] == RST) is not None


def test_a_peer_that_stops_reading_is_hung_up_on(hasty):
    with holds(hasty, "stalled_connection", growth=40):
        peer = Peer(hasty.port, struct.pack(">HI", 4, (1 << 31) - 1), receive_buffer=4096)
        peer.send(frame(WINDOW, 0, 0, struct.pack(">I", 1 << 30)))
        for s in streams(20):
            peer.send(frame(HEADERS, END_HEADERS | END_STREAM, s, fields(path="/large", method="GET")))
        deadline = time.monotonic() + 30
        while "stalled_connection" not in hasty.cuts() and time.monotonic() < deadline:
            time.sleep(0.2)


@pytest.mark.parametrize("data, reason", [
    (PREFACE[:12], "handshake_timeout"),
    (PREFACE, "handshake_timeout"),
    (PREFACE + frame(SETTINGS) + frame(HEADERS, 0, 1, fields()), "header_timeout"),
    (PREFACE + frame(SETTINGS) + frame(HEADERS, 4, 1, fields())[:30], "header_timeout"),
], ids=["half a preface", "no settings", "no continuation", "half a frame"])
def test_a_slow_beginning_is_cut(hasty, data, reason):
    with holds(hasty, reason):
        began = time.monotonic()
        hasty.http(data, timeout=60)
        assert time.monotonic() - began < 30


@pytest.mark.parametrize("path, reason", [
    ("/bench.v1.Bench/Unary", "body_timeout"), ("/bench.v1.Bench/Chat", "idle_stream")])
def test_a_stream_that_is_never_finished_is_ended(hasty, path, reason):
    with holds(hasty, reason), Peer(hasty.port) as peer:
        for s in streams(100):
            peer.send(frame(HEADERS, END_HEADERS, s, fields(path=path)))
            peer.send(frame(DATA, 0, s, message(b"\x12\x02ab")[:5]))
        for s in streams(100):
            assert peer.status(s)[0] == 4
