"""The cases of gRPC's interoperability description, as stock grpcio plays the client.

Each takes a `Peer` and asserts what the description says. grpcio keeps two things from its user:
whether a message came compressed, and the load report in the trailers (orca_per_rpc). Our own client
asserts both (test_interop_client.py).
"""

import concurrent.futures
import dataclasses
import time

import grpc
import pytest


@dataclasses.dataclass
class Peer:
    """A server, by how to open a channel to it."""
    open: callable

    def __post_init__(self):
        self.channel = self.open()

    @property
    def service(self):
        return services().TestServiceStub(self.channel)


def pb():
    import interop_pb2
    return interop_pb2


def services():
    import interop_pb2_grpc
    return interop_pb2_grpc


def payload(size):
    return pb().Payload(body=bytes(size))


def large(**fields):
    return pb().SimpleRequest(response_size=314159, payload=payload(271828), **fields)


def asking(*sizes, **fields):
    parameters = [pb().ResponseParameters(size=size) for size in sizes]
    return pb().StreamingOutputCallRequest(response_parameters=parameters, **fields)


def boolean(value):
    return pb().BoolValue(value=value)


def failure(body):
    with pytest.raises(grpc.RpcError) as caught:
        body()
    return caught.value


def empty_unary(peer):
    assert peer.service.EmptyCall(pb().Empty()) == pb().Empty()


def large_unary(peer):
    assert peer.service.UnaryCall(large()).payload.body == bytes(314159)


def client_compressed_unary(peer):
    call = peer.service.UnaryCall
    probe = failure(lambda: call(large(expect_compressed=boolean(True))))
    assert probe.code() == grpc.StatusCode.INVALID_ARGUMENT
    gzip = call(large(expect_compressed=boolean(True)), compression=grpc.Compression.Gzip)
    plain = call(large(expect_compressed=boolean(False)))
    assert gzip.payload.body == plain.payload.body == bytes(314159)


def server_compressed_unary(peer):
    for compressed in (True, False):
        answer = peer.service.UnaryCall(large(response_compressed=boolean(compressed)))
        assert answer.payload.body == bytes(314159)


def client_streaming(peer):
    sizes = (27182, 8, 1828, 45904)
    requests = (pb().StreamingInputCallRequest(payload=payload(size)) for size in sizes)
    assert peer.service.StreamingInputCall(requests).aggregated_payload_size == 74922


def client_compressed_streaming(peer):
    """grpcio compresses a stream as a whole; one message of it plain is the raw client's to send."""
    def request(size, compressed):
        return pb().StreamingInputCallRequest(
            payload=payload(size), expect_compressed=boolean(compressed))
    call = peer.service.StreamingInputCall
    probe = failure(lambda: call(iter([request(27182, True)])))
    assert probe.code() == grpc.StatusCode.INVALID_ARGUMENT
    requests = iter([request(27182, True), request(45904, True)])
    assert call(requests, compression=grpc.Compression.Gzip).aggregated_payload_size == 73086


def server_streaming(peer):
    sizes = (31415, 9, 2653, 58979)
    answers = peer.service.StreamingOutputCall(asking(*sizes))
    assert tuple(len(answer.payload.body) for answer in answers) == sizes


def server_compressed_streaming(peer):
    request = asking(31415, 92653)
    request.response_parameters[0].compressed.value = True
    request.response_parameters[1].compressed.value = False
    answers = peer.service.StreamingOutputCall(request)
    assert [len(answer.payload.body) for answer in answers] == [31415, 92653]


class Turns:
    """Requests that are handed over one at a time."""

    def __init__(self):
        import queue
        self.waiting = queue.SimpleQueue()

    def __iter__(self):
        return iter(self.waiting.get, None)

    def send(self, request):
        self.waiting.put(request)

    def end(self):
        self.waiting.put(None)


def ping_pong(peer):
    turns = Turns()
    answers = peer.service.FullDuplexCall(iter(turns))
    for asked, answered in ((27182, 31415), (8, 9), (1828, 2653), (45904, 58979)):
        turns.send(asking(answered, payload=payload(asked)))
        assert len(next(answers).payload.body) == answered
    turns.end()
    assert list(answers) == []


def empty_stream(peer):
    assert list(peer.service.FullDuplexCall(iter(()))) == []


def half_duplex(peer):
    sizes = (31415, 9, 2653, 58979)
    answers = peer.service.HalfDuplexCall(iter([asking(size) for size in sizes]))
    assert tuple(len(answer.payload.body) for answer in answers) == sizes


def custom_metadata(peer):
    sent = (("x-grpc-test-echo-initial", "test_initial_metadata_value"),
            ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab"))
    answer, unary = peer.service.UnaryCall.with_call(large(), metadata=sent)
    assert len(answer.payload.body) == 314159
    request = asking(314159, payload=payload(271828))
    duplex = peer.service.FullDuplexCall(iter([request]), metadata=sent)
    assert [len(answer.payload.body) for answer in duplex] == [314159]
    for call in (unary, duplex):
        assert sent[0] in call.initial_metadata()
        assert sent[1] in call.trailing_metadata()


def expect_echo(peer, message, duplex=True):
    status = pb().EchoStatus(code=2, message=message)
    calls = [lambda: peer.service.UnaryCall(pb().SimpleRequest(response_status=status))]
    if duplex:
        request = pb().StreamingOutputCallRequest(response_status=status)
        calls.append(lambda: list(peer.service.FullDuplexCall(iter([request]))))
    for call in calls:
        error = failure(call)
        assert error.code() == grpc.StatusCode.UNKNOWN
        assert error.details() == message


def status_code_and_message(peer):
    expect_echo(peer, "test status message")


def special_status_message(peer):
    expect_echo(
        peer, "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n", duplex=False)


def unimplemented_method(peer):
    error = failure(lambda: peer.service.UnimplementedCall(pb().Empty()))
    assert error.code() == grpc.StatusCode.UNIMPLEMENTED


def unimplemented_service(peer):
    stub = services().UnimplementedServiceStub(peer.channel)
    error = failure(lambda: stub.UnimplementedCall(pb().Empty()))
    assert error.code() == grpc.StatusCode.UNIMPLEMENTED


def cancel_after_begin(peer):
    turns = Turns()
    call = peer.service.StreamingInputCall.future(iter(turns))
    call.cancel()
    turns.end()
    assert call.cancelled() and call.code() == grpc.StatusCode.CANCELLED


def cancel_after_first_response(peer):
    turns = Turns()
    call = peer.service.FullDuplexCall(iter(turns))
    turns.send(asking(31415, payload=payload(27182)))
    assert len(next(call).payload.body) == 31415
    call.cancel()
    turns.end()
    assert failure(lambda: next(call)).code() == grpc.StatusCode.CANCELLED


def timeout_on_sleeping_server(peer):
    turns = Turns()
    call = peer.service.FullDuplexCall(iter(turns), timeout=0.001)
    turns.send(asking(payload=payload(27182)))
    assert failure(lambda: next(call)).code() == grpc.StatusCode.DEADLINE_EXCEEDED
    turns.end()


def concurrent_large_unary(peer):
    service, request = peer.service, large()
    calls = [service.UnaryCall.future(request) for _ in range(1_000)]
    assert {len(call.result(timeout=60).payload.body) for call in calls} == {314159}


def rpc_soak(peer):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: large_unary(peer), range(40)))


def channel_soak(peer):
    for _ in range(10):
        with peer.open() as channel:
            answer = services().TestServiceStub(channel).UnaryCall(large(), timeout=10)
            assert len(answer.payload.body) == 314159


FIRST = dict(cpu_utilization=0.8210, memory_utilization=0.5847, utilization={"util": 0.30499})
SECOND = dict(cpu_utilization=0.29309, memory_utilization=0.2, utilization={"util": 0.2039})


def load(report):
    import orca_load_report_pb2
    fields = dict(report)
    fields["mem_utilization"] = fields.pop("memory_utilization")
    return orca_load_report_pb2.OrcaLoadReport(**fields)


def orca_oob(peer):
    import orca_service_pb2
    import orca_service_pb2_grpc
    asked = orca_service_pb2.OrcaLoadReportRequest()
    asked.report_interval.FromMilliseconds(200)
    reports = orca_service_pb2_grpc.OpenRcaServiceStub(peer.channel).StreamCoreMetrics(
        asked, timeout=30)
    turns = Turns()
    call = peer.service.FullDuplexCall(iter(turns))
    for wanted in (FIRST, SECOND):
        turns.send(asking(1, orca_oob_report=pb().TestOrcaReport(**wanted)))
        next(call)
        assert any(report == load(wanted) for report in reports)
    turns.end()
    assert list(call) == []
    reports.cancel()


def slow_consumer(peer):
    """A fiftieth of the published case: its 40 s test the same window many times over."""
    count = 0
    for answer in peer.service.StreamingOutputCall(asking(*[1030] * 2000)):
        assert len(answer.payload.body) == 1030
        count += 1
        time.sleep(0.0005)
    assert count == 2000


def peer_address(peer):
    """What max_concurrent_streams_connection_scaling asks of a server."""
    request = asking(1)
    request.response_parameters[0].fill_peer_socket_address.value = True
    with peer.open() as other:
        stubs = (peer.service, peer.service, services().TestServiceStub(other))
        seen = [next(stub.FullDuplexCall(iter([request]))).peer_socket_address for stub in stubs]
    assert seen[0] == seen[1] != seen[2]


ALL = [
    empty_unary, large_unary, client_compressed_unary, server_compressed_unary, client_streaming,
    client_compressed_streaming, server_streaming, server_compressed_streaming, ping_pong,
    empty_stream, custom_metadata, status_code_and_message, special_status_message,
    unimplemented_method, unimplemented_service, cancel_after_begin, cancel_after_first_response,
    timeout_on_sleeping_server, concurrent_large_unary, rpc_soak, channel_soak, orca_oob,
    half_duplex, slow_consumer, peer_address,
]
