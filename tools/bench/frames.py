"""CPU per audio frame, loss and delay, with the generator of frames.c."""

import json
import subprocess

import server
from build import note

SECONDS = 5
STREAMS_PER_CONNECTION = 100
STEPS = [100, 500, 1000]
HELD = 4000
HELD_P99_MS = 20


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


def missing(report):
    return report["lost"] + report["failed"] + report["disordered"]


def measure_all(tools, options, names, steps):
    """Figures and reports of each server at each number of streams, round by round."""
    figures, reports = {}, {}
    for turn in range(options.rounds):
        for name in names:
            note(f"frames, round {turn + 1} of {options.rounds}: {name}")
            with server.Server(name, tools["servers"][name]) as running:
                for streams in steps:
                    cost, report = measure(tools, running, streams)
                    figures.setdefault(name, {}).setdefault(str(streams), []).append(cost)
                    reports.setdefault((name, streams), []).append(report)
    return figures, reports


def show(figures, reports, steps):
    server.show("frames: 320 bytes every 20 ms each way on each stream, h2c, one core (streams)",
                "server CPU us per frame (in and out)", [str(s) for s in steps], figures)
    print(f"{'':30}{'streams':>10}{'frames':>12}{'lost':>8}{'p50 ms':>10}{'p99 ms':>10}"
          "   (worst round)")
    for (name, streams), rows in reports.items():
        print(f"{server.LABELS[name]:30}{streams:>10}{sum(r['sent'] for r in rows):>12}"
              f"{sum(map(missing, rows)):>8}"
              f"{max(r['p50_ms'] for r in rows):>10.2f}{max(r['p99_ms'] for r in rows):>10.2f}",
              flush=True)


def run(tools, options):
    steps = [options.streams] if options.streams else STEPS
    figures, reports = measure_all(tools, options, list(tools["servers"]), steps)
    show(figures, reports, steps)
    return not any(missing(r) for (name, _), rows in reports.items() if name == "ours" for r in rows)


def run_held(tools, options):
    """Ours and the floor with 4,000 streams: no frame lost, and p99 below 20 ms."""
    names = [name for name in ("ours", "c") if name in tools["servers"]]
    figures, reports = measure_all(tools, options, names, [HELD])
    show(figures, reports, [HELD])
    ours = reports.get(("ours", HELD), [])
    return all(not missing(r) and r["p99_ms"] < HELD_P99_MS for r in ours)
