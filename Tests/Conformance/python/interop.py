"""Runs our interop server and client (Tests/Conformance/Interop), and makes certificates for them."""

import contextlib
import os
import subprocess

from stack import BIN, bound

PROGRAM = BIN / "interop"


def certificate(folder):
    """A self-signed certificate for localhost, with its key; the paths of both."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "1", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", cert],
        check=True, capture_output=True)
    return cert, key


@contextlib.contextmanager
def server(*options):
    """Our server on a free port; the port."""
    process = bound(subprocess.Popen(
        [PROGRAM, "server", "--port", "0", *map(str, options)], stdout=subprocess.PIPE, text=True))
    try:
        yield int(process.stdout.readline().rsplit(":", 1)[1])
    finally:
        process.terminate()
        assert process.wait(20) == 0


# Soak cases count calls that take longer than a second, and end after a second for each call.
PATIENCE = ("--soak_per_iteration_max_acceptable_latency_ms", 20_000, "--soak_overall_timeout_seconds", 200)


def client(case, port, *options, limit=300):
    """Our client runs one case against a port of this machine; fails unless the case passes."""
    done = subprocess.run(
        [PROGRAM, "client", "--host", "localhost", "--port", str(port), "--case", case,
         *map(str, (*PATIENCE, *options))], capture_output=True, text=True, timeout=limit, env=os.environ)
    assert done.returncode == 0, done.stdout + done.stderr


def cases():
    """The names of our client's cases, in order."""
    listed = subprocess.run([PROGRAM, "client", "--list"], capture_output=True, text=True, check=True)
    return listed.stdout.split()
