"""bench.v1.Bench on grpcio's asyncio server, as its own examples write it.

The folder of the generated code is the first argument, the port the second.
"""

import asyncio
import sys

import grpc

sys.path.insert(0, sys.argv[1])
import bench_pb2_grpc


class Echo(bench_pb2_grpc.BenchServicer):
    async def Unary(self, request, context):
        return request

    async def Chat(self, requests, context):
        async for frame in requests:
            yield frame


async def main():
    # Else some of 1,024 calls that come at once are refused: its queue takes a thousand.
    server = grpc.aio.server(options=[
        ("grpc.server.max_pending_requests", 100_000),
        ("grpc.server.max_pending_requests_hard_limit", 100_000)])
    bench_pb2_grpc.add_BenchServicer_to_server(Echo(), server)
    server.add_insecure_port(f"127.0.0.1:{sys.argv[2]}")
    await server.start()
    print("ready", flush=True)
    await server.wait_for_termination()


asyncio.run(main())
