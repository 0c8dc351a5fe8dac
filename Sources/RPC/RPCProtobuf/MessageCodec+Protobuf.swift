public import Protobuf
public import RPCCore

extension MessageCodec where M: Message {
  /// Protobuf's binary form, with the default `DecodingLimits`.
  public static var protobuf: MessageCodec {
    MessageCodec(
      decode: { bytes in try M(serializedBytes: bytes) },
      encode: { message in try message.serializedBytes() })
  }
}
