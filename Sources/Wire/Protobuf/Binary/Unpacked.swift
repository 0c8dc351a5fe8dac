/// A protobuf-c struct and the memory it lives in.
@safe
struct Unpacked: ~Copyable {
  let arena: Arena
  let c: UnsafeMutableRawPointer

  /// Decodes a message; `bytes` have to outlive it. Nothing here depends on the message's Swift
  /// type, so it is compiled once and needs no run-time generics.
  init(
    lent bytes: UnsafeRawBufferPointer, _ type: MessageType, _ limits: DecodingLimits,
    checksUTF8: Bool
  ) throws(ProtobufError) {
    arena = Self.arena(for: bytes.count, limits)
    unsafe c = try WireParser(arena, limits, checksUTF8: checksUTF8).parse(bytes, type)
  }

  /// Decodes a message, whose strings are checked.
  init(
    copying bytes: [UInt8], _ type: MessageType, _ limits: DecodingLimits
  ) throws(ProtobufError) {
    let arena = Self.arena(for: bytes.count, limits)
    let copy = try unsafe CBuilder(arena).copy(bytes)
    unsafe c = try WireParser(arena, limits, checksUTF8: true).parse(copy, type)
    self.arena = arena
  }

  /// Reads ProtoJSON. Strings without escapes are parts of the text, which is copied once.
  init(
    json: [UInt8], _ type: MessageType, _ options: JSONOptions, _ limits: DecodingLimits
  ) throws(ProtobufError) {
    let arena = Self.arena(for: json.count, limits)
    let text = try unsafe CBuilder(arena).copy(json)
    var parser = try unsafe JSONParser(text, of: type, options, arena)
    unsafe c = try parser.parse()
    self.arena = arena
  }

  /// Takes over what a Swift value of `type` holds. Throws when messages are nested too deep.
  init(filledBy message: borrowing some Message, _ type: MessageType) throws(ProtobufError) {
    arena = Arena(capacity: 2048, budget: .max)
    unsafe c = try message.filled(in: arena, type)
  }

  /// An arena whose first block fits a message of `count` bytes in the usual case.
  private static func arena(for count: Int, _ limits: DecodingLimits) -> Arena {
    Arena(capacity: min(1024 + count * 3, 1 << 20), budget: limits.memory)
  }

  /// Appends the wire bytes.
  func pack(appendingTo bytes: inout [UInt8]) {
    defer { extendLifetime(self) }
    unsafe Packer.pack(c, in: arena, appendingTo: &bytes)
  }

  /// The compact ProtoJSON of a message of `type`.
  func json(_ type: MessageType, _ options: JSONOptions) throws(ProtobufError) -> [UInt8] {
    defer { extendLifetime(self) }
    var printer = JSONPrinter(type, options)
    try unsafe printer.message(CView(UnsafeRawPointer(c), MessageHandle(type)), depth: 1)
    return printer.output
  }
}

/// `body` with the bytes of an array; keeps the error's type.
@inline(__always)
func withBytes<R, E: Error>(
  _ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(E) -> R
) throws(E) -> R {
  try unsafe bytes.withUnsafeBufferPointer { (buffer) throws(E) -> R in
    try unsafe body(UnsafeRawBufferPointer(buffer))
  }
}
