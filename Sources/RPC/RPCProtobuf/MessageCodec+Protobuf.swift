public import Protobuf
public import RPCCore

extension MessageCodec where M: Message {
  /// Protobuf's binary form, with the default `DecodingLimits`.
  public static var protobuf: MessageCodec {
    let type = M.messageType
    return MessageCodec(
      decode: { bytes in try M(serializedBytes: bytes, of: type) },
      encode: { message in try message.serializedBytes(of: type) },
      objects: ObjectCodec(
        decode: { object in
          guard let dynamic = object as? DynamicMessage else {
            return try M(serializedBytes: object.serializedBytes())
          }
          return try M(dynamic)
        },
        encode: { message in try DynamicMessage(message) }))
  }
}

/// What edges that speak JSON and the handlers behind them hand each other.
extension DynamicMessage: MessageObject {}
