import EventLoop
import RPCClient
import RPCCore
import RPCServer
import Schema
import Services
import Testing

/// The client's own methods served by the real server, over a real socket.
@Suite struct EndToEndTests {
  private struct Echo: RPCService {
    static let talk = MethodDescriptor(service: "test.Echo", name: "Talk", kind: .bidirectional)
    static let fail = MethodDescriptor(service: "test.Echo", name: "Fail", kind: .unary)

    var handlers: [MethodHandler] {
      [
        .bidirectional(Self.talk, in: .bytes, out: .bytes) { requests, responses, _ in
          try await responses.sendHeaders(["x-open": "1"])
          for try await message in requests { try await responses.send(message) }
        },
        .unary(Self.fail, in: .bytes, out: .bytes) { _, _ in
          throw RPCError(
            .failedPrecondition, "not now: ह", details: [ErrorDetail(typeName: "a.B", value: [1])],
            metadata: ["x-why": "test"])
        },
      ]
    }
  }

  private func withServer(
    _ body: (Channel, Server) async throws -> Void
  ) async throws {
    let loops = EventLoopGroup(count: 1)
    var configuration = ServerConfiguration(listen: [SocketAddress(host: "127.0.0.1", port: 0)])
    configuration.logsCalls = false
    let server = try Server(loops: loops, configuration: configuration, services: [Echo()])
    let address = try await server.start()[0]
    let channel = try Channel(
      loop: loops.next(), configuration: ClientConfiguration(address: address))
    try await body(channel, server)
    await channel.close()
    await server.stop()
    await loops.stop()
  }

  @Test func `a generated client calls a generated service`() async throws {
    try await withServer { channel, _ in
      let client = Grpc.Health.V1.HealthClient(channel)
      let answer = try await client.check(Grpc.Health.V1.HealthCheckRequest())
      #expect(answer.status == .serving)
      let error = await #expect(throws: RPCError.self) {
        var unknown = Grpc.Health.V1.HealthCheckRequest()
        unknown.service = "nobody"
        _ = try await client.check(unknown)
      }
      #expect(error?.code == .notFound)
    }
  }

  @Test func `both sides talk in turns, in any size`() async throws {
    try await withServer { channel, _ in
      let stream = try await channel.bidirectional(Echo.talk, in: .bytes, out: .bytes)
      #expect(try await stream.call.headers()["x-open"] == "1")
      for size in [0, 1, 160, 70_000, 2_000_000] {
        let message = [UInt8](repeating: UInt8(size & 0xFF), count: size)
        try await stream.send(message)
        #expect(try await stream.responses.next() == message)
      }
      try await stream.finishSending()
      #expect(try await stream.responses.next() == nil)
    }
  }

  @Test func `an error arrives with message, details and trailers`() async throws {
    try await withServer { channel, _ in
      await #expect {
        _ = try await channel.unary(Echo.fail, [], in: .bytes, out: .bytes)
      } throws: { error in
        guard let error = error as? RPCError else { return false }
        return error.code == .failedPrecondition && error.message == "not now: ह"
          && error.details == [ErrorDetail(typeName: "a.B", value: [1])]
          && error.metadata["x-why"] == "test"
      }
    }
  }

  @Test func `a draining server keeps the call it has and takes no other`() async throws {
    try await withServer { channel, server in
      let stream = try await channel.bidirectional(Echo.talk, in: .bytes, out: .bytes)
      try await stream.send([1])
      #expect(try await stream.responses.next() == [1])
      async let drained: Void = server.drain(grace: .seconds(10))
      try await stream.send([2])
      #expect(try await stream.responses.next() == [2])
      try await stream.finishSending()
      #expect(try await stream.responses.next() == nil)
      await drained
      await #expect {
        _ = try await channel.unary(Echo.fail, [], in: .bytes, out: .bytes)
      } throws: {
        ($0 as? RPCError)?.code == .unavailable
      }
    }
  }
}
