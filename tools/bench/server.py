"""Runs programs pinned to cores and reads what CPU time they took."""

import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import time

# The server has the first core to itself and the generator the second, when there are two.
CORES = sorted(os.sched_getaffinity(0))
PINS = (CORES[0], CORES[1]) if len(CORES) > 1 and shutil.which("taskset") else (None, None)
TICK = 1 / os.sysconf("SC_CLK_TCK")


def pinned(core, *command):
    words = [str(part) for part in command]
    return words if core is None else ["taskset", "-c", str(core), *words]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cpu_seconds(pid):
    """User and system time of all threads of a process so far, in seconds."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK


def resident_bytes(pid):
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


class Server:
    """An echo server on the first core, from `with` to its end.

    `program` is a file, or one with its first arguments; `flags` are bench-server's own; `prefix` is
    a command to run the server under; a `core` of None leaves it on all cores.
    """

    def __init__(self, name, program, *flags, prefix=(), core=PINS[0], **environment):
        self.name, self.port, self.rest_port = name, free_port(), free_port()
        ports = ["--port", self.port, "--rest-port", self.rest_port, *flags]
        words = program if isinstance(program, tuple) else (program,)
        self.command = pinned(core, *prefix, *words, *(ports if name == "ours" else [self.port]))
        self.environment = os.environ | environment

    def __enter__(self):
        self.process = subprocess.Popen(
            self.command, stdout=subprocess.PIPE, env=self.environment)
        self.process.stdout.readline()
        wait_for(self.port)
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def cpu(self):
        return cpu_seconds(self.process.pid)


def wait_for(port):
    for _ in range(100):
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"nothing listens on port {port}")


LABELS = {"ours": "payaid-voice", "c": "bare C (nghttp2, protobuf-c)", "grpc": "C++ gRPC",
          "go": "grpc-go", "swift": "grpc-swift-2", "python": "grpcio (asyncio)"}


def cell(values, floor):
    """One cell of a table: median (best), and the ratio of the medians."""
    if not values:
        return "-"
    middle = statistics.median(values)
    ratio = f" {middle / statistics.median(floor):5.2f}x" if floor else ""
    return f"{middle:.2f} ({min(values):.2f}){ratio}"


def show(title, unit, columns, figures, floor="c"):
    """Prints a table. `figures[name][column]` is a list, one figure a round."""
    base = LABELS.get(floor, floor)
    print(f"\n{title}\n{unit}; median (best), and the ratio of medians to {base}")
    print(f"{'':30}" + "".join(f"{column:>26}" for column in columns))
    for name, rows in figures.items():
        cells = [cell(rows.get(c), figures.get(floor, {}).get(c)) for c in columns]
        print(f"{LABELS.get(name, name):30}" + "".join(f"{text:>26}" for text in cells), flush=True)
