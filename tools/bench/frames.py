"""CPU per audio frame, loss and delay, with the generator of frames.c."""

import json
import subprocess

import server
from build import note

SECONDS = 5
STREAMS_PER_CONNECTION = 100


def measure(tools, running, streams):
    """CPU microseconds per frame and the generator's report."""
    connections = max(1, streams // STREAMS_PER_CONNECTION)
    before = running.cpu()
    done = subprocess.run(
        server.pinned(server.PINS[1], tools["frames"], running.port, streams, connections, SECONDS),
        stdout=subprocess.PIPE, text=True)
    if not done.stdout:
        raise SystemExit(f"the generator failed against {running.name} ({done.returncode})")
    report = json.loads(done.stdout)
    return (running.cpu() - before) / report["sent"] * 1e6, report


def run(tools, options):
    figures, reports = {}, {}
    for turn in range(options.rounds):
        for name, program in tools["servers"].items():
            note(f"frames, round {turn + 1} of {options.rounds}: {name}")
            with server.Server(name, program) as running:
                cost, report = measure(tools, running, options.streams)
            figures.setdefault(name, {}).setdefault("frames", []).append(cost)
            reports.setdefault(name, []).append(report)
    title = f"frames: {options.streams} streams, 320 bytes every 20 ms each way, h2c, one core"
    server.show(title, "server CPU us per frame (in and out)", ["frames"], figures)
    print(f"{'':30}{'frames':>12}{'lost':>8}{'p50 ms':>10}{'p99 ms':>10}   (worst round)")
    for name, rows in reports.items():
        print(f"{server.LABELS[name]:30}{sum(r['sent'] for r in rows):>12}"
              f"{sum(r['lost'] + r['failed'] + r['disordered'] for r in rows):>8}"
              f"{max(r['p50_ms'] for r in rows):>10.2f}{max(r['p99_ms'] for r in rows):>10.2f}")
    return not any(r["lost"] or r["failed"] or r["disordered"] for r in reports.get("ours", []))
