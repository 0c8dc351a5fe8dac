"""Figures that do not depend on the machine's mood: heap allocations and instructions per call."""

import json
import os
import pathlib
import re
import shutil
import struct

import server
import unary
from build import HERE, call, note

CALLS = 20_000
FEW, MANY = 2_000, 6_000


def allocations(tools, program):
    """Heap allocations per unary call, by shape, once the server is warm."""
    book, found = tools["folder"] / "mallocs.count", {}
    for shape in [(1, 1), (8, 32)]:
        book.write_bytes(bytes(8))
        with server.Server("ours", program, LD_PRELOAD=str(tools["mallocs"]),
                           MALLOCS=str(book)) as running:
            words = unary.grpc_options(tools, running.port)
            unary.load(server.PINS[1], CALLS, *shape, *words)
            before = read_count(book)
            unary.load(server.PINS[1], CALLS, *shape, *words)
            found[f"{shape[0]}x{shape[1]}"] = (read_count(book) - before) / CALLS
    return found


def read_count(book):
    return struct.unpack("=Q", book.read_bytes())[0]


def run_allocations(tools, options):
    """Compares with the committed thresholds; false above one."""
    limits = json.loads((HERE / "thresholds.json").read_text())["allocationsPerUnaryCall"]
    found = allocations(tools, tools["servers"]["ours"])
    print("\nallocations: heap allocations per unary call (malloc, calloc, realloc, memalign)")
    for shape, limit in limits.items():
        verdict = "" if found[shape] <= limit else "   ABOVE THE THRESHOLD"
        print(f"{shape:>8}{found[shape]:10.2f}   threshold {limit}{verdict}", flush=True)
    return all(found[shape] <= limit for shape, limit in limits.items())


def instructions(tools, name, program, shape, options):
    """Instructions per call: two runs of different length, so that the start cancels out."""
    totals = []
    for number in (FEW, MANY):
        target = tools["folder"] / f"callgrind.{name}"
        prefix = ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={target}"]
        with server.Server(name, program, prefix=prefix) as running:
            unary.load(server.PINS[1], number, *shape, *options(running))
        totals.append(int(re.search(r"^(?:totals|summary): (\d+)", target.read_text(), re.M)[1]))
    return (totals[1] - totals[0]) / (MANY - FEW)


def run_instructions(tools, options):
    if not shutil.which("valgrind"):
        note("no valgrind here: instructions left out")
        return True
    ways = {
        "unary 8x32": ((8, 32), lambda s: unary.grpc_options(tools, s.port)),
        "unary 8x1": ((8, 1), lambda s: unary.grpc_options(tools, s.port)),
        "JSON, HTTP/2, 8x32": ((8, 32), lambda s: unary.json_options(tools, s.rest_port)),
        "JSON, HTTP/1.1, 8x1": ((8, 1), lambda s: unary.json_options(tools, s.rest_port, "--h1")),
    }
    print("\ninstructions: per call, by callgrind", flush=True)
    for name in [n for n in ("ours", "c") if n in tools["servers"]]:
        program = tools["servers"][name]
        if name == "ours":
            # valgrind 3.19 cannot read the debug sections of this compiler.
            program = pathlib.Path(tools["folder"]) / "bench-server-stripped"
            call("strip", "--strip-debug", os.path.realpath(tools["servers"][name]), "-o", program)
        for way, (shape, words) in ways.items():
            if name == "ours" or way.startswith("unary"):
                count = instructions(tools, name, program, shape, words)
                print(f"{server.LABELS[name]:30}{way:>22}{count:12,.0f}", flush=True)
    return True
