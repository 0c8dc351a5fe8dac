internal import InteropSchema
internal import Protobuf
internal import RPCCore
internal import Schema

/// Cases of metadata and of statuses.
enum StatusCases {
  private static let initial = (name: "x-grpc-test-echo-initial", "test_initial_metadata_value")
  private static let trailing = (
    name: "x-grpc-test-echo-trailing-bin", [0xAB, 0xAB, 0xAB] as [UInt8]
  )

  @Sendable static func customMetadata(_ peer: Peer) async throws {
    var options = CallOptions(metadata: [initial.name: initial.1])
    options.metadata.add(binary: trailing.1, for: trailing.name)
    let (response, unary) = try await peer.unary(.large, options)
    try UnaryCases.expectLarge(response)
    try await expectEchoed(unary)
    let duplex = try await peer.service.fullDuplexCall(options: options)
    try await duplex.send(.asking([314_159], payload: 271_828))
    try await duplex.finishSending()
    let size = try await duplex.responses.next()?.payload?.body.count
    try expect(size == 314_159, "the payload has \(size ?? -1) bytes")
    try expect(try await duplex.responses.next() == nil, "a second response")
    try await expectEchoed(duplex.call)
  }

  private static func expectEchoed(_ call: any ClientCall) async throws {
    let headers = try await call.headers()
    try expect(headers.values(initial.name) == [initial.1], "the headers are \(headers.entries)")
    let trailers = call.trailers
    try expect(
      trailers.binary(trailing.name) == trailing.1, "the trailers are \(trailers.entries)")
  }

  @Sendable static func codeAndMessage(_ peer: Peer) async throws {
    try await expectEcho("test status message", peer)
    let status = echo("test status message")
    let error = try await expect(.unknown) {
      let call = try await peer.service.fullDuplexCall()
      try await call.send(.with { $0.responseStatus = status })
      try await call.finishSending()
      try expect(try await call.responses.next() == nil, "a response instead of the status")
    }
    try expect(error.message == status.message, "the message is \(error.message)")
  }

  @Sendable static func specialMessage(_ peer: Peer) async throws {
    try await expectEcho(
      "\t\ntest with whitespace\r\nand Unicode BMP \u{263A} and non-BMP \u{1F608}\t\n", peer)
  }

  private static func echo(_ message: String) -> Testing.EchoStatus {
    .with {
      $0.code = 2
      $0.message = message
    }
  }

  private static func expectEcho(_ message: String, _ peer: Peer) async throws {
    let error = try await expect(.unknown) {
      _ = try await peer.service.unaryCall(.with { $0.responseStatus = echo(message) })
    }
    // Byte by byte: strings compare by canonical equivalence.
    try expect(Array(error.message.utf8) == Array(message.utf8), "the message is \(error.message)")
  }

  @Sendable static func unimplementedMethod(_ peer: Peer) async throws {
    try await expect(.unimplemented) {
      _ = try await peer.service.unimplementedCall(Testing.Empty())
    }
  }

  @Sendable static func unimplementedService(_ peer: Peer) async throws {
    let service = Testing.UnimplementedServiceClient(peer.open)
    try await expect(.unimplemented) {
      _ = try await service.unimplementedCall(Testing.Empty())
    }
  }
}
