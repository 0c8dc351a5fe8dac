"""What a second loop brings, on a machine whose cores the generator needs too.

Throughput of two loops cannot be seen where the generator takes one of two cores. What bounds it
can: the CPU time of the busiest loop per call, with the server on all cores. The table's speed-up
is that of one loop over that of two: sharing between loops and an uneven spread of connections
both lower it.
"""

import pathlib
import statistics

import server
import unary
from build import note

SHAPE = (64, 16)
CALLS = 150_000


def thread_seconds(pid):
    """CPU seconds of each thread of a process."""
    found = {}
    for path in pathlib.Path(f"/proc/{pid}/task").iterdir():
        fields = (path / "stat").read_text().rpartition(")")[2].split()
        found[path.name] = (int(fields[11]) + int(fields[12])) * server.TICK
    return found


def measure(tools, loops):
    """CPU microseconds a call: of all threads, and of the busiest one."""
    with server.Server("ours", tools["servers"]["ours"], "--loops", loops, core=None) as running:
        words = unary.grpc_options(tools, running.port)
        unary.load(None, unary.WARM_UP, *SHAPE, *words)
        before = thread_seconds(running.process.pid)
        unary.load(None, CALLS, *SHAPE, *words)
        after = thread_seconds(running.process.pid)
    spent = [after[thread] - before.get(thread, 0) for thread in after]
    return sum(spent) / CALLS * 1e6, max(spent) / CALLS * 1e6


def run(tools, options):
    if "ours" not in tools["servers"]:
        return True
    figures = {1: [], 2: []}
    for turn in range(options.rounds):
        note(f"loops, round {turn + 1} of {options.rounds}")
        for loops in figures:
            figures[loops].append(measure(tools, loops))
    print(f"\nloops: unary {SHAPE[0]}x{SHAPE[1]}, server on all cores, CPU us per call; medians")
    middle = {}
    for loops, rows in figures.items():
        middle[loops] = statistics.median(row[1] for row in rows)
        print(f"{loops} loop{'s' if loops > 1 else ' '}{'':23}"
              f"{statistics.median(row[0] for row in rows):8.2f} in all"
              f"{middle[loops]:8.2f} of the busiest loop")
    print(f"what two loops can serve to what one can: {middle[1] / middle[2]:.2f}", flush=True)
    return True
