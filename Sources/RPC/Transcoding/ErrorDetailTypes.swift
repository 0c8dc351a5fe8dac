package import Protobuf
internal import Schema

/// The message types errors may carry: all that this server's protos declare or import.
package enum ErrorDetailTypes {
  private static let registry = TypeRegistry(SchemaFiles.all)

  /// The type of a full name, nil for one the edge does not know.
  package static func find(_ fullName: String) -> MessageType? {
    registry.message(named: fullName)
  }
}
