/// The wire bytes of the message that `json` describes; no Swift value is made on the way.
///
/// Errors have the path of the field: `agent.voice.speed`, "expected a number".
public func transcodeJSONToBinary(
  _ json: [UInt8], type: MessageType, options: JSONOptions = JSONOptions(),
  limits: DecodingLimits = .default
) throws(ProtobufError) -> [UInt8] {
  let arena = Unpacker.arena(for: json.count, limits)
  defer { extendLifetime(arena) }
  let c = try unsafe parseJSON(json, type, options, into: arena)
  var bytes: [UInt8] = []
  unsafe Packer.pack(c, in: arena, appendingTo: &bytes)
  return bytes
}

/// The JSON of the message in `bytes`; no Swift value is made on the way.
public func transcodeBinaryToJSON(
  _ bytes: [UInt8], type: MessageType, options: JSONOptions = JSONOptions(),
  limits: DecodingLimits = .default
) throws(ProtobufError) -> [UInt8] {
  let unpacked = try Unpacked(bytes, type, limits, checksUTF8: true)
  defer { extendLifetime(unpacked) }
  var printer = JSONPrinter(type, options)
  try unsafe printer.message(CView(UnsafeRawPointer(unpacked.c), type), depth: 1)
  return printer.output
}

/// The message that `json` describes as a protobuf-c struct in `arena`.
func parseJSON(
  _ json: [UInt8], _ type: MessageType, _ options: JSONOptions, into arena: borrowing Arena
) throws(ProtobufError) -> UnsafeMutableRawPointer {
  try unsafe withBytes(json) { (bytes) throws(ProtobufError) in
    var parser = try unsafe JSONParser(bytes, of: type, options, arena)
    return try unsafe parser.parse()
  }
}

extension Message {
  /// Reads ProtoJSON. Errors have the path of the field they are about.
  public init(
    json: [UInt8], options: JSONOptions = JSONOptions(), limits: DecodingLimits = .default
  ) throws(ProtobufError) {
    let arena = Unpacker.arena(for: json.count, limits)
    defer { extendLifetime(arena) }
    let c = try unsafe parseJSON(json, Self.messageType, options, into: arena)
    var reader = MessageReader()
    self.init()
    unsafe read(unsafeC: UnsafeRawPointer(c), &reader)
    if let failure = reader.failure { throw failure }
  }

  /// The message as compact ProtoJSON.
  public func json(options: JSONOptions = JSONOptions()) throws(ProtobufError) -> [UInt8] {
    let arena = Arena(capacity: 2048, budget: .max)
    defer { extendLifetime(arena) }
    let c = try unsafe filled(in: arena)
    var printer = JSONPrinter(Self.messageType, options)
    try unsafe printer.message(CView(UnsafeRawPointer(c), Self.messageType), depth: 1)
    return printer.output
  }
}
