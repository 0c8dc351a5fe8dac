internal import EventLoop
internal import InteropSchema
internal import Protobuf
internal import RPCCore
internal import Schema

/// Cases against a server that is allowed to do what it does, or is not. It asserts its part.
enum BrokenServerCases {
  /// The second call goes to another connection: the first has said goodbye.
  @Sendable static func goAway(_ peer: Peer) async throws {
    try await UnaryCases.large(peer)
    // The goodbye comes behind the answer.
    try await peer.loop.sleep(for: .milliseconds(200))
    try await UnaryCases.large(peer)
  }

  /// The answer breaks off; whatever it had, the call fails.
  @Sendable static func reset(_ peer: Peer) async throws {
    do {
      _ = try await peer.service.unaryCall(.large)
    } catch is RPCError {
      return
    }
    throw CaseFailure("a call that was reset succeeded")
  }

  /// One call at a time is allowed; ten more wait for their turn and succeed.
  @Sendable static func maxStreams(_ peer: Peer) async throws {
    try await UnaryCases.large(peer)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<10 { group.addTask { try await UnaryCases.large(peer) } }
      try await group.waitForAll()
    }
  }
}
