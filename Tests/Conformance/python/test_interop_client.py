"""Our client against a server of stock grpcio, and against servers that bend HTTP/2's rules."""

import concurrent.futures
import contextlib
import json
import threading
import time

import grpc
import h2.settings
import pytest

import h2_server
import interop
import interop_cases
import interop_peer

# grpcio tells its handlers nothing of a message's flag, so it cannot refuse the probe of these.
FLAGS_NEEDED = {"client_compressed_unary", "client_compressed_streaming"}
BROKEN_SERVER = {
    "goaway", "rst_after_header", "rst_during_data", "rst_after_data", "ping", "max_streams",
    "data_frame_padding", "no_df_padding_sanity_test"}
# Case by case: the 2,000 messages of slow_consumer without its pause, fewer calls at once.
PACE = ("--slow-consumer-delay-ms", 1, "--concurrent-calls", 100)

# Needs a server with a low limit and a config that lets the client go beyond it.
SCALING = "max_concurrent_streams_connection_scaling"

CASES = [case for case in interop.cases() if case not in BROKEN_SERVER | {SCALING}]


@pytest.fixture(scope="module")
def grpcio():
    with interop_peer.running() as port:
        yield port


@pytest.fixture(scope="module")
def ours():
    with interop.server() as port:
        yield port


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return interop.certificate(tmp_path_factory.mktemp("tls"))


@pytest.mark.parametrize("case", [case for case in CASES if case not in FLAGS_NEEDED])
def test_the_case_passes_against_grpcio(grpcio, case):
    interop.client(case, grpcio, *PACE)


@pytest.mark.parametrize("case", CASES)
def test_the_case_passes_against_our_server(ours, case):
    interop.client(case, ours, *PACE)


@pytest.mark.parametrize("case", ["large_unary", "ping_pong", "custom_metadata", "channel_soak"])
def test_the_case_passes_over_tls(certificate, case):
    cert, key = certificate
    credentials = grpc.ssl_server_credentials([(key.read_bytes(), cert.read_bytes())])
    with interop_peer.running(credentials) as port:
        interop.client(case, port, "--ca", cert)


def test_a_certificate_of_somebody_else_is_refused(certificate, tmp_path):
    stranger, _ = interop.certificate(tmp_path)
    cert, key = certificate
    with interop.server("--cert", cert, "--key", key) as port:
        interop.client("empty_unary", port, "--ca", cert)
        with pytest.raises(AssertionError, match="UNAVAILABLE"):
            interop.client("empty_unary", port, "--ca", stranger)


def test_calls_over_the_stream_limit_get_another_connection():
    with interop.server("--max-concurrent-streams-limit", 2) as port:
        two = {"connectionScaling": {"maxConnectionsPerSubchannel": 2}}
        interop.client(SCALING, port, "--service_config_json", json.dumps(two))


@contextlib.contextmanager
def grpcio_answering(empty_call):
    """A grpcio server whose EmptyCall is `empty_call`; its port."""
    import interop_pb2_grpc

    class Service(interop_pb2_grpc.TestServiceServicer):
        def EmptyCall(self, request, context):
            return empty_call(context) or interop_cases.pb().Empty()

    server = grpc.server(concurrent.futures.ThreadPoolExecutor(8))
    interop_pb2_grpc.add_TestServiceServicer_to_server(Service(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(None).wait()


def config(**method):
    service = {"service": "grpc.testing.TestService"}
    return "--service_config_json", json.dumps({"methodConfig": [{"name": [service], **method}]})


def retrying(attempts=4, backoff="0.01s"):
    return config(retryPolicy={
        "maxAttempts": attempts, "initialBackoff": backoff, "maxBackoff": backoff,
        "backoffMultiplier": 1, "retryableStatusCodes": ["UNAVAILABLE"]})


def previous_attempts(context):
    return dict(context.invocation_metadata()).get("grpc-previous-rpc-attempts")


def failing(times, seen, *trailers):
    def empty_call(context):
        seen.append(previous_attempts(context))
        if len(seen) <= times:
            context.set_trailing_metadata(trailers)
            context.abort(grpc.StatusCode.UNAVAILABLE, "not yet")
    return empty_call


def test_a_call_that_fails_at_first_is_retried():
    seen = []
    with grpcio_answering(failing(3, seen)) as port:
        interop.client("empty_unary", port, *retrying())
    assert seen == [None, "1", "2", "3"]


def test_a_call_that_fails_too_often_fails():
    seen = []
    with grpcio_answering(failing(9, seen)) as port:
        with pytest.raises(AssertionError, match="UNAVAILABLE: not yet"):
            interop.client("empty_unary", port, *retrying(attempts=3))
    assert seen == [None, "1", "2"]


@pytest.mark.parametrize("pushback, attempts", [("-1", 1), ("20", 2)])
def test_a_server_says_whether_and_when_to_retry(pushback, attempts):
    seen = []
    with grpcio_answering(failing(1, seen, ("grpc-retry-pushback-ms", pushback))) as port:
        outcome = contextlib.nullcontext() if attempts == 2 else pytest.raises(AssertionError)
        with outcome:
            interop.client("empty_unary", port, *retrying(backoff="3600s"))
    assert len(seen) == attempts


def test_a_hedged_call_takes_the_first_answer_and_cancels_the_other():
    seen, cancelled = [], threading.Event()

    def empty_call(context):
        seen.append(previous_attempts(context))
        if len(seen) == 1:
            context.add_callback(cancelled.set)
            assert cancelled.wait(20)

    hedging = config(hedgingPolicy={"maxAttempts": 2, "hedgingDelay": "0.05s"})
    with grpcio_answering(empty_call) as port:
        begun = time.monotonic()
        interop.client("empty_unary", port, *hedging)
        assert time.monotonic() - begun < 15
        assert cancelled.wait(20)
    assert seen == [None, "1"]


def large_answer():
    return interop_cases.pb().SimpleResponse(payload=interop_cases.payload(314159)).SerializeToString()


def test_each_message_is_flagged_as_the_case_says():
    """client_compressed_streaming, with its flags read off the wire."""
    pb = interop_cases.pb()
    seen = []

    def script(connection, stream, body):
        found = h2_server.messages(body)
        seen.append([flag for flag, _ in found])
        assert connection.headers[stream][b"grpc-encoding"] == b"gzip"
        requests = [pb.StreamingInputCallRequest.FromString(message) for _, message in found]
        if any(r.expect_compressed.value != flag for r, (flag, _) in zip(requests, found)):
            trailers = [("grpc-status", "3")]
            return connection.h2.send_headers(stream, h2_server.HEAD + trailers, end_stream=True)
        total = sum(len(request.payload.body) for request in requests)
        connection.answer(
            stream, pb.StreamingInputCallResponse(aggregated_payload_size=total).SerializeToString())

    with h2_server.running(script) as server:
        interop.client("client_compressed_streaming", server.port)
    assert seen == [[False], [True, False]]


def test_goaway_sends_the_next_call_elsewhere():
    used = []

    def script(connection, stream, body):
        used.append(connection.number)
        connection.answer(stream, large_answer())
        connection.h2.close_connection(last_stream_id=stream)
        connection.flush()

    with h2_server.running(script) as server:
        interop.client("goaway", server.port)
    assert used == [1, 2]


@pytest.mark.parametrize("case, share", [
    ("rst_after_header", 0), ("rst_during_data", 0.5), ("rst_after_data", 1)])
def test_a_call_that_is_reset_fails(case, share):
    def script(connection, stream, body):
        data = h2_server.frame(large_answer())
        connection.head(stream)
        connection.data(stream, data[:int(len(data) * share)])
        connection.reset(stream)

    with h2_server.running(script) as server:
        interop.client(case, server.port)


def test_every_ping_is_answered():
    def script(connection, stream, body):
        data = h2_server.frame(large_answer())
        connection.h2.ping(b"before  ")
        connection.head(stream)
        connection.h2.ping(b"head    ")
        connection.data(stream, data[:1000])
        connection.h2.ping(b"data    ")
        connection.data(stream, data[1000:])
        connection.h2.ping(b"end     ")
        connection.flush()
        while len(connection.acknowledged) < 4:
            connection.receive(connection.sock.recv(65536))
        connection.end(stream)

    with h2_server.running(script) as server:
        interop.client("ping", server.port)
        assert server.connections[0].acknowledged == [
            b"before  ", b"head    ", b"data    ", b"end     "]


def test_streams_over_the_limit_wait_for_their_turn():
    open_at_once = []

    def script(connection, stream, body):
        open_at_once.append(connection.h2.open_inbound_streams)
        connection.answer(stream, large_answer())

    limit = {h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: 1}
    with h2_server.running(script, limit) as server:
        interop.client("max_streams", server.port)
        assert len(server.connections) == 1
    assert len(open_at_once) == 11 and max(open_at_once) == 1


@pytest.mark.parametrize("case, pad", [
    ("data_frame_padding", 255), ("no_df_padding_sanity_test", None)])
def test_padding_is_given_back_as_credit(case, pad):
    """17 MB of frames that carry five bytes each: more than any window, were padding not counted."""
    def script(connection, stream, body):
        connection.head(stream)
        connection.data(stream, h2_server.frame(large_answer()), size=5, pad=pad)
        connection.end(stream)

    with h2_server.running(script) as server:
        interop.client(case, server.port)
