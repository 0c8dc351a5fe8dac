"""Raw sockets for tests that break rules: HTTP/2 frames by hand, and the server they are sent to."""

import contextlib
import os
import pathlib
import re
import socket
import ssl
import struct
import subprocess

import hpack

from stack import BIN, bound

DATA, HEADERS, PRIORITY, RST, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)
END_STREAM, END_HEADERS, ACK, PADDED = 1, 4, 1, 8
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
CALM, REFUSED, CANCEL = 11, 7, 8


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def fields(*extra, path="/bench.v1.Bench/Chat", method="POST"):
    """A header block without compression, so that no state ties one block to the next."""
    head = [(":method", method), (":scheme", "http"), (":path", path), (":authority", "localhost")]
    if method == "POST":
        head += [("content-type", "application/grpc"), ("te", "trailers")]
    return b"".join(literal(name, value) for name, value in [*head, *extra])


def literal(name, value):
    name, value = (part if isinstance(part, bytes) else part.encode() for part in (name, value))
    return b"\0" + length(len(name)) + name + length(len(value)) + value


def length(count):
    """An integer with a prefix of seven bits (RFC 7541, 5.1)."""
    if count < 127:
        return bytes([count])
    rest, output = count - 127, b"\x7f"
    while rest >= 128:
        output += bytes([rest % 128 + 128])
        rest //= 128
    return output + bytes([rest])


def resident(pid):
    """Memory of a process in MiB."""
    pages = pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGESIZE") / (1 << 20)


def message(body, flag=0):
    return struct.pack(">BI", flag, len(body)) + body


class Peer:
    """One HTTP/2 connection, with every frame it has seen."""

    def __init__(self, port, settings=b"", receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(30)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.input, self.seen, self.is_closed = b"", [], False
        self.decoder = hpack.Decoder()
        self.heads = {}
        self.send(PREFACE + frame(SETTINGS, payload=settings))
        settings = self.until(lambda f: f[0] == SETTINGS and f[1] == 0)[3]
        # Bytes that a stream takes before it gives credit (SETTINGS_INITIAL_WINDOW_SIZE).
        self.window = dict(struct.iter_unpack(">HI", settings)).get(4, 65_535)
        self.send(frame(SETTINGS, ACK))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        """Sends what the server still takes; whether it took everything."""
        try:
            self.socket.sendall(data)
        except OSError:
            return False
        return True

    def read(self, timeout=30):
        """The next frame as (kind, flags, stream, payload); None at the end of the connection."""
        self.socket.settimeout(timeout)
        while not self.is_closed:
            if len(self.input) >= 9:
                size = int.from_bytes(self.input[:3], "big")
                if len(self.input) >= 9 + size:
                    kind, flags, stream = struct.unpack(">BBI", self.input[3:9])
                    payload, self.input = self.input[9:9 + size], self.input[9 + size:]
                    return self.note((kind, flags, stream, payload))
            try:
                more = self.socket.recv(1 << 16)
            except TimeoutError:
                raise
            except OSError:
                more = b""
            self.input += more
            self.is_closed = not more
        return None

    def note(self, one):
        self.seen.append(one)
        if one[0] == HEADERS:
            self.heads.setdefault(one[2], []).append(dict(self.decoder.decode(one[3])))
        return one

    def until(self, done, timeout=30):
        """Reads until a frame fits; that, or None when the connection ended before."""
        while True:
            one = self.read(timeout)
            if one is None or done(one):
                return one

    def sync(self):
        """Waits until the server has seen everything sent so far; False once it has hung up.

        By SETTINGS, since gRPC servers count pings."""
        if not self.send(frame(SETTINGS)):
            self.until(lambda f: False)
            return False
        return self.until(lambda f: f[0] == SETTINGS and f[1] == ACK) is not None

    def goaway(self):
        """Reads to the end: the last GOAWAY as (code, debug text), or None."""
        self.until(lambda f: False)
        for kind, _, _, payload in reversed(self.seen):
            if kind == GOAWAY:
                return struct.unpack(">I", payload[4:8])[0], payload[8:].decode()
        return None

    def resets(self):
        return [struct.unpack(">I", f[3])[0] for f in self.seen if f[0] == RST]

    def call(self, stream, body, path="/bench.v1.Bench/Unary", *extra):
        """Sends a unary call whole and reads its status, as (grpc-status, body)."""
        self.send(frame(HEADERS, END_HEADERS, stream, fields(*extra, path=path)))
        credit = self.window
        for start in range(0, len(body), 16_384):
            while credit < 16_384:
                one = self.until(lambda f: f[0] in (WINDOW, RST) and f[2] == stream)
                if one is None or one[0] == RST:
                    return self.status(stream)
                credit += int.from_bytes(one[3], "big")
            self.send(frame(DATA, 0, stream, body[start:start + 16_384]))
            credit -= 16_384
        self.send(frame(DATA, END_STREAM, stream))
        return self.status(stream)

    def status(self, stream):
        def is_end(one):
            return one[2] == stream and (one[0] == RST or one[0] in (DATA, HEADERS) and one[1] & 1)
        if not any(is_end(one) for one in self.seen):
            self.until(is_end)
        body = b"".join(f[3] for f in self.seen if f[0] == DATA and f[2] == stream)
        for head in reversed(self.heads.get(stream, [])):
            if "grpc-status" in head:
                return int(head["grpc-status"]), body
        return None, body


class Server:
    """A limits-server, with a look at its memory and its metrics."""

    def __init__(self, *options):
        command = [str(BIN / "limits-server"), *map(str, options)]
        self.is_tls = "--tls" in options
        self.process = bound(subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True))
        self.port = int(self.process.stdout.readline())

    def stop(self):
        self.process.kill()
        self.process.wait()

    def rss(self):
        return resident(self.process.pid)

    def connect(self):
        raw = socket.create_connection(("127.0.0.1", self.port), 30)
        if not self.is_tls:
            return raw
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(raw)

    def http(self, data, timeout=30):
        """Sends bytes on a connection of their own and reads to its end."""
        with self.connect() as connection:
            connection.settimeout(timeout)
            connection.sendall(data)
            output = b""
            with contextlib.suppress(ConnectionError):
                while more := connection.recv(1 << 16):
                    output += more
            return output

    def get(self, path):
        answer = self.http(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        assert answer.startswith(b"HTTP/1.1 200"), answer[:200]
        return answer.partition(b"\r\n\r\n")[2].decode()

    def cuts(self):
        """Every count of an end or refusal that is not 0, by reason."""
        pattern = r'^server_\w+_(?:ended|refused)_total\{reason="(\w+)"\} (\d+)'
        return {
            reason: int(count) for reason, count in re.findall(pattern, self.get("/metrics"), re.M)
            if int(count)}

    def answers(self):
        """Whether somebody else is served: a gRPC call on a fresh connection."""
        with Peer(self.port) as other:
            return other.call(1, message(b"\x12\x02ab")) == (0, message(b"\x12\x02ab"))


@contextlib.contextmanager
def holds(server, reason=None, growth=16):
    """The server survives what is done inside, goes on answering, grows by at most `growth` MiB,
    and counts `reason`."""
    before, memory = server.cuts(), server.rss()
    yield
    assert server.process.poll() is None
    assert server.answers()
    grown = server.rss() - memory
    assert grown < growth, grown
    if reason:
        counts = server.cuts()
        assert counts.get(reason, 0) > before.get(reason, 0), counts
