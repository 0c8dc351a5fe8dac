internal import CProtobufC

/// What every protobuf-c struct begins with: its descriptor and its unknown fields.
///
/// The scanner hands all unknown fields of a message through protobuf-c as one field of number
/// ``carrier``, which is one above the highest legal number, so no peer can send it.
enum CMessage {
  /// 2^29, not a legal field number.
  static let carrier: UInt32 = 1 << 29
  /// The carrier's tag: (2^29 << 3 | 2) as a varint of five bytes.
  static let carrierTag: [UInt8] = [0x82, 0x80, 0x80, 0x80, 0x10]
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
      let data = unsafe UnsafeBufferPointer(start: field.data, count: field.len)
      if unsafe field.tag == carrier {
        unsafe bytes.append(contentsOf: data.drop { $0 >= 0x80 }.dropFirst())
      } else {
        let wire = unsafe UInt64(field.wire_type.rawValue)
        unsafe WireFormat.appendVarint(UInt64(field.tag) << 3 | wire, to: &bytes)
        unsafe bytes.append(contentsOf: data)
      }
    }
    return bytes
  }

  /// Makes `data` the unknown fields of the message at `c`: protobuf-c is told one field with the
  /// first tag, whose data is all the rest. False when `data` does not begin with a tag.
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
