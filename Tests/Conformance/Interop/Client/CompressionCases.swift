internal import InteropSchema
internal import Protobuf
internal import RPCCore
internal import Schema

/// Cases in which each message's flag is as it was asked for, both ways.
///
/// Each probe's refusal is asserted: a server that does not look at the flag does not pass.
enum CompressionCases {
  private static func options(compressed: Bool) -> CallOptions {
    var options = CallOptions()
    options.compressesRequests = compressed
    return options
  }

  private static func large(expecting compressed: Bool) -> Testing.SimpleRequest {
    var request = Testing.SimpleRequest.large
    request.expectCompressed = .of(compressed)
    return request
  }

  @Sendable static func clientUnary(_ peer: Peer) async throws {
    try await expect(.invalidArgument) {
      _ = try await peer.unary(large(expecting: true), options(compressed: false))
    }
    for compressed in [true, false] {
      let options = options(compressed: compressed)
      try UnaryCases.expectLarge(
        try await peer.unary(large(expecting: compressed), options).response)
    }
  }

  @Sendable static func serverUnary(_ peer: Peer) async throws {
    for compressed in [true, false] {
      var request = Testing.SimpleRequest.large
      request.responseCompressed = .of(compressed)
      let (response, call) = try await peer.unary(request)
      try UnaryCases.expectLarge(response)
      try expect(
        call.lastResponseWasCompressed == compressed,
        "a response \(compressed ? "not " : "")compressed")
    }
  }

  private static func input(_ size: Int, expecting: Bool) -> Testing.StreamingInputCallRequest {
    .with {
      $0.payload = .zeros(size)
      $0.expectCompressed = .of(expecting)
    }
  }

  @Sendable static func clientStreaming(_ peer: Peer) async throws {
    try await expect(.invalidArgument) {
      let probe = try await peer.service.streamingInputCall(options: options(compressed: false))
      try await probe.send(input(27_182, expecting: true), compressed: false)
      _ = try await probe.finish()
    }
    let call = try await peer.service.streamingInputCall(options: options(compressed: true))
    try await call.send(input(27_182, expecting: true), compressed: true)
    try await call.send(input(45_904, expecting: false), compressed: false)
    let sum = try await call.finish().aggregatedPayloadSize
    try expect(sum == 73_086, "the sum is \(sum)")
  }

  @Sendable static func serverStreaming(_ peer: Peer) async throws {
    var request = Testing.StreamingOutputCallRequest.asking([31_415, 92_653])
    request.responseParameters[0].compressed = .of(true)
    request.responseParameters[1].compressed = .of(false)
    let responses = try await peer.service.streamingOutputCall(request)
    for (size, compressed) in [(31_415, true), (92_653, false)] {
      let response = try await responses.next()
      let count = response?.payload?.body.count ?? -1
      try expect(count == size, "\(size) bytes were asked for, \(count) came")
      try expect(
        responses.call.lastResponseWasCompressed == compressed,
        "the response of \(size) bytes has the wrong flag")
    }
    try expect(try await responses.next() == nil, "a third response")
  }
}
