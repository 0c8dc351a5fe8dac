/// `google.protobuf.Any`: a message of whatever type, serialized, with its type's name. Generated;
/// nothing else should conform.
public protocol AnyMessage: Message {
  /// The type's full name behind the last slash of an address.
  var typeUrl: String { get set }
  /// The message, serialized.
  var value: [UInt8] { get set }
}

extension AnyMessage {
  /// Holds `message`. Throws when it cannot be serialized.
  public init(packing message: some Message) throws(ProtobufError) {
    self.init()
    typeUrl = "type.googleapis.com/" + type(of: message).messageType.fullName
    value = try message.serializedBytes()
  }

  /// The message, when it is of this type; `nil` when it is of another. Throws when the bytes are
  /// none of the type.
  public func unpacked<M: Message>(
    as type: M.Type, limits: DecodingLimits = .default
  ) throws(ProtobufError) -> M? {
    guard let slash = typeUrl.lastIndex(of: "/"),
      typeUrl[typeUrl.index(after: slash)...] == M.messageType.fullName
    else { return nil }
    return try M(serializedBytes: value, limits: limits)
  }
}
