"""A grpc.testing server of stock grpcio, for our client to be tried against."""

import concurrent.futures
import contextlib
import threading
import time

import grpc


def service():
    """The servicer's class; made late, when the stubs are there."""
    import interop_pb2 as pb
    import interop_pb2_grpc
    import orca_load_report_pb2

    def load(report):
        return orca_load_report_pb2.OrcaLoadReport(
            cpu_utilization=report.cpu_utilization, mem_utilization=report.memory_utilization,
            request_cost=report.request_cost, utilization=report.utilization)

    class TestService(interop_pb2_grpc.TestServiceServicer):
        """UnimplementedCall stays as the generated base leaves it."""

        def __init__(self, board):
            self.board = board

        def EmptyCall(self, request, context):
            return pb.Empty()

        def UnaryCall(self, request, context):
            echo_metadata(context)
            check(request, context)
            if request.HasField("orca_per_query_report"):
                report = load(request.orca_per_query_report).SerializeToString()
                context.set_trailing_metadata((("endpoint-load-metrics-bin", report),))
            compress(request, "response_compressed", context)
            return pb.SimpleResponse(
                payload=pb.Payload(body=bytes(request.response_size)), server_id="grpcio")

        def StreamingOutputCall(self, request, context):
            echo_metadata(context)
            yield from answers(request, context)

        def StreamingInputCall(self, requests, context):
            return pb.StreamingInputCallResponse(
                aggregated_payload_size=sum(len(r.payload.body) for r in requests))

        def FullDuplexCall(self, requests, context):
            echo_metadata(context)
            for request in requests:
                check(request, context)
                if request.HasField("orca_oob_report"):
                    self.board.report = load(request.orca_oob_report)
                yield from answers(request, context)

        def HalfDuplexCall(self, requests, context):
            for request in list(requests):
                yield from answers(request, context)

    def answers(request, context):
        for parameters in request.response_parameters:
            time.sleep(parameters.interval_us / 1e6)
            compress(parameters, "compressed", context)
            yield pb.StreamingOutputCallResponse(payload=pb.Payload(body=bytes(parameters.size)))

    return TestService


def echo_metadata(context):
    sent = dict(context.invocation_metadata())
    initial, trailing = "x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin"
    if initial in sent:
        context.send_initial_metadata(((initial, sent[initial]),))
    if trailing in sent:
        context.set_trailing_metadata(((trailing, sent[trailing]),))


def check(request, context):
    status = request.response_status
    if status.code:
        context.set_code(next(code for code in grpc.StatusCode if code.value[0] == status.code))
        context.set_details(status.message)
        raise grpc.RpcError()


def compress(message, field, context):
    if message.HasField(field) and not getattr(message, field).value:
        context.disable_next_message_compression()


class Board:
    """The load that the reports beside the calls show."""

    def __init__(self):
        import orca_load_report_pb2
        self.report = orca_load_report_pb2.OrcaLoadReport()


def reports(board):
    import orca_service_pb2_grpc

    class Reports(orca_service_pb2_grpc.OpenRcaServiceServicer):
        def StreamCoreMetrics(self, request, context):
            gone = threading.Event()
            context.add_callback(gone.set)
            while not gone.is_set():
                yield board.report
                gone.wait(request.report_interval.ToTimedelta().total_seconds())

    return Reports()


@contextlib.contextmanager
def running(credentials=None):
    """The server on a free port; the port. Its responses are compressed unless a message opts out."""
    import interop_pb2_grpc
    import orca_service_pb2_grpc
    board = Board()
    server = grpc.server(
        concurrent.futures.ThreadPoolExecutor(16), compression=grpc.Compression.Gzip)
    interop_pb2_grpc.add_TestServiceServicer_to_server(service()(board), server)
    orca_service_pb2_grpc.add_OpenRcaServiceServicer_to_server(reports(board), server)
    if credentials:
        port = server.add_secure_port("127.0.0.1:0", credentials)
    else:
        port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(None).wait()
