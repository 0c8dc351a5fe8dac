"""Messages that cost more than they weigh: bombs, depth, amplification, bad text, bad envelopes."""

import gzip
import json
import time

import grpc
import pytest

from raw import (
    DATA, END_HEADERS, END_STREAM, HEADERS, Peer, Server, fields, frame, holds, length, message)

UNARY = "/bench.v1.Bench/Unary"
OK, INVALID, EXHAUSTED, UNIMPLEMENTED, INTERNAL = 0, 3, 8, 12, 13
FLOW_CONTROL_ERROR = 3
LIMIT = 4 << 20
GZIP = ("grpc-encoding", "gzip")


def field(number, body):
    """A length-delimited field."""
    size, output = len(body), bytes([number << 3 | 2])
    while size >= 128:
        output += bytes([size % 128 | 128])
        size //= 128
    return output + bytes([size]) + body


def body_of(count):
    """A Payload of exactly `count` bytes on the wire."""
    for size in range(count - 6, count):
        if len(encoded := field(1, bytes(size))) == count:
            return encoded
    raise ValueError(count)


ENVELOPES = {
    "a flag of 2": (message(b"", 2), (), INTERNAL),
    "a flag of 255": (message(b"", 255), (), INTERNAL),
    "compressed without an encoding": (message(b"", 1), (), INTERNAL),
    "compressed by identity": (message(b"", 1), (("grpc-encoding", "identity"),), INTERNAL),
    "an unknown encoding": (message(b""), (("grpc-encoding", "lzma"),), UNIMPLEMENTED),
    "no gzip": (message(b"nonsense", 1), (GZIP,), INTERNAL),
    "gzip cut off": (message(gzip.compress(b"abc" * 99)[:-9], 1), (GZIP,), INTERNAL),
    "gzip with a tail": (message(gzip.compress(b"") + b"x", 1), (GZIP,), INTERNAL),
    "a prefix cut off": (b"\0\0\0", (), INTERNAL),
    "a message cut off": (message(b"abc")[:-1], (), INTERNAL),
    "no message": (b"", (), UNIMPLEMENTED),
    "two messages": (message(b"") * 2, (), UNIMPLEMENTED),
    "the largest prefix": (b"\0\xff\xff\xff\xff", (), EXHAUSTED),
    "one byte over the limit": (message(bytes(LIMIT + 1)), (), EXHAUSTED),
    "ten megabytes of zeros in ten thousand": (message(gzip.compress(bytes(10 << 20)), 1), (GZIP,), EXHAUSTED),
    "one byte over the limit once inflated":
        (message(gzip.compress(bytes(LIMIT + 1)), 1), (GZIP,), EXHAUSTED),
}


@pytest.mark.parametrize("name", ENVELOPES)
def test_a_bad_envelope_gets_its_status(server, name):
    data, extra, status = ENVELOPES[name]
    with holds(server, "message_size" if status == EXHAUSTED else None, growth=24):
        with Peer(server.port) as peer:
            assert peer.call(1, data, UNARY, *extra)[0] == status
            # The connection goes on.
            assert peer.call(3, message(b""))[0] == OK


def test_a_message_of_exactly_the_limit_is_taken(server):
    body = body_of(LIMIT)
    with Peer(server.port) as peer:
        peer.send(frame(8, 0, 0, b"\x7f\0\0\0"))
        peer.send(frame(4, 0, 0, b"\0\x04\x7f\xff\xff\xff"))
        assert peer.call(1, message(body), UNARY) == (OK, message(body))


def test_waiting_bombs_stay_packed(server):
    """Twenty streams with twenty bombs each: 1.6 GiB once all are inflated, and one of each is."""
    bomb = message(gzip.compress(field(1, bytes(LIMIT - 5))), 1)
    with holds(server, growth=320), Peer(server.port) as peer:
        for s in range(1, 41, 2):
            peer.send(frame(HEADERS, END_HEADERS, s, fields(GZIP)))
            data = bomb * 20
            for start in range(0, len(data), 16_384):
                peer.send(frame(DATA, 0, s, data[start:start + 16_384]))
        assert peer.sync()


def test_requests_in_part_are_bounded_together(server):
    """A hundred messages of four mebibytes, all but a byte of each, by a client that asks for no credit."""
    with holds(server, growth=80), Peer(server.port) as peer:
        piece = frame(DATA, 0, 0, bytes(16_384))
        for s in range(1, 201, 2):
            head = frame(HEADERS, END_HEADERS, s, fields(path=UNARY))
            peer.send(head + frame(DATA, 0, s, b"\0\0\x40\0\0"))
        for _ in range(128):
            batch = b"".join(piece[:5] + s.to_bytes(4, "big") + piece[9:] for s in range(1, 201, 2))
            if not peer.send(batch) or not peer.sync():
                break
        assert peer.sync()
        # Each second another one had credit after all.
        assert set(peer.resets()) == {FLOW_CONTROL_ERROR}
        assert len(peer.resets()) >= 80


def test_more_begun_than_memory_holds_is_refused():
    """Six thousand messages of which 15 KB came each, within their windows: 64 MiB may wait."""
    server = Server("--streams", 8_000)
    try:
        with holds(server, "request_memory", growth=160), Peer(server.port) as peer:
            for s in range(1, 12_001, 2):
                head = frame(HEADERS, END_HEADERS, s, fields(path=UNARY))
                peer.send(head + frame(DATA, 0, s, b"\0\0\x40\0\0" + bytes(15_000)))
            assert peer.sync()
    finally:
        server.stop()


def test_large_messages_at_once_are_all_served(server):
    """Four hundred mebibytes from one connection, where 64 may wait: credit sees to it."""
    body = body_of(LIMIT)
    # The echoes may all wait for the client at once.
    with holds(server, growth=450), grpc.insecure_channel(
            f"127.0.0.1:{server.port}", [("grpc.max_receive_message_length", -1)]) as channel:
        answers = [channel.unary_unary(UNARY).future(body, timeout=60) for _ in range(100)]
        assert all(answer.result() == body for answer in answers)


def deep(levels):
    """An Agent in an Agent ...: unknown fields of the same number, so groups are what can nest."""
    return b"\x2b" * levels + b"\x2c" * levels


PROTOBUF = {
    "groups too deep": deep(10_000),
    "a group that does not end": b"\x2b",
    "an end without a group": b"\x2c",
    "a tag of 0": b"\0\0",
    "a field number above all": b"\xff\xff\xff\xff\xff\x0f",
    "a varint of eleven bytes": b"\x18" + b"\xff" * 10 + b"\x01",
    "a length beyond the end": b"\x0a\x7fab",
    "a length of 2^63": b"\x0a" + b"\xff" * 9 + b"\x01",
    "a wire type of 6": b"\x0e\0",
    "text that is not utf-8": field(2, b"\xff\xfe\0"),
    "an overlong form": field(2, b"\xc0\x80"),
    "a surrogate": field(2, b"\xed\xa0\x80"),
}


@pytest.mark.parametrize("name", PROTOBUF)
def test_a_message_that_is_none_is_refused(server, name):
    with holds(server), Peer(server.port) as peer:
        assert peer.call(1, message(PROTOBUF[name]), UNARY)[0] == INTERNAL


def test_a_nul_in_text_cuts_nothing_off(server):
    body = field(2, b"ab\0cd")
    with Peer(server.port) as peer:
        assert peer.call(1, message(body), UNARY) == (OK, message(body))


AMPLIFIED = {
    "empty texts": field(4, b"\x62\0" * (2 * (1 << 20) - 10)),
    "unknown fields": b"\x78\x01" * (2 << 20),
    "empty agents": b"\x22\0" * (2 << 20),
}


@pytest.mark.parametrize("name", AMPLIFIED)
def test_four_mebibytes_of_nothing_cost_a_bounded_amount(server, name):
    body = AMPLIFIED[name][:LIMIT]
    with holds(server, growth=260), Peer(server.port) as peer:
        peer.send(frame(8, 0, 0, b"\x7f\0\0\0"))
        peer.send(frame(4, 0, 0, b"\0\x04\x7f\xff\xff\xff"))
        began = time.monotonic()
        assert peer.call(1, message(body), UNARY)[0] in (OK, EXHAUSTED, INTERNAL)
        assert time.monotonic() - began < 20


def post(server, body, kind="application/json", *headers):
    head = [
        "POST /v1/bench:unary HTTP/1.1", "Host: a", f"Content-Type: {kind}",
        f"Content-Length: {len(body)}", "Connection: close", *headers]
    answer = server.http("\r\n".join(head).encode() + b"\r\n\r\n" + body, timeout=30)
    head, _, rest = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), rest


JSON = {
    "objects too deep": b'{"agent":' * 5_000 + b"{}" + b"}" * 5_000,
    "arrays too deep": b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "arrays that do not end": b"[" * 1_000_000,
    "a lone surrogate": b'{"id":"\\ud800"}',
    "text that is not utf-8": b'{"id":"\xff"}',
    "a raw nul": b'{"id":"a\0b"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "two values": b"{}{}",
    "a key twice": b'{"id":"a","id":"b"}',
    "an exponent above all": b'{"n":1e999999999}',
    "a number of a million digits": b'{"n":' + b"9" * 1_000_000 + b"}",
    "an unknown field": b'{"nothing":1}',
    "base64 that is none": b'{"body":"!!"}',
    "nothing but spaces": b" " * 1_000_000,
}


@pytest.mark.parametrize("name", JSON)
def test_json_that_is_none_is_refused_soon(server, name):
    with holds(server, growth=24):
        began = time.monotonic()
        status, body = post(server, JSON[name])
        assert time.monotonic() - began < 5
        if name == "nothing but spaces":
            assert status in (200, 400)
        else:
            assert status == 400 and json.loads(body)["error"]


def test_seven_mebibytes_of_json_nothing_cost_a_bounded_amount(server):
    body = b'{"agent":{"skills":[' + b",".join([b'""'] * 2_000_000) + b"]}}"
    with holds(server, growth=400):
        status, _ = post(server, body)
        assert status in (200, 400, 413, 429)


def test_requests_that_name_two_hosts_are_refused_on_http2(server):
    with Peer(server.port) as peer:
        block = fields(("host", "other"), path="/sleepers", method="GET")
        peer.send(frame(HEADERS, END_HEADERS | END_STREAM, 1, block))
        peer.status(1)
        assert peer.heads.get(1, [{":status": "400"}])[0][":status"] == "400"


ODD = {
    "connect": b"\0\x07:method\x07CONNECT\0\x0a:authority\x01a",
    "a path of another scheme":
        b"\0\x07:method\x03GET\0\x07:scheme\x03ftp\0\x05:path\x03abc\0\x0a:authority\x01a",
    "an asterisk":
        b"\0\x07:method\x07OPTIONS\0\x07:scheme\x04http\0\x05:path\x01*\0\x0a:authority\x01a",
    "no path": b"\0\x07:method\x03GET\0\x07:scheme\x04http\0\x0a:authority\x01a",
    "two paths": fields(path="/a", method="GET") + b"\0\x05:path\x02/b",
    "a pseudo-header behind a field":
        b"\0\x07:method\x03GET\0\x07:scheme\x04http\0\x05:path\x02/a\0\x01x\x01y\0\x0a:authority\x01a",
    "a response's pseudo-header": fields(path="/a", method="GET") + b"\0\x07:status\x03200",
    "te other than trailers": fields(("te", "gzip"), path="/a", method="GET"),
    "a transfer-encoding": fields(("transfer-encoding", "chunked"), path="/a", method="GET"),
    "a keep-alive": fields(("keep-alive", "1"), path="/a", method="GET"),
    "a line feed in a value": fields(("x", "a\nb"), path="/a", method="GET"),
    "a nul in a value": fields(("x", "a\0b"), path="/a", method="GET"),
    "a space in the path": fields(path="/a b", method="GET"),
    "a line in the path": fields(path="/sleepers HTTP/1.1\r\nX: y", method="GET"),
    "an empty name": fields(("", "a"), path="/a", method="GET"),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_request_on_http2_is_no_route(server, name):
    with holds(server), Peer(server.port) as peer:
        peer.send(frame(HEADERS, END_HEADERS | END_STREAM, 1, ODD[name]))
        assert peer.sync()
        statuses = [head[":status"] for head in peer.heads.get(1, [])]
        assert statuses in ([], ["400"], ["404"], ["405"], ["501"], ["204"]), statuses
