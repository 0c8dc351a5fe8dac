"""A gRPC server made of a socket and the `h2` library, so that a test decides every frame."""

import contextlib
import gzip
import socket
import struct
import threading

import h2.config
import h2.connection
import h2.events
import h2.settings

HEAD = [(":status", "200"), ("content-type", "application/grpc")]
OK = [("grpc-status", "0")]


def frame(message):
    return struct.pack(">BI", 0, len(message)) + message


class Connection:
    """One accepted connection; runs `script(connection, stream, request)` for each whole request."""

    def __init__(self, sock, number, script, settings):
        self.sock, self.number, self.script = sock, number, script
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        self.h2.local_settings = h2.settings.Settings(client=False, initial_values=settings)
        self.bodies, self.headers, self.acknowledged = {}, {}, []
        self.waiting, self.busy = [], False

    def run(self):
        self.h2.initiate_connection()
        self.flush()
        while data := self.sock.recv(65536):
            self.receive(data)

    def receive(self, data):
        for event in self.h2.receive_data(data):
            self.handle(event)
        self.flush()

    def handle(self, event):
        if isinstance(event, h2.events.RequestReceived):
            self.bodies[event.stream_id] = b""
            self.headers[event.stream_id] = dict(event.headers)
        elif isinstance(event, h2.events.DataReceived):
            self.bodies[event.stream_id] += event.data
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.PingAckReceived):
            self.acknowledged.append(event.ping_data)
        elif isinstance(event, h2.events.StreamEnded):
            self.waiting.append(event.stream_id)
        # A script may read on while it sends: it must not run inside the events of another.
        while self.waiting and not self.busy:
            self.busy = True
            stream = self.waiting.pop(0)
            self.script(self, stream, self.bodies.pop(stream))
            self.busy = False

    def flush(self):
        if data := self.h2.data_to_send():
            self.sock.sendall(data)

    def head(self, stream):
        self.h2.send_headers(stream, HEAD)
        self.flush()

    def data(self, stream, data, size=16384, pad=None):
        """Sends bytes in frames of `size`, and takes the credit that comes meanwhile."""
        for start in range(0, len(data), size):
            piece = data[start:start + size]
            cost = len(piece) + (0 if pad is None else pad + 1)
            while self.h2.local_flow_control_window(stream) < cost:
                self.flush()
                self.receive(self.sock.recv(65536))
            self.h2.send_data(stream, piece, pad_length=pad)
        self.flush()

    def end(self, stream, trailers=OK):
        self.h2.send_headers(stream, trailers, end_stream=True)
        self.flush()

    def reset(self, stream):
        self.h2.reset_stream(stream, 0)
        self.flush()

    def answer(self, stream, message):
        self.head(stream)
        self.data(stream, frame(message))
        self.end(stream)


class Server:
    """Accepts connections one after the other or at once, each on a thread of its own."""

    def __init__(self, script, settings):
        self.script, self.settings = script, settings
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.connections, self.failures = [], []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self.listener.accept()
                connection = Connection(sock, len(self.connections) + 1, self.script, self.settings)
                self.connections.append(connection)
                threading.Thread(target=self.serve, args=[connection], daemon=True).start()

    def serve(self, connection):
        try:
            with connection.sock:
                connection.run()
        except OSError:
            pass
        except Exception as error:  # what a script asserts is told to the test
            self.failures.append(error)


@contextlib.contextmanager
def running(script, settings=None):
    """A server on a free port; fails the test with what its scripts did not like."""
    server = Server(script, settings or {})
    try:
        yield server
    finally:
        server.listener.close()
    assert server.failures == []


def messages(body):
    """The messages of a request body: whether each is flagged compressed, and its plain bytes."""
    found = []
    while body:
        flag, size = struct.unpack(">BI", body[:5])
        assert flag in (0, 1) and len(body) >= 5 + size
        message = body[5:5 + size]
        found.append((bool(flag), gzip.decompress(message) if flag else message))
        body = body[5 + size:]
    return found
