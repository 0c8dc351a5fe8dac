internal import CProtobufC

/// A protobuf-c struct and the memory it lives in.
@safe
struct Unpacked: ~Copyable {
  let arena: Arena
  let c: UnsafeMutableRawPointer

  /// Decodes a message. Nothing here depends on the message's Swift type, so it is compiled once
  /// and needs no run-time generics.
  init(
    _ bytes: UnsafeRawBufferPointer, _ type: MessageType, _ limits: DecodingLimits, checksUTF8: Bool
  ) throws(ProtobufError) {
    arena = Unpacker.arena(for: bytes.count, limits)
    unsafe c = try Unpacker.unpack(bytes, type, limits, checksUTF8: checksUTF8, into: arena)
  }

  /// Decodes a message.
  init(
    _ bytes: [UInt8], _ type: MessageType, _ limits: DecodingLimits, checksUTF8: Bool
  ) throws(ProtobufError) {
    let arena = Unpacker.arena(for: bytes.count, limits)
    unsafe c = try withBytes(bytes) { (bytes) throws(ProtobufError) in
      try unsafe Unpacker.unpack(bytes, type, limits, checksUTF8: checksUTF8, into: arena)
    }
    self.arena = arena
  }

  /// Reads ProtoJSON.
  init(
    json: [UInt8], _ type: MessageType, _ options: JSONOptions, _ limits: DecodingLimits
  ) throws(ProtobufError) {
    let arena = Unpacker.arena(for: json.count, limits)
    unsafe c = try withBytes(json) { (bytes) throws(ProtobufError) in
      var parser = try unsafe JSONParser(bytes, of: type, options, arena)
      return try unsafe parser.parse()
    }
    self.arena = arena
  }

  /// Takes over what a Swift value holds. Throws when messages are nested too deep.
  init(filledBy message: borrowing some Message) throws(ProtobufError) {
    arena = Arena(capacity: 2048, budget: .max)
    unsafe c = try message.filled(in: arena)
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

/// From wire bytes to a protobuf-c struct in an arena.
enum Unpacker {
  /// An arena whose first block fits a message of `count` bytes in the usual case.
  static func arena(for count: Int, _ limits: DecodingLimits) -> Arena {
    Arena(capacity: min(1024 + count * 3, 1 << 20), budget: limits.memory)
  }

  /// Scans and unpacks; the struct lives in `arena`.
  static func unpack(
    _ bytes: UnsafeRawBufferPointer, _ type: MessageType, _ limits: DecodingLimits,
    checksUTF8: Bool, into arena: borrowing Arena
  ) throws(ProtobufError) -> UnsafeMutableRawPointer {
    var scanner = Scanner(limit: limits.depth, checksUTF8: checksUTF8)
    var cursor = unsafe WireCursor(bytes)
    try unsafe scanner.scan(&cursor, type.table, depth: 1)
    guard scanner.needsRewrite else { return try unsafe parse(bytes, type, arena) }
    let plain = try unsafe Rewriter(limit: limits.depth).rewrite(bytes, type.table)
    return try unsafe withBytes(plain) { (bytes) throws(ProtobufError) in
      try unsafe parse(bytes, type, arena)
    }
  }

  private static func parse(
    _ bytes: UnsafeRawBufferPointer, _ type: MessageType, _ arena: borrowing Arena
  ) throws(ProtobufError) -> UnsafeMutableRawPointer {
    guard let c = unsafe type.c else { throw .malformed("\(type.fullName) is for reflection only") }
    // protobuf-c wants a pointer even for no bytes.
    let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    let data =
      unsafe start ?? UnsafePointer(UnsafeRawPointer(c).assumingMemoryBound(to: UInt8.self))
    if let message = unsafe protobuf_c_message_unpack(c, arena.allocator, bytes.count, data) {
      return UnsafeMutableRawPointer(message)
    }
    if arena.isExhausted {
      throw ProtobufError(.overBudget, "message takes more memory than its limit to decode")
    }
    throw .malformed("the bytes are not a \(type.fullName)")
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
