public import Protobuf
public import RPCCore

extension ErrorDetail {
  /// A detail that carries `message`: one of google.rpc's, or your own. Throws when the message
  /// cannot be serialized.
  public init(packing message: some Message) throws(ProtobufError) {
    self.init(
      typeName: type(of: message).messageType.fullName, value: try message.serializedBytes())
  }

  /// The message, when it is of this type and can be read.
  public func unpacked<M: Message>(as type: M.Type) -> M? {
    guard typeName == M.messageType.fullName else { return nil }
    return try? M(serializedBytes: value)
  }
}

extension RPCError {
  /// The first detail of this type, for a client that looks for what it knows.
  public func detail<M: Message>(_ type: M.Type) -> M? {
    details.lazy.compactMap { $0.unpacked(as: type) }.first
  }
}
