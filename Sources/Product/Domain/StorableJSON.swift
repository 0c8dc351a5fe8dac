package import Protobuf
internal import RPCCore

extension ProtobufMessage {
  /// What a caller sent, as JSON for the database. Throws `invalidArgument` for what can be said over
  /// gRPC and JSON does not have: a time outside the calendar, a span of two signs, a NaN in a Struct.
  package func storableJSON() throws -> [UInt8] {
    do {
      return try json()
    } catch {
      guard error.kind == .unrepresentable else { throw error }
      throw RPCError(.invalidArgument, error.description)
    }
  }
}
