"""Requests on HTTP/2 that are refused while their body still comes: the body is let pass, and then
the stream is reset without blame."""

import struct

import httpx
import pytest

from raw import DATA, END_HEADERS, END_STREAM, HEADERS, RST, WINDOW, Peer, fields, frame, holds

MIB = 1 << 20


REFUSED = {
    "no path": ("POST", "/nothing", "application/json", 404),
    "no method of Connect": ("POST", "/bench.v1.Bench/None", "application/proto", 404),
    "another verb": ("PUT", "/v1/bench:unary", "application/json", 405),
    "another type": ("POST", "/bench.v1.Bench/Unary", "text/plain", 415),
    "a REST body too large": ("POST", "/v1/bench:unary", "application/json", 413),
    "a Connect message too large": ("POST", "/bench.v1.Bench/Unary", "application/proto", 429),
    "a gRPC-Web message too large": ("POST", "/bench.v1.Bench/Unary", "application/grpc-web+proto", 200),
    "a Connect stream's message too large": ("POST", "/bench.v1.Bench/Chat", "application/connect+proto", 200),
}


@pytest.mark.parametrize("announced", [True, False], ids=["with its length", "in pieces"])
@pytest.mark.parametrize("name", REFUSED)
def test_httpx_gets_its_answer(server, name, announced):
    """httpx reads nothing before it has sent everything."""
    method, path, kind, status = REFUSED[name]
    # To the edges that have envelopes it is the prefix of one of 4 GiB.
    body = b"\0" + b"\xff" * (9 * MIB)
    content = body if announced else (body[at:at + MIB] for at in range(0, 9 * MIB, MIB))
    with holds(server, growth=48):
        with httpx.Client(http1=False, http2=True, timeout=20) as client:
            for _ in range(3):
                url = f"http://127.0.0.1:{server.port}{path}"
                answer = client.request(method, url, content=content, headers={"content-type": kind})
                assert answer.status_code == status
                if status == 200:
                    assert b"resource_exhausted" in answer.content or answer.headers["grpc-status"] == "8"
                content = body


def test_a_body_without_end_is_cut_at_the_limit(server):
    with holds(server, "unwanted_body"), Peer(server.port) as peer:
        peer.send(frame(HEADERS, END_HEADERS, 1, fields(path="/nothing", method="PUT")))
        assert peer.until(lambda f: f[0] == HEADERS)[2] == 1
        credit, sent = MIB - 1, 0
        while sent < 80 * MIB:
            while credit < 16_384:
                one = peer.until(lambda f: f[2] == 1 and f[0] in (WINDOW, RST))
                if one[0] == RST:
                    break
                credit += struct.unpack(">I", one[3])[0]
            else:
                peer.send(frame(DATA, 0, 1, bytes(16_384)))
                credit, sent = credit - 16_384, sent + 16_384
                continue
            break
        assert 64 * MIB <= sent < 66 * MIB
        assert peer.resets() == [0]
        # The answer was whole, and the connection goes on.
        assert peer.heads[1][0][":status"] == "404"
        assert peer.call(3, b"\0\0\0\0\0") == (0, b"\0\0\0\0\0")


def test_a_body_that_stops_is_given_up_in_time(hasty):
    with holds(hasty, "unwanted_body"), Peer(hasty.port) as peer:
        peer.send(frame(HEADERS, END_HEADERS, 1, fields(path="/nothing", method="PUT")))
        assert peer.until(lambda f: f[0] == RST and f[2] == 1)
        assert peer.resets() == [0]


def test_a_body_that_ends_is_not_reset(server):
    with Peer(server.port) as peer:
        peer.send(frame(HEADERS, END_HEADERS, 1, fields(path="/nothing", method="PUT")))
        peer.status(1)
        peer.send(frame(DATA, END_STREAM, 1, b"late"))
        assert peer.sync() and peer.resets() == []


def test_a_grpc_call_is_freed_at_once(server):
    with Peer(server.port) as peer:
        peer.send(frame(HEADERS, END_HEADERS, 1, fields(path="/bench.v1.Bench/None")))
        assert peer.until(lambda f: f[0] == RST and f[2] == 1)
        assert peer.resets() == [0] and peer.heads[1][0]["grpc-status"] == "12"
