"""CPU per unary call, h2load as client."""

import re

import server
from build import note, output

SHAPES = [(1, 1), (8, 32), (64, 16)]
WARM_UP = 5_000


def count(connections, streams):
    return 20_000 if connections * streams == 1 else 150_000


def load(core, number, connections, streams, *rest):
    """Runs h2load; its report. Every request must have been answered by 200."""
    command = server.pinned(
        core, "h2load", "-n", number, "-c", connections, "-m", streams, "-t", 1, *rest)
    report = output(*command, text=True)
    if f" {number} succeeded, 0 failed, 0 errored, 0 timeout" not in report:
        raise SystemExit("h2load: not every request succeeded:\n" + report)
    return report


def grpc_options(tools, port, scheme="http"):
    return ["-d", tools["grpc_body"], "-H", "content-type: application/grpc", "-H", "te: trailers",
            f"{scheme}://127.0.0.1:{port}/bench.v1.Bench/Unary"]


def json_options(tools, port, *rest):
    return [*rest, "-d", tools["json_body"], "-H", "content-type: application/json",
            f"http://127.0.0.1:{port}/v1/bench:unary"]


def measure(running, number, connections, streams, *rest):
    """CPU microseconds of the server per request, and h2load's report."""
    core = server.PINS[1]
    load(core, WARM_UP, connections, streams, *rest)
    before = running.cpu()
    report = load(core, number, connections, streams, *rest)
    return (running.cpu() - before) / number * 1e6, report


def run(tools, options):
    figures = {name: {} for name in tools["servers"]}
    for turn in range(options.rounds):
        for name, program in tools["servers"].items():
            note(f"unary, round {turn + 1} of {options.rounds}: {name}")
            with server.Server(name, program) as running:
                for connections, streams in SHAPES:
                    number = count(connections, streams)
                    cost, report = measure(
                        running, number, connections, streams, *grpc_options(tools, running.port))
                    check_echo(report, number * (tools["size"] + 5))
                    figures[name].setdefault(f"{connections}x{streams}", []).append(cost)
    title = f"unary: {tools['size']} bytes each way, h2c, one core (connections x calls in flight)"
    server.show(title, "server CPU us per call", [f"{c}x{s}" for c, s in SHAPES], figures)
    return True


def check_echo(report, expected):
    """An error has status 200 too, but no message behind it."""
    found = int(re.search(r"\((\d+)\) data", report).group(1))
    if found != expected:
        raise SystemExit(f"h2load got {found} bytes of messages back; {expected} were due")
