import RPCCore
import RPCTesting
import Testing

/// What a wire changes or refuses, the in-memory transport changes or refuses too.
@Suite struct StreamPairTests {
  private struct Handlers: RPCService {
    let handlers: [MethodHandler]
  }

  private static let method = MethodDescriptor(service: "test.Echo", name: "Unary", kind: .unary)

  private func channel(
    messageSize: Int = 1_000, _ body: @escaping @Sendable ([UInt8], RPCContext) throws -> [UInt8]
  ) -> InMemoryChannel {
    let handler = MethodHandler.unary(Self.method, in: .bytes, out: .bytes) {
      (request: [UInt8], context) in try body(request, context)
    }
    return InMemoryChannel(services: [Handlers(handlers: [handler])], messageSize: messageSize)
  }

  private func call(
    _ channel: InMemoryChannel, _ message: [UInt8], _ options: CallOptions = CallOptions()
  ) async throws -> any ClientCall {
    let call = try await channel.open(Self.method, options: options)
    try await call.send(message)
    try await call.finishSending()
    return call
  }

  @Test(arguments: [(11, 0), (0, 11)])
  func `a message over the limit is refused`(up: Int, down: Int) async throws {
    let channel = channel(messageSize: 10) { _, _ in [UInt8](repeating: 0, count: down) }
    let error = await #expect(throws: RPCError.self) {
      try await call(channel, [UInt8](repeating: 0, count: up)).receive()
    }
    #expect(error?.code == .resourceExhausted)
  }

  @Test func `a call may take and send less than its channel`() async throws {
    let channel = channel { request, _ in request }
    var options = CallOptions()
    options.maxRequestBytes = 5
    let sending = await #expect(throws: RPCError.self) {
      try await call(channel, [UInt8](repeating: 0, count: 6), options)
    }
    #expect(sending?.code == .resourceExhausted)
    options = CallOptions()
    options.maxResponseBytes = 5
    let receiving = await #expect(throws: RPCError.self) {
      try await call(channel, [UInt8](repeating: 0, count: 6), options).receive()
    }
    #expect(receiving?.code == .resourceExhausted)
  }

  @Test func `messages are compressed both ways when both sides ask for it`() async throws {
    let channel = channel { request, context in
      context.compressesResponses = true
      return context.lastRequestWasCompressed ? request : []
    }
    var options = CallOptions()
    options.compressesRequests = true
    let text = [UInt8](repeating: 7, count: 900)
    let call = try await call(channel, text, options)
    #expect(try await call.receive() == text)
    #expect(call.lastResponseWasCompressed)
  }

  @Test func `names that gRPC reserves do not arrive, and bytes do`() async throws {
    let channel = channel { _, context in
      context.trailers["grpc-odd"] = "1"
      context.trailers.add(binary: [0, 255], for: "x-bin")
      return context.metadata["grpc-odd"].map { Array($0.utf8) } ?? []
    }
    let call = try await call(channel, [], CallOptions(metadata: ["grpc-odd": "1"]))
    #expect(try await call.receive() == [])
    #expect(try await call.receive() == nil)
    #expect(call.trailers["grpc-odd"] == nil)
    #expect(call.trailers.entries.map(\.value) == [.binary([0, 255])])
  }

  @Test func `a deadline arrives as what is left of it`() async throws {
    let channel = channel { _, context in
      Array("\(context.timeRemaining ?? .zero)".utf8)
    }
    let options = CallOptions(deadline: channel.clock.deadline(in: .milliseconds(1_500)))
    let left = try await call(channel, [], options).receive()
    #expect(left == Array("\(Duration.milliseconds(1_500))".utf8))
  }

  @Test func `a long status message is cut, as it is in trailers`() async throws {
    let channel = channel { _, _ in
      throw RPCError(.aborted, String(repeating: "ü", count: 2_000))
    }
    let error = await #expect(throws: RPCError.self) { try await call(channel, []).receive() }
    #expect(error?.code == .aborted)
    #expect(error?.message == String(repeating: "ü", count: 1_024))
  }
}
