internal import InteropSchema
internal import Protobuf
internal import RPCCore
internal import Schema

/// Cases that end before the server does.
enum CancelCases {
  @Sendable static func afterBegin(_ peer: Peer) async throws {
    let call = try await peer.service.streamingInputCall()
    call.cancel()
    try await expect(.cancelled) { _ = try await call.finish() }
  }

  @Sendable static func afterFirstResponse(_ peer: Peer) async throws {
    let call = try await peer.service.fullDuplexCall()
    try await call.send(.asking([31_415], payload: 27_182))
    let size = try await call.responses.next()?.payload?.body.count
    try expect(size == 31_415, "the payload has \(size ?? -1) bytes")
    call.cancel()
    try await expect(.cancelled) { _ = try await call.responses.next() }
  }

  @Sendable static func timeout(_ peer: Peer) async throws {
    try await expect(.deadlineExceeded) {
      let call = try await peer.service.fullDuplexCall(options: .timeout(.milliseconds(1)))
      try await call.send(.asking([], payload: 27_182))
      _ = try await call.responses.next()
    }
  }
}
