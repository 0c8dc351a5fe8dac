"""What a WebSocket peer may not do (RFC 6455): close codes, sizes, floods."""

import contextlib
import os
import struct

import pytest

from raw import holds

UPGRADE = (
    b"GET /echo HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n")
MORE, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


def frame(opcode, payload=b"", fin=True, masked=True, rsv=0, size=None):
    count = len(payload) if size is None else size
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    bit = 0x80 if masked else 0
    if count < 126:
        head += bytes([bit | count])
    elif count < 1 << 16:
        head += bytes([bit | 126]) + struct.pack(">H", count)
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", count)
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload))


@contextlib.contextmanager
def opened(server):
    with server.connect() as client:
        client.settimeout(10)
        client.sendall(UPGRADE)
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(1)
        assert head.startswith(b"HTTP/1.1 101")
        yield client


def exactly(client, count):
    data = b""
    while len(data) < count:
        more = client.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def read(client):
    """The next frame as (opcode, payload)."""
    first, second = exactly(client, 2)
    size = second & 127
    if size == 126:
        size, = struct.unpack(">H", exactly(client, 2))
    elif size == 127:
        size, = struct.unpack(">Q", exactly(client, 8))
    assert second < 128
    return first & 15, exactly(client, size)


def closing(server, data):
    """The close code that answers `data`, whatever comes before it."""
    with opened(server) as client:
        with contextlib.suppress(OSError):
            client.sendall(data)
        with contextlib.suppress(EOFError, ConnectionError):
            while True:
                opcode, payload = read(client)
                if opcode == CLOSE:
                    return struct.unpack(">H", payload[:2])[0] if payload else 1005
    return None


BROKEN = {
    "an unmasked frame": (frame(TEXT, b"a", masked=False), 1002),
    "a reserved bit": (frame(TEXT, b"a", rsv=4), 1002),
    "another reserved bit": (frame(BINARY, b"a", rsv=1), 1002),
    "a reserved opcode": (frame(3, b"a"), 1002),
    "a reserved control opcode": (frame(11, b"a"), 1002),
    "a ping in two": (frame(PING, b"a", fin=False), 1002),
    "a ping of 126 bytes": (frame(PING, b"a" * 126), 1002),
    "a close of 126 bytes": (frame(CLOSE, b"\x03\xe8" + b"a" * 124), 1002),
    "a continuation of nothing": (frame(MORE, b"a"), 1002),
    "a message inside a message": (frame(TEXT, b"a", fin=False) + frame(TEXT, b"b"), 1002),
    "a close of one byte": (frame(CLOSE, b"\x03"), (1002, 1005)),
    "a close with a code nobody sends": (frame(CLOSE, struct.pack(">H", 1005)), 1002),
    "a close with a code below 1000": (frame(CLOSE, struct.pack(">H", 999)), 1002),
    "text that is not utf-8": (frame(TEXT, b"\xff\xfe"), 1007),
    "an overlong form": (frame(TEXT, b"\xc0\x80"), 1007),
    "a surrogate": (frame(TEXT, b"\xed\xa0\x80"), 1007),
    "a character above the last": (frame(TEXT, b"\xf4\x90\x80\x80"), 1007),
    "a character cut off": (frame(TEXT, b"\xe2\x82"), 1007),
    "a broken character over two frames":
        (frame(TEXT, b"\xe2", fin=False) + frame(MORE, b"\x28\xa1"), 1007),
    "a reason that is not utf-8": (frame(CLOSE, b"\x03\xe8\xff"), 1007),
    "a message over the limit": (frame(BINARY, bytes(256 * 1024 + 1)), 1009),
    "a length over the limit": (frame(BINARY, b"a", size=1 << 40), 1009),
    "a length of the highest bit": (frame(BINARY, b"", size=1 << 63), (1002, 1009)),
    "fragments over the limit":
        (frame(BINARY, bytes(1 << 16), fin=False) + frame(MORE, bytes(1 << 16), fin=False) * 4, 1009),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_gets_its_close_code(server, name):
    data, code = BROKEN[name]
    with holds(server):
        got = closing(server, data)
        assert got in (code if isinstance(code, tuple) else (code,))
    assert server.cuts().get("websocket_violation")


def test_what_is_legal_is_echoed(server):
    with opened(server) as client:
        client.sendall(
            frame(TEXT, "न".encode()[:2], fin=False) + frame(PING, b"p")
            + frame(MORE, fin=False) + frame(MORE, "न".encode()[2:]))
        assert read(client) == (PONG, b"p")
        assert read(client) == (TEXT, "न".encode())
        client.sendall(frame(BINARY, bytes(256 * 1024)))
        assert read(client) == (BINARY, bytes(256 * 1024))
        client.sendall(frame(TEXT, b""))
        assert read(client) == (TEXT, b"")
        client.sendall(frame(CLOSE, struct.pack(">H", 3000)))
        assert read(client) == (CLOSE, struct.pack(">H", 3000))


def test_a_message_in_bytes_ends_before_it_holds_much(server):
    piece = frame(MORE, b"a", fin=False)
    with holds(server, "websocket_violation", growth=8):
        assert closing(server, frame(BINARY, b"a", fin=False) + piece * 200_000) == 1009


def test_empty_fragments_hold_nothing(server):
    with holds(server, growth=8), opened(server) as client:
        client.sendall(frame(BINARY, b"a", fin=False) + frame(MORE, fin=False) * 200_000)
        assert server.answers()


@pytest.mark.parametrize("data", [
    frame(PING, b"a" * 125) * 1_000, frame(BINARY, bytes(60_000)) * 10], ids=["pings", "echoes"])
def test_a_flood_that_is_not_read_holds_little(server, data):
    with holds(server, growth=16), opened(server) as client:
        client.settimeout(1)
        with contextlib.suppress(TimeoutError):
            for _ in range(200):
                client.sendall(data)
        assert server.answers()
