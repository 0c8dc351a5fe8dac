internal import CProtobufC

/// Builds protobuf-c structs field by field in an arena, by description.
@safe
struct CBuilder {
  private let arena: UnsafeMutablePointer<Arena.State>

  init(_ arena: borrowing Arena) { unsafe self.arena = arena.state }

  /// A message with no field set.
  func message(_ type: MessageHandle) throws(ProtobufError) -> UnsafeMutableRawPointer {
    guard let c = unsafe type.c else {
      throw ProtobufError(.unrepresentable, "\(type.fullName) is for reflection only")
    }
    return try unsafe message(c)
  }

  /// A message with no field set.
  @inline(__always)
  func message(
    _ c: UnsafePointer<ProtobufCMessageDescriptor>
  ) throws(ProtobufError) -> UnsafeMutableRawPointer {
    let memory = try unsafe allocate(c.pointee.sizeof_message)
    unsafe protobuf_c_message_init(c, memory)
    return unsafe memory
  }

  @inline(__always)
  func allocate(_ size: Int) throws(ProtobufError) -> UnsafeMutableRawPointer {
    guard let memory = unsafe Arena.take(arena, size) else {
      throw ProtobufError(.overBudget, "message takes more memory than its limit to decode")
    }
    return unsafe memory
  }

  /// Where the next value of `field` goes: the field itself, or a new element of its list.
  func slot(
    _ c: UnsafeMutableRawPointer, _ field: FieldHandle
  ) throws(ProtobufError) -> UnsafeMutableRawPointer {
    try unsafe field.place.next(in: c, self)
  }

  /// A new message in the slot of `field`.
  func message(
    in slot: UnsafeMutableRawPointer, _ type: MessageHandle
  ) throws(ProtobufError) -> UnsafeMutableRawPointer {
    let message = try unsafe message(type)
    unsafe slot.storeBytes(of: message, as: UnsafeMutableRawPointer.self)
    return unsafe message
  }

  /// A string or bytes value into its slot.
  func store(_ bytes: some Collection<UInt8>, in slot: UnsafeMutableRawPointer)
    throws(ProtobufError)
  {
    let copy = try unsafe copy(bytes)
    unsafe slot.storeBytes(of: ProtobufCBinaryData(lent: copy), as: ProtobufCBinaryData.self)
  }

  /// A copy that lives as long as the arena.
  func copy(_ bytes: some Collection<UInt8>) throws(ProtobufError) -> UnsafeRawBufferPointer {
    let memory = try unsafe allocate(bytes.count)
    unsafe UnsafeMutableRawBufferPointer(start: memory, count: bytes.count).copyBytes(from: bytes)
    return unsafe UnsafeRawBufferPointer(start: memory, count: bytes.count)
  }
}
