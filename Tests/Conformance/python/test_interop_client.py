"""Our client against a server of stock grpcio, and against servers that bend HTTP/2's rules."""

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

CASES = [case for case in interop.cases() if case not in BROKEN_SERVER]


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
