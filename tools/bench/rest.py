"""REST-JSON and TLS beside our own cleartext gRPC: what an edge adds to the same method."""

import server
import unary
from build import note

# Connections and calls in flight on each; HTTP/1.1 has one.
SHAPES = [(1, 1), (8, 1), (64, 1), (8, 32)]
CALLS = 40_000


def name(shape):
    return f"{shape[0]}x{shape[1]}"


def run(tools, options):
    """Ours only: the peers speak no JSON."""
    if "ours" not in tools["servers"]:
        return True
    figures = {"gRPC": {}, "JSON, HTTP/2": {}, "JSON, HTTP/1.1": {}}
    for turn in range(options.rounds):
        note(f"rest, round {turn + 1} of {options.rounds}")
        with server.Server("ours", tools["servers"]["ours"]) as running:
            ways = {
                "gRPC": unary.grpc_options(tools, running.port),
                "JSON, HTTP/2": unary.json_options(tools, running.rest_port),
                "JSON, HTTP/1.1": unary.json_options(tools, running.rest_port, "--h1"),
            }
            for shape in SHAPES:
                for way, words in ways.items():
                    if way == "JSON, HTTP/1.1" and shape[1] > 1:
                        continue
                    cost, _ = unary.measure(running, CALLS if shape != (1, 1) else 10_000,
                                            *shape, *words)
                    figures[way].setdefault(name(shape), []).append(cost)
    server.show("rest: the same method as JSON (connections x calls in flight)",
                "server CPU us per call", [name(s) for s in SHAPES], figures, floor="gRPC")
    return True


def run_tls(tools, options):
    """Unary calls over TLS 1.3 and in cleartext, turn by turn."""
    if "ours" not in tools["servers"]:
        return True
    figures, shapes = {"cleartext": {}, "TLS": {}}, [(8, 32), (64, 16)]
    program = tools["servers"]["ours"]
    for turn in range(options.rounds):
        note(f"tls, round {turn + 1} of {options.rounds}")
        with server.Server("ours", program) as clear, server.Server("ours", program, "--tls") as tls:
            for shape in shapes:
                for way, running, scheme in [("cleartext", clear, "http"), ("TLS", tls, "https")]:
                    words = unary.grpc_options(tools, running.port, scheme)
                    cost, _ = unary.measure(running, 100_000, *shape, *words)
                    figures[way].setdefault(name(shape), []).append(cost)
    server.show("tls: unary calls (connections x calls in flight)", "server CPU us per call",
                [name(s) for s in shapes], figures, floor="cleartext")
    return True
