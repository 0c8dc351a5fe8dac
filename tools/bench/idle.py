"""Memory of idle HTTP/2 connections."""

import resource
import socket
import time

import server
from build import note

CONNECTIONS = 10_000
LIMIT = 120e6
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
SETTINGS_ACK = bytes([0, 0, 0, 4, 1, 0, 0, 0, 0])


def connect(port):
    """A connection whose handshake has ended: both sides have acknowledged the other's SETTINGS."""
    peer = socket.create_connection(("127.0.0.1", port), 10)
    peer.sendall(PREFACE)
    got = b""
    while SETTINGS_ACK not in got:
        part = peer.recv(4096)
        if not part:
            raise SystemExit("the server closed an idle connection")
        got += part
    peer.sendall(SETTINGS_ACK)
    return peer


def measure(running, number):
    pid = running.process.pid
    before = server.resident_bytes(pid)
    peers = [connect(running.port) for _ in range(number)]
    time.sleep(1)
    after = server.resident_bytes(pid)
    for peer in peers:
        peer.close()
    return before, after


def run(tools, options):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    number = min(CONNECTIONS, hard - 200)
    if number < CONNECTIONS:
        note(f"idle: only {hard} files may be open here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(f"\nidle: memory of the server with {number} idle HTTP/2 connections", flush=True)
    fine = True
    for name, program in tools["servers"].items():
        with server.Server(name, program) as running:
            before, after = measure(running, number)
        print(f"{server.LABELS[name]:30}{before / 1e6:8.1f} MB before {after / 1e6:8.1f} MB after"
              f"{(after - before) / number / 1e3:8.1f} kB each", flush=True)
        fine = fine and (name != "ours" or after < LIMIT)
    return fine
