"""The API as merchants call it: voiced with its own PostgreSQL, beside FastAPI with asyncpg.

GetAgent from the cache beside the echo's CPU, and from PostgreSQL; ListAgents, which asks PostgreSQL
for the list and the cache for its agents; a page of ListCalls over 1,000,000 calls. Rates are of all cores together, the generator and PostgreSQL among
them; CPU is the server's own.
"""

import contextlib
import json
import os
import pathlib
import re
import signal
import struct
import subprocess
import sys
import tempfile
import venv

import calls
import server
import unary
from build import HERE, ROOT, agents_go, call, note, output

NO_LIMITS = {
    f"RATE_LIMIT_{what}": "1000000/s"
    for what in ("ANONYMOUS", "CALLBACK", "READ", "WRITE", "PLACING")
}
SHAPE = (8, 32)
# What keeps PostgreSQL busy; more in flight would only wait in line.
STORED = (8, 8)
CALLS = 60_000
AGENTS = 50
TABLE = 1_000_000
LIST = "ListAgents of 50, REST"


def voiced(tools, folder, loops, core, **environment):
    """voiced in the clear, with vendors that nobody calls."""
    return calls.Program(
        core, folder / "voiced.log", tools["bin"] / "voiced", "serve", "--cleartext", "--listen",
        "127.0.0.1:0", "--data-dir", folder / "data", "--loops", loops,
        EXOTEL_BASE_URL="http://127.0.0.1:1", GEMINI_BASE_URL="http://127.0.0.1:1",
        **NO_LIMITS, **environment)


class Shop:
    """A merchant with agents, as h2load's options."""

    def __init__(self, tools, ready):
        self.port, self.folder = ready["port"], tools["folder"]
        self.database = os.environ.get("DATABASE_URL") or ready["database"]
        made = output(tools["bin"] / "voicectl", "admin", "merchant", "create", "--email",
                      "bench@example.in", "--json", env=os.environ | {"DATABASE_URL": self.database})
        self.merchant = json.loads(made)
        self.key = ["-H", f"x-api-key: {self.merchant['key']}",
                    "-H", f"x-api-secret: {self.merchant['secret']}"]
        body = json.loads((ROOT / "tools/demo/agent-en.json").read_text())
        agents = [self.post("/api/v1/agents", body | {"name": f"Agent {n}", "phoneNumber": ""})
                  for n in range(AGENTS)]
        self.agent = agents[0]["agentId"]

    def post(self, path, body):
        return json.loads(output(
            "curl", "-sS", "--fail-with-body", *self.key, "-H", "content-type: application/json", "-d",
            json.dumps(body), f"http://127.0.0.1:{self.port}{path}"))

    def grpc(self, method, message, port=None):
        target = self.folder / "request.grpc"
        target.write_bytes(b"\0" + struct.pack(">I", len(message)) + message)
        return ["-d", target, *self.key, "-H", "content-type: application/grpc", "-H",
                "te: trailers", f"http://127.0.0.1:{port or self.port}/payaid.voice.v1.{method}"]

    def get_agent(self, port=None):
        name = self.agent.encode()
        return self.grpc("AgentService/GetAgent", b"\x0a" + bytes([len(name)]) + name, port)

    def rest(self, path, port=None):
        return [*self.key, f"http://127.0.0.1:{port or self.port}/api/v1/{path}"]


class Peer:
    """A program that serves agents from the same database, from `with` to its end."""

    def __init__(self, shop, *command):
        self.port = server.free_port()
        self.command = [str(part) for part in (*command, self.port)]
        self.variables = os.environ | {"DATABASE_URL": shop.database}

    def __enter__(self):
        self.process = subprocess.Popen(self.command, env=self.variables)
        server.wait_for(self.port)
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)

    def cpu(self):
        return server.cpu_seconds(self.process.pid)


def environment(tools):
    """FastAPI, uvicorn with uvloop and httptools, asyncpg."""
    folder = tools["folder"] / "fastapi"
    if not (folder / "bin/uvicorn").exists():
        note("installing FastAPI and asyncpg")
        venv.create(folder, with_pip=True)
        call(folder / "bin/pip", "install", "-q", "fastapi", "uvicorn[standard]", "asyncpg",
             stdout=sys.stderr)
    return folder


class Meter:
    def __init__(self, program):
        self.pid = program.process.pid

    def cpu(self):
        return server.cpu_seconds(self.pid)


def measure(running, number, words, shape=SHAPE):
    """CPU microseconds a call, calls a second, and the slowest of h2load's summary in ms."""
    cost, report = unary.measure(running, number, *shape, *words)
    rate = float(re.search(r"([\d.]+) req/s", report).group(1))
    return cost, rate, report


def percentile(shop, words, number, shape, share):
    """A percentile of the latency, in ms, from h2load's log."""
    log = shop.folder / "h2load.log"
    log.unlink(missing_ok=True)
    unary.load(server.PINS[1], number, *shape, f"--log-file={log}", *words)
    times = sorted(int(line.split()[2]) for line in log.read_text().splitlines())
    return times[min(len(times) - 1, int(len(times) * share))] / 1000


def fill_calls(tools, shop):
    """A million calls of the merchant's, in its one agent."""
    note(f"filling a table of {TABLE:,} calls")
    call(environment(tools) / "bin/python", HERE / "peers/fill_calls.py", str(TABLE),
         shop.merchant["id"], shop.agent, env=os.environ | {"DATABASE_URL": shop.database})


def cached(tools, figures):
    """GetAgent from memory and the echo, turn by turn, each on one loop and the first core."""
    with tempfile.TemporaryDirectory(prefix="bench-api-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o711)
        with voiced(tools, folder, 1, server.PINS[0]) as program:
            shop = Shop(tools, program.ready)
            with server.Server("ours", tools["servers"]["ours"]) as echo:
                for _ in range(figures["rounds"]):
                    cost, _, _ = measure(echo, CALLS, unary.grpc_options(tools, echo.port))
                    figures["echo"].append(cost)
                    cost, _, report = measure(Meter(program), CALLS, shop.get_agent())
                    check_messages(report, CALLS)
                    figures["cached"].append(cost)


def check_messages(report, number):
    """An error of gRPC has status 200 too, but no message behind it."""
    found = int(re.search(r"\((\d+)\) data", report).group(1))
    if found < number * 100:
        raise SystemExit(f"h2load got {found} bytes of {number} agents")


def peers(tools, shop, running):
    """The peers that are here, as ways to measure; they end with `running`."""
    fastapi = running.enter_context(
        Peer(shop, environment(tools) / "bin/python", HERE / "peers/fastapi_agents.py"))
    path = f"agents/{shop.agent}"
    ways = {"GetAgent, FastAPI": (fastapi, ["--h1", *shop.rest(path, fastapi.port)], 5_000)}
    program = agents_go(tools["folder"])
    if program:
        go = running.enter_context(Peer(shop, program))
        ways["GetAgent, grpc-go"] = (go, shop.get_agent(go.port), 10_000)
    return ways


def shape_of(words):
    return (32, 1) if "--h1" in words else STORED


def stored(tools, figures):
    """From PostgreSQL, on all cores: ours and the peers on the same database."""
    with tempfile.TemporaryDirectory(prefix="bench-api-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o711)
        with voiced(tools, folder, 2, None, AGENT_CACHE_SECONDS="0") as program:
            shop = Shop(tools, program.ready)
            ours = Meter(program)
            with contextlib.ExitStack() as running:
                ways = {
                    "GetAgent, gRPC": (ours, shop.get_agent(), 20_000),
                    "GetAgent, REST": (ours, shop.rest(f"agents/{shop.agent}"), 20_000),
                    **peers(tools, shop, running),
                }
                for _ in range(figures["rounds"]):
                    for way, (meter, words, number) in ways.items():
                        cost, rate, report = measure(meter, number, words, shape_of(words))
                        check_messages(report, number)
                        figures.setdefault(way, []).append((cost, rate))
                for way, (_, words, number) in ways.items():
                    figures[f"p99 {way}"] = percentile(shop, words, number, shape_of(words), 0.99)
            fill_calls(tools, shop)
            for path in ("calls?pageSize=50", f"calls?pageSize=50&agentId={shop.agent}"):
                figures[f"p99 {path.split('&')[-1]}"] = percentile(
                    shop, shop.rest(path), 4_000, (4, 1), 0.99)


def listed(tools, figures):
    """ListAgents as it is served by default, on all cores."""
    with tempfile.TemporaryDirectory(prefix="bench-api-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o711)
        with voiced(tools, folder, 2, None) as program:
            shop = Shop(tools, program.ready)
            words = shop.rest("agents?pageSize=50")
            for _ in range(figures["rounds"]):
                cost, rate, _ = measure(Meter(program), 10_000, words, STORED)
                figures.setdefault(LIST, []).append((cost, rate))
            figures[f"p99 {LIST}"] = percentile(shop, words, 10_000, STORED, 0.99)


def middle(values):
    return sorted(values)[len(values) // 2]


def run(tools, options):
    figures = {"rounds": options.rounds, "echo": [], "cached": []}
    cached(tools, figures)
    stored(tools, figures)
    listed(tools, figures)
    ratio = middle(figures["cached"]) / middle(figures["echo"])
    print("\napi: voiced in the clear; server CPU us a call, medians")
    print(f"echo, gRPC                {middle(figures['echo']):8.2f}")
    print(f"GetAgent from the cache   {middle(figures['cached']):8.2f}  {ratio:.2f}x the echo")
    print("\nfrom PostgreSQL, which shares the cores with the server and the generator")
    print(f"{'':26}{'CPU us':>10}{'calls/s':>10}{'p99 ms':>10}")
    ways = ["GetAgent, gRPC", "GetAgent, REST", LIST, "GetAgent, FastAPI", "GetAgent, grpc-go"]
    for way in filter(figures.get, ways):
        cost = middle([c for c, _ in figures[way]])
        rate = middle([r for _, r in figures[way]])
        print(f"{way:26}{cost:10.1f}{rate:10.0f}{figures[f'p99 {way}']:10.1f}")
    print(f"\nListCalls of 50 over {TABLE:,} calls, 4 at once: p99 ms")
    for name, value in figures.items():
        if name.startswith("p99 calls") or name.startswith("p99 agentId"):
            print(f"{name[4:]:50}{value:10.1f}")
    return ratio <= 1.3
