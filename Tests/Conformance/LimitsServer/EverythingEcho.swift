internal import RPCCore
internal import Schema
internal import TestSchema

/// Reads a message of every kind of field into its Swift value, and writes that again.
struct EverythingEcho: PayaidTest.V1.MirrorServing {
  func echo(
    _ request: PayaidTest.V1.Everything, _ context: RPCContext
  ) async throws -> PayaidTest.V1.Everything {
    request
  }
}
