"""A small Exotel: its REST side accepts calls, its AgentStream side dials us and talks."""

import base64
import concurrent.futures
import http.server
import json
import ssl
import threading
import time
import urllib.parse

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

import calling

CHUNK = 0.1


class Exchange:
    """The REST side: accepts `connect.json`; what was dialled can be waited for by our call's id."""

    def __init__(self):
        self.dialled = {}
        self.changed = threading.Condition()
        exchange = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                form = dict(urllib.parse.parse_qsl(body))
                assert self.path.endswith("/Calls/connect.json")
                assert self.headers["authorization"].startswith("Basic ")
                form["Authorization"] = self.headers["authorization"]
                self.answer({"Call": exchange.accept(form)})

            def do_GET(self):
                self.answer({"Calls": []})

            def answer(self, value):
                body = json.dumps(value).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def accept(self, form):
        with self.changed:
            sid = f"sid{len(self.dialled):029d}"
            self.dialled[form["CustomField"]] = {**form, "Sid": sid}
            self.changed.notify_all()
        return {"Sid": sid, "Status": "queued", "CustomField": form["CustomField"]}

    def wait_for(self, call, limit=60):
        """What was asked of us for this call."""
        with self.changed:
            assert self.changed.wait_for(lambda: call in self.dialled, limit), "never dialled"
            return self.dialled[call]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Phone:
    """One AgentStream socket as Exotel would open it."""

    def __init__(self, form, ca, dialect="strings"):
        self.form, self.dialect = form, dialect
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(form["StreamUrl"]).query)
        self.rate = int(query.get("sample-rate", ["8000"])[0])
        self.socket = dial(form["StreamUrl"], ca)
        self.stream = f"stream-{form['Sid']}"
        self.received, self.audio, self.sequence = [], bytearray(), 0
        self.played_until = time.monotonic()
        self.marks = []

    def send(self, event, body=None):
        self.sequence += 1
        number = self.sequence if self.dialect == "numbers" else str(self.sequence)
        message = {"event": event, "sequence_number": number, "stream_sid": self.stream}
        if body is not None:
            message[event] = body
        if self.dialect == "camel":
            message = camel(message)
        self.socket.send(json.dumps(message))

    def start(self):
        self.socket.send(json.dumps({"event": "connected"}))
        self.send("start", {
            "stream_sid": self.stream, "call_sid": self.form["Sid"], "account_sid": "payaid1",
            "from": self.form["From"], "to": self.form["CallerId"], "custom_parameters": {},
            "media_format": {
                "encoding": "base64", "sample_rate": str(self.rate), "bit_rate": "128kbps"}})

    def media(self, pcm):
        self.chunk = getattr(self, "chunk", 0) + 1
        number = (lambda n: n) if self.dialect == "numbers" else str
        self.send("media", {
            "chunk": number(self.chunk), "timestamp": number(int(self.chunk * CHUNK * 1000)),
            "payload": base64.b64encode(pcm).decode()})

    def stop(self):
        self.send("stop", {"call_sid": self.form["Sid"], "reason": "callended"})

    def tick(self):
        """Takes what has come, and echoes marks whose audio has been played."""
        end = time.monotonic() + CHUNK
        while (left := end - time.monotonic()) > 0:
            try:
                message = json.loads(self.socket.recv(timeout=left))
            except TimeoutError:
                break
            self.received.append(message)
            if message["event"] == "media":
                pcm = base64.b64decode(message["media"]["payload"], validate=True)
                self.audio += pcm
                self.played_until = max(
                    self.played_until, time.monotonic()) + len(pcm) / 2 / self.rate
            elif message["event"] == "mark":
                self.marks.append((self.played_until, message["mark"]["name"]))
            elif message["event"] == "clear":
                self.played_until = time.monotonic()
        while self.marks and self.marks[0][0] <= time.monotonic():
            self.send("mark", {"name": self.marks.pop(0)[1]})

    def talk(self, said, limit=120):
        """Listens to the greeting, says hello, listens to the answer, hangs up. `said` tells how many turns of the agent
        were heard to their end: a gap in what comes from a busy machine is none.
        """
        speech, size = calling.hello(self.rate), int(self.rate * CHUNK) * 2
        spoken, end = 0, time.monotonic() + limit
        turns = 0
        while turns < 2:
            assert time.monotonic() < end, f"only {turns} turns of the agent"
            speaks = turns == 1 and spoken < len(speech)
            self.media(speech[spoken:spoken + size].ljust(size, b"\0") if speaks else bytes(size))
            spoken += size if speaks else 0
            self.tick()
            quiet = time.monotonic() - self.played_until > 0.7
            if quiet and (turns == 0 or spoken >= len(speech)) and said() > turns:
                turns += 1
        self.stop()

    def closed(self, limit=60):
        """Waits until the other side closes; its code."""
        try:
            while True:
                self.socket.recv(timeout=limit)
        except ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else 1006


def dial(url, ca):
    return connect(
        url, ssl=ssl.create_default_context(cafile=ca), open_timeout=60, max_size=2**22,
        legacy=True)


def camel(value):
    """The twin spelling of every key."""
    if not isinstance(value, dict):
        return value
    return {
        head + "".join(w.title() for w in rest): camel(v)
        for key, v in value.items() for head, *rest in [key.split("_")]}


def together(body, items):
    """Runs `body` for every item at once; the results by item, or what each raised."""
    with concurrent.futures.ThreadPoolExecutor(len(items)) as pool:
        futures = {item: pool.submit(body, item) for item in items}
    return futures
