internal import CProtobufC

/// What every protobuf-c struct begins with: its descriptor and its unknown fields.
///
/// An unknown field is told by its tag and its bytes; of several that came one after the other, the
/// later ones are part of the first one's bytes.
enum CMessage {
  static let unknownFieldSize = unsafe MemoryLayout<ProtobufCMessageUnknownField>.stride

  @inline(__always)
  static func hasUnknownFields(_ c: UnsafeRawPointer) -> Bool {
    unsafe c.assumingMemoryBound(to: ProtobufCMessage.self).pointee.n_unknown_fields != 0
  }

  /// The unknown fields as wire bytes.
  static func unknownFields(_ c: UnsafeRawPointer) -> [UInt8] {
    let message = unsafe c.assumingMemoryBound(to: ProtobufCMessage.self)
    var bytes: [UInt8] = []
    for index in 0..<Int(unsafe message.pointee.n_unknown_fields) {
      let field = unsafe message.pointee.unknown_fields[index]
      let wire = unsafe UInt8(truncatingIfNeeded: field.wire_type.rawValue)
      unsafe WireFormat.appendTag(Int(field.tag), wire, to: &bytes)
      unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: field.data, count: field.len))
    }
    return bytes
  }

  /// Keeps `field`, a whole field with `tag` whose content is `from` an offset, among the unknown
  /// ones of the message at `c`. The bytes are not copied.
  static func keep(
    _ field: UnsafeRawBufferPointer, _ tag: WireCursor.Tag, from offset: Int,
    in c: UnsafeMutableRawPointer, _ builder: CBuilder
  ) throws(ProtobufError) {
    typealias Unknown = ProtobufCMessageUnknownField
    let message = unsafe c.assumingMemoryBound(to: ProtobufCMessage.self)
    let count = unsafe Int(message.pointee.n_unknown_fields)
    if count > 0 {
      let last = unsafe message.pointee.unknown_fields + (count - 1)
      if unsafe UnsafeRawPointer(last.pointee.data + last.pointee.len) == field.baseAddress {
        return unsafe last.pointee.len += field.count
      }
    }
    // The list grows at powers of two, so that its capacity need not be kept.
    if count & (count - 1) == 0 {
      let memory = try unsafe builder.allocate(max(1, count * 2) * unknownFieldSize)
      let larger = unsafe memory.bindMemory(to: Unknown.self, capacity: max(1, count * 2))
      if count > 0 {
        unsafe larger.initialize(from: message.pointee.unknown_fields, count: count)
      }
      unsafe message.pointee.unknown_fields = larger
    }
    let content = unsafe UnsafeRawBufferPointer(rebasing: field[offset...])
    let data = unsafe ProtobufCBinaryData(lent: content)
    unsafe (message.pointee.unknown_fields + count).initialize(
      to: Unknown(
        tag: UInt32(tag.number), wire_type: ProtobufCWireType(rawValue: UInt32(tag.wire)),
        len: data.len, data: data.data))
    unsafe message.pointee.n_unknown_fields += 1
  }

  /// Makes `data` the unknown fields of the message at `c`. False when it does not begin with a tag.
  static func attachUnknown(
    _ data: UnsafeMutablePointer<UInt8>?, _ count: Int, _ memory: UnsafeMutableRawPointer,
    to c: UnsafeMutableRawPointer
  ) -> Bool {
    var cursor = unsafe WireCursor(UnsafeRawBufferPointer(start: data, count: count))
    guard let tag = try? cursor.tag(), let data = unsafe data else { return false }
    let field = unsafe memory.bindMemory(to: ProtobufCMessageUnknownField.self, capacity: 1)
    let wire = ProtobufCWireType(rawValue: UInt32(tag.wire))
    unsafe field.initialize(
      to: ProtobufCMessageUnknownField(
        tag: UInt32(tag.number), wire_type: wire, len: count - cursor.offset,
        data: data + cursor.offset))
    let message = unsafe c.assumingMemoryBound(to: ProtobufCMessage.self)
    unsafe message.pointee.n_unknown_fields = 1
    unsafe message.pointee.unknown_fields = field
    return true
  }
}

extension ProtobufCBinaryData {
  /// Bytes of somebody else, which nobody writes to.
  @inline(__always)
  init(lent bytes: UnsafeRawBufferPointer) {
    let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe self.init(len: bytes.count, data: UnsafeMutablePointer(mutating: start))
  }
}
