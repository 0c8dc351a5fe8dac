package import Protobuf
internal import RPCProtobuf
internal import Schema

/// The message types that errors are known to carry.
package struct ErrorDetailTypes: Sendable {
  private let registry: TypeRegistry

  /// What the files of `services` declare or import, and Google's standard details.
  init(_ services: [ServiceBinding]) {
    registry = TypeRegistry(services.map(\.file) + SchemaFiles.all)
  }

  /// The type of a full name, nil for one the edge does not know.
  package func find(_ fullName: String) -> MessageType? {
    registry.message(named: fullName)
  }
}
