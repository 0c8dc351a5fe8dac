public import Protobuf
public import RPCCore

/// A message with its binary form, for one that is sent more often than it changes.
public final class PackedMessage<M: Message>: Sendable {
  /// The message.
  public let value: M
  /// Its binary form.
  public let bytes: [UInt8]

  /// Packs `value`. Throws when it cannot be serialized.
  public init(_ value: M) throws(ProtobufError) {
    self.value = value
    bytes = try value.serializedBytes()
  }

  /// Unpacks `bytes`, with the default `DecodingLimits`.
  public init(serializedBytes bytes: [UInt8]) throws(ProtobufError) {
    value = try M(serializedBytes: bytes)
    self.bytes = bytes
  }
}

extension MessageCodec {
  /// Protobuf's binary form, as the message brings it.
  public static func packed<Value>() -> MessageCodec where M == PackedMessage<Value> {
    MessageCodec(decode: { try PackedMessage(serializedBytes: $0) }, encode: { $0.bytes })
  }
}
