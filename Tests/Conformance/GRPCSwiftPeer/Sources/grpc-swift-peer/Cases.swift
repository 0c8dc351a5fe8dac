internal import GRPCCore

/// The cases of the interoperability description that grpc-swift's interface can express.
struct Cases<Transport: ClientTransport>: Sendable {
  let client: GRPCClient<Transport>

  static var names: [String] {
    [
      "empty_unary", "large_unary", "client_compressed_unary", "server_compressed_unary",
      "client_streaming", "server_streaming", "server_compressed_streaming", "ping_pong",
      "empty_stream", "half_duplex", "custom_metadata", "status_code_and_message",
      "special_status_message", "unimplemented_method", "unimplemented_service",
      "timeout_on_sleeping_server",
    ]
  }

  func run(_ name: String) async throws {
    switch name {
    case "empty_unary":
      let size = try await unary("EmptyCall", Message()).message.bytes.count
      try expect(size == 0, "the response has \(size) bytes")
    case "large_unary": try await large()
    case "client_compressed_unary": try await compressedRequests()
    case "server_compressed_unary":
      for value in [1, 0] { try await large(Message().with(6, Message().with(1, value))) }
    case "client_streaming": try await clientStreaming()
    case "server_streaming": try await expectSizes([31_415, 9, 2_653, 58_979], [:])
    case "server_compressed_streaming":
      try await expectSizes([31_415, 92_653], [31_415: 1, 92_653: 0])
    case "ping_pong":
      try await duplex("FullDuplexCall", [31_415, 9, 2_653, 58_979], inTurns: true)
    case "empty_stream": try await duplex("FullDuplexCall", [], inTurns: false)
    case "half_duplex": try await duplex("HalfDuplexCall", [31_415, 9, 2_653], inTurns: false)
    case "custom_metadata": try await customMetadata()
    case "status_code_and_message": try await expectEcho("test status message")
    case "special_status_message":
      try await expectEcho(
        "\t\ntest with whitespace\r\nand Unicode BMP \u{263A} and non-BMP \u{1F608}\t\n")
    case "unimplemented_method":
      try await expect(.unimplemented) {
        _ = try await unary("UnimplementedCall", Message()).message
      }
    case "unimplemented_service":
      try await expect(.unimplemented) {
        _ = try await unary("UnimplementedCall", Message(), service: "UnimplementedService").message
      }
    case "timeout_on_sleeping_server": try await timeout()
    default: throw CaseFailure("there is no case \(name)")
    }
  }
}

extension Cases {
  private func unary(
    _ name: String, _ message: Message, service: String = "TestService",
    metadata: Metadata = [:], compression: CompressionAlgorithm? = nil
  ) async throws -> ClientResponse<Message> {
    var options = CallOptions.defaults
    options.compression = compression
    return try await client.unary(
      request: ClientRequest(message: message, metadata: metadata),
      descriptor: .test(name, service: service), serializer: Codec(), deserializer: Codec(),
      options: options
    ) { $0 }
  }

  private var largeRequest: Message { Message().with(2, 314_159).with(3, .payload(271_828)) }

  private func large(
    _ extra: Message = Message(), compression: CompressionAlgorithm? = nil
  ) async throws {
    var request = largeRequest
    for number in [6, 8] {
      if let field = extra.message(number) { request = request.with(number, field) }
    }
    let size = try await unary("UnaryCall", request, compression: compression).message.payloadSize(
      1)
    try expect(size == 314_159, "the payload has \(size) bytes")
  }

  private func compressedRequests() async throws {
    let (yes, no) = (Message().with(8, Message().with(1, 1)), Message().with(8, Message()))
    try await expect(.invalidArgument) { try await large(yes) }
    try await large(yes, compression: .gzip)
    try await large(no)
  }

  private func clientStreaming() async throws {
    let request = StreamingClientRequest<Message> { writer in
      for size in [27_182, 8, 1_828, 45_904] {
        try await writer.write(Message().with(1, .payload(size)))
      }
    }
    let sum = try await client.clientStreaming(
      request: request, descriptor: .test("StreamingInputCall"), serializer: Codec(),
      deserializer: Codec(), options: .defaults
    ) { try $0.message.int(1) }
    try expect(sum == 74_922, "the sum is \(sum)")
  }

  private func expectSizes(_ sizes: [Int], _ compressed: [Int: Int]) async throws {
    var request = Message()
    for size in sizes {
      var parameters = Message().with(1, size)
      if let flag = compressed[size] { parameters = parameters.with(3, Message().with(1, flag)) }
      request = request.with(2, parameters)
    }
    let found = try await client.serverStreaming(
      request: ClientRequest(message: request), descriptor: .test("StreamingOutputCall"),
      serializer: Codec(), deserializer: Codec(), options: .defaults
    ) { response in
      try await response.messages.reduce(into: [Int]()) { $0.append($1.payloadSize(1)) }
    }
    try expect(found == sizes, "the sizes are \(found)")
  }

  private func duplex(_ name: String, _ sizes: [Int], inTurns: Bool) async throws {
    let (turns, turn) = AsyncStream<Void>.makeStream()
    let request = StreamingClientRequest<Message> { writer in
      var next = turns.makeAsyncIterator()
      for size in sizes {
        try await writer.write(
          Message().with(2, Message().with(1, size)).with(3, .payload(27_182)))
        if inTurns { await next.next() }
      }
    }
    let found = try await client.bidirectionalStreaming(
      request: request, descriptor: .test(name), serializer: Codec(), deserializer: Codec(),
      options: .defaults
    ) { response in
      var found: [Int] = []
      for try await message in response.messages {
        found.append(message.payloadSize(1))
        turn.yield()
      }
      return found
    }
    try expect(found == sizes, "the sizes are \(found)")
  }

  private func customMetadata() async throws {
    let (initial, trailing) = ("x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin")
    var metadata: Metadata = [initial: "test_initial_metadata_value"]
    metadata.addBinary([0xAB, 0xAB, 0xAB], forKey: trailing)
    let response = try await unary("UnaryCall", largeRequest, metadata: metadata)
    try expect(
      Array(response.metadata[stringValues: initial]) == ["test_initial_metadata_value"],
      "the headers are \(response.metadata)")
    try expect(
      Array(response.trailingMetadata[binaryValues: trailing]) == [[0xAB, 0xAB, 0xAB]],
      "the trailers are \(response.trailingMetadata)")
  }

  private func expectEcho(_ message: String) async throws {
    let status = Message().with(1, 2).with(2, bytes: Array(message.utf8))
    let error = try await expect(.unknown) {
      _ = try await unary("UnaryCall", Message().with(7, status)).message
    }
    try expect(Array(error.message.utf8) == Array(message.utf8), "the message is \(error.message)")
  }

  private func timeout() async throws {
    var options = CallOptions.defaults
    options.timeout = .milliseconds(1)
    let request = StreamingClientRequest<Message> { writer in
      try await writer.write(Message().with(3, .payload(27_182)))
      try await Task.sleep(for: .seconds(20))
    }
    try await expect(.deadlineExceeded) {
      try await client.bidirectionalStreaming(
        request: request, descriptor: .test("FullDuplexCall"), serializer: Codec(),
        deserializer: Codec(), options: options
      ) { response in for try await _ in response.messages {} }
    }
  }
}

/// Why a case did not pass.
struct CaseFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Fails the case with `failure` unless `condition` holds.
func expect(_ condition: Bool, _ failure: @autoclosure () -> String) throws {
  if !condition { throw CaseFailure(failure()) }
}

/// Fails the case unless `body` fails with `code`; gives the error.
@discardableResult
func expect(_ code: RPCError.Code, _ body: () async throws -> Void) async throws -> RPCError {
  do {
    try await body()
  } catch let error as RPCError {
    try expect(error.code == code, "\(code) was expected, not \(error)")
    return error
  }
  throw CaseFailure("\(code) was expected; the call succeeded")
}
