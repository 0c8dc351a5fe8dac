/// The wire bytes of the message that `json` describes; no Swift value is made on the way.
///
/// Errors have the path of the field: `agent.voice.speed`, "expected a number".
public func transcodeJSONToBinary(
  _ json: [UInt8], type: MessageType, options: JSONOptions = JSONOptions(),
  limits: DecodingLimits = .default
) throws(ProtobufError) -> [UInt8] {
  var bytes: [UInt8] = []
  try Unpacked(json: json, type, options, limits).pack(appendingTo: &bytes)
  return bytes
}

/// The JSON of the message in `bytes`; no Swift value is made on the way.
public func transcodeBinaryToJSON(
  _ bytes: [UInt8], type: MessageType, options: JSONOptions = JSONOptions(),
  limits: DecodingLimits = .default
) throws(ProtobufError) -> [UInt8] {
  try Unpacked(copying: bytes, type, limits).json(type, options)
}

extension Message {
  /// Reads ProtoJSON. Errors have the path of the field they are about.
  public init(
    json: [UInt8], options: JSONOptions = JSONOptions(), limits: DecodingLimits = .default
  ) throws(ProtobufError) {
    try self.init(Unpacked(json: json, Self.messageType, options, limits))
  }

  /// Reads ProtoJSON. Errors have the path of the field they are about.
  public init(
    jsonString text: String, options: JSONOptions = JSONOptions(), limits: DecodingLimits = .default
  ) throws(ProtobufError) {
    try self.init(json: Array(text.utf8), options: options, limits: limits)
  }

  /// The message as compact ProtoJSON.
  public func json(options: JSONOptions = JSONOptions()) throws(ProtobufError) -> [UInt8] {
    try Unpacked(filledBy: self, Self.messageType).json(Self.messageType, options)
  }

  /// ``json(options:)`` as text.
  public func jsonString(options: JSONOptions = JSONOptions()) throws(ProtobufError) -> String {
    String(decoding: try json(options: options), as: UTF8.self)
  }
}
