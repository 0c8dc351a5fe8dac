internal import RPCCore
internal import Synchronization
internal import TestSchema

/// Echoes, and counts how many of its stream handlers ran at once.
struct Echo: Bench.V1.BenchServing {
  private static let running = Atomic(0)
  private static let most = Atomic(0)

  /// The highest number of stream handlers that ran at one time.
  static var highest: Int { most.load(ordering: .relaxed) }

  func unary(_ request: Bench.V1.Payload, _ context: RPCContext) async throws -> Bench.V1.Payload {
    request
  }

  func chat(
    _ requests: Inbound<Bench.V1.Frame>, _ responses: Outbound<Bench.V1.Frame>,
    _ context: RPCContext
  ) async throws {
    let now = Self.running.wrappingAdd(1, ordering: .relaxed).newValue
    Self.most.max(now, ordering: .relaxed)
    defer { Self.running.wrappingSubtract(1, ordering: .relaxed) }
    for try await frame in requests { try await responses.send(frame) }
  }
}
