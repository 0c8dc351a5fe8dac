internal import RPCCore
internal import TestSchema

/// Sends back what it gets; the server around it decodes each message and encodes it again.
struct Echo: Bench.V1.BenchServing {
  func unary(
    _ request: consuming Bench.V1.Payload, _ context: RPCContext
  ) async throws -> Bench.V1.Payload {
    request
  }

  func chat(
    _ requests: Inbound<Bench.V1.Frame>, _ responses: Outbound<Bench.V1.Frame>,
    _ context: RPCContext
  ) async throws {
    for try await frame in requests { try await responses.send(frame) }
  }
}
