extension Message {
  /// Decodes a message from a peer. Never traps; the first thing wrong is the error.
  public init(
    serializedBytes bytes: UnsafeRawBufferPointer, limits: DecodingLimits = .default
  ) throws(ProtobufError) {
    self.init()
    try unsafe read(lent: bytes, Self.messageType, limits)
  }

  /// Decodes a message from a peer. Never traps; the first thing wrong is the error.
  public init(
    serializedBytes bytes: [UInt8], limits: DecodingLimits = .default
  ) throws(ProtobufError) {
    try self.init(serializedBytes: bytes, of: Self.messageType, limits)
  }

  /// Decodes a message of `type`, which is this one: to ask for it by the type retains it each time.
  package init(
    serializedBytes bytes: [UInt8], of type: MessageType, _ limits: DecodingLimits = .default
  ) throws(ProtobufError) {
    self.init()
    // Into what is there: a message that a closure gives back is moved once more for each one.
    try unsafe withBytes(bytes) { (bytes) throws(ProtobufError) in
      try unsafe read(lent: bytes, type, limits)
    }
  }

  /// Reads what `unpacked` holds of this type.
  init(_ unpacked: borrowing Unpacked) throws(ProtobufError) {
    self.init()
    try read(unpacked)
  }

  private mutating func read(
    lent bytes: UnsafeRawBufferPointer, _ type: MessageType, _ limits: DecodingLimits
  ) throws(ProtobufError) {
    try unsafe read(Unpacked(lent: bytes, type, limits, checksUTF8: false))
  }

  private mutating func read(_ unpacked: borrowing Unpacked) throws(ProtobufError) {
    defer { extendLifetime(unpacked) }
    var reader = MessageReader()
    unsafe read(unsafeC: UnsafeRawPointer(unpacked.c), &reader)
    if let failure = reader.failure { throw failure }
  }

  /// The wire bytes: fields by number, map entries by key, then unknown fields as they came.
  /// Throws when messages are nested deeper than 100, as no peer would read them.
  public func serializedBytes() throws(ProtobufError) -> [UInt8] {
    var bytes: [UInt8] = []
    try append(to: &bytes)
    return bytes
  }

  /// ``serializedBytes()`` of a message of `type`, which is this one.
  package func serializedBytes(of type: MessageType) throws(ProtobufError) -> [UInt8] {
    var bytes: [UInt8] = []
    try Unpacked(filledBy: self, type).pack(appendingTo: &bytes)
    return bytes
  }

  /// Appends ``serializedBytes()``; leaves `bytes` alone when it throws.
  public func append(to bytes: inout [UInt8]) throws(ProtobufError) {
    try Unpacked(filledBy: self, Self.messageType).pack(appendingTo: &bytes)
  }

  /// The message, of `type`, as a protobuf-c struct in `arena`.
  func filled(
    in arena: borrowing Arena, _ type: MessageType
  ) throws(ProtobufError) -> UnsafeMutableRawPointer {
    guard let c = unsafe arena.allocate(type.size) else { fatalError("out of memory") }
    var writer = MessageWriter(arena)
    _ = writer.enter()
    unsafe fill(unsafeC: c, &writer)
    if let failure = writer.failure { throw failure }
    return unsafe c
  }
}
