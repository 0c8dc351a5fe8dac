internal import EventLoop
internal import InteropSchema
internal import Protobuf
internal import RPCCore
internal import Schema

/// Cases with a stream of messages on at least one side.
enum StreamingCases {
  static let requestSizes = [27_182, 8, 1_828, 45_904]
  static let responseSizes: [Int32] = [31_415, 9, 2_653, 58_979]

  @Sendable static func clientStreaming(_ peer: Peer) async throws {
    let call = try await peer.service.streamingInputCall()
    for size in requestSizes { try await call.send(.with { $0.payload = .zeros(size) }) }
    let sum = try await call.finish().aggregatedPayloadSize
    try expect(sum == 74_922, "the sum is \(sum)")
  }

  @Sendable static func serverStreaming(_ peer: Peer) async throws {
    var sizes: [Int] = []
    for try await response in try await peer.service.streamingOutputCall(.asking(responseSizes)) {
      sizes.append(response.payload?.body.count ?? -1)
    }
    try expect(sizes == responseSizes.map(Int.init), "the sizes are \(sizes)")
  }

  @Sendable static func pingPong(_ peer: Peer) async throws {
    let call = try await peer.service.fullDuplexCall()
    for (request, response) in zip(requestSizes, responseSizes) {
      try await call.send(.asking([response], payload: request))
      let size = try await call.responses.next()?.payload?.body.count
      try expect(size == Int(response), "\(response) bytes were asked for, \(size ?? -1) came")
    }
    try await call.finishSending()
    try expect(try await call.responses.next() == nil, "more responses than requests")
  }

  @Sendable static func emptyStream(_ peer: Peer) async throws {
    let call = try await peer.service.fullDuplexCall()
    try await call.finishSending()
    try expect(try await call.responses.next() == nil, "a response to nothing")
  }

  @Sendable static func halfDuplex(_ peer: Peer) async throws {
    let call = try await peer.service.halfDuplexCall()
    for size in responseSizes { try await call.send(.asking([size])) }
    try await call.finishSending()
    var sizes: [Int] = []
    for try await response in call.responses { sizes.append(response.payload?.body.count ?? -1) }
    try expect(sizes == responseSizes.map(Int.init), "the sizes are \(sizes)")
  }

  /// The server's flow control, against a reader that takes its time.
  @Sendable static func slowConsumer(_ peer: Peer) async throws {
    let sizes = [Int32](repeating: 1_030, count: 2_000)
    let responses = try await peer.service.streamingOutputCall(.asking(sizes))
    var count = 0
    for try await response in responses {
      try expect(response.payload?.body.count == 1_030, "message \(count) has another size")
      count += 1
      try await peer.loop.sleep(for: .milliseconds(peer.pace.slowConsumerDelayMs))
    }
    try expect(count == sizes.count, "\(count) messages came")
  }
}
