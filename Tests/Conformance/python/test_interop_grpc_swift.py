"""Our server and client against grpc-swift-2's (Tests/Conformance/GRPCSwiftPeer)."""

import contextlib
import subprocess

import pytest

import interop
from stack import ROOT, bound

PEER = ROOT / ".build" / "grpc-swift-peer" / "debug" / "grpc-swift-peer"
# What grpc-swift's interface keeps from its user: a message's flag, the compression of one message
# and not of the next. And what its server here does not do: report load, say which server it is, say
# by which connection a call came.
NOT_ITS = {
    "client_compressed_unary", "client_compressed_streaming", "server_compressed_unary",
    "server_compressed_streaming", "orca_per_rpc", "orca_oob", "pick_first_unary",
    "max_concurrent_streams_connection_scaling"}
BROKEN_SERVER = {
    "goaway", "rst_after_header", "rst_during_data", "rst_after_data", "ping", "max_streams",
    "data_frame_padding", "no_df_padding_sanity_test"}


@contextlib.contextmanager
def peer_server():
    process = bound(subprocess.Popen([PEER, "server"], stdout=subprocess.PIPE, text=True))
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def theirs():
    with peer_server() as port:
        yield port


@pytest.fixture(scope="module")
def ours():
    with interop.server() as port:
        yield port


def peer_cases():
    return subprocess.run([PEER, "list"], capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize("case", peer_cases())
def test_its_client_passes_against_our_server(ours, case):
    done = subprocess.run(
        [PEER, "client", str(ours), case], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "case", [case for case in interop.cases() if case not in NOT_ITS | BROKEN_SERVER])
def test_our_client_passes_against_its_server(theirs, case):
    interop.client(case, theirs, "--slow-consumer-delay-ms", 1, "--concurrent-calls", 50)
