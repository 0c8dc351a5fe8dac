/// The wire bytes of the message that `json` describes; no Swift value is made on the way.
public func transcodeJSONToBinary(
  _ json: [UInt8], type: MessageType, options: JSONOptions = JSONOptions()
) throws(ProtobufError) -> [UInt8] {
  throw ProtobufError(.invalidJSON, "not yet")
}

/// The JSON of the message in `bytes`; no Swift value is made on the way.
public func transcodeBinaryToJSON(
  _ bytes: [UInt8], type: MessageType, options: JSONOptions = JSONOptions(),
  limits: DecodingLimits = .default
) throws(ProtobufError) -> [UInt8] {
  throw ProtobufError(.invalidJSON, "not yet")
}
