internal import CProtobufC
internal import Glibc

/// Builds protobuf-c structs field by field in an arena, by description.
@safe
struct CBuilder {
  private let arena: UnsafeMutablePointer<Arena.State>

  init(_ arena: borrowing Arena) { unsafe self.arena = arena.state }

  /// A message with no field set.
  func message(_ type: MessageType) throws(ProtobufError) -> UnsafeMutableRawPointer {
    guard let c = unsafe type.c else {
      throw ProtobufError(.unrepresentable, "\(type.fullName) is for reflection only")
    }
    let memory = try unsafe allocate(type.size)
    unsafe protobuf_c_message_init(c, memory)
    return unsafe memory
  }

  func allocate(_ size: Int) throws(ProtobufError) -> UnsafeMutableRawPointer {
    guard let memory = unsafe Arena.take(arena, size) else {
      throw ProtobufError(.overBudget, "message takes more memory than its limit to decode")
    }
    return unsafe memory
  }

  /// Where the next value of `field` goes: the field itself, or a new element of its list.
  func slot(
    _ c: UnsafeMutableRawPointer, _ field: FieldType
  ) throws(ProtobufError) -> UnsafeMutableRawPointer {
    if field.isRepeated { return try unsafe append(c, field) }
    if field.oneofIndex != nil {
      let number = UInt32(field.number)
      unsafe c.storeBytes(of: number, toByteOffset: field.quantifierOffset, as: UInt32.self)
    }
    return unsafe c + field.offset
  }

  private func append(
    _ c: UnsafeMutableRawPointer, _ field: FieldType
  ) throws(ProtobufError) -> UnsafeMutableRawPointer {
    let count = unsafe c.load(fromByteOffset: field.quantifierOffset, as: Int.self)
    let stride = field.kind.stride
    var list = unsafe c.load(fromByteOffset: field.offset, as: UnsafeMutableRawPointer?.self)
    // Lists grow at powers of two, so their capacity need not be kept.
    if count == 0 || (count >= 4 && count & (count - 1) == 0) {
      let larger = try unsafe allocate(max(4, count * 2) * stride)
      if let list = unsafe list { unsafe memcpy(larger, list, count * stride) }
      unsafe list = larger
      unsafe c.storeBytes(of: list, toByteOffset: field.offset, as: UnsafeMutableRawPointer?.self)
    }
    unsafe c.storeBytes(of: count + 1, toByteOffset: field.quantifierOffset, as: Int.self)
    guard let list = unsafe list else { throw .malformed("a list has no room") }
    return unsafe list + count * stride
  }

  /// A new message in the slot of `field`.
  func message(
    in slot: UnsafeMutableRawPointer, _ type: MessageType
  ) throws(ProtobufError) -> UnsafeMutableRawPointer {
    let message = try unsafe message(type)
    unsafe slot.storeBytes(of: message, as: UnsafeMutableRawPointer.self)
    return unsafe message
  }

  /// A string or bytes value into its slot.
  func store(_ bytes: some Collection<UInt8>, in slot: UnsafeMutableRawPointer)
    throws(ProtobufError)
  {
    let memory = try unsafe allocate(bytes.count)
    unsafe UnsafeMutableRawBufferPointer(start: memory, count: bytes.count).copyBytes(from: bytes)
    let data = unsafe memory.assumingMemoryBound(to: UInt8.self)
    unsafe slot.storeBytes(
      of: ProtobufCBinaryData(len: bytes.count, data: data), as: ProtobufCBinaryData.self)
  }
}
