internal import CProtobufC

/// Reads the fields of a protobuf-c struct by description.
@safe
struct CView {
  let c: UnsafeRawPointer
  let type: MessageHandle

  init(_ c: UnsafeRawPointer, _ type: MessageHandle) {
    unsafe self.c = c
    self.type = type
  }

  /// How many values a list has; 1 or 0 for other fields, set or not.
  func count(_ field: FieldHandle) -> Int {
    unsafe type.presences[field.index].count(in: c)
  }

  /// Where value `index` of a field is.
  func slot(_ field: FieldHandle, _ index: Int) -> UnsafeRawPointer {
    guard field.isRepeated else { return unsafe c + field.offset }
    let list = unsafe c.load(fromByteOffset: field.offset, as: UnsafeRawPointer.self)
    return unsafe list + index * field.kind.stride
  }

  /// The bytes in the slot of a string or bytes field.
  static func bytes(_ slot: UnsafeRawPointer) -> UnsafeBufferPointer<UInt8> {
    let data = unsafe slot.load(as: ProtobufCBinaryData.self)
    return unsafe UnsafeBufferPointer(start: data.data, count: data.data == nil ? 0 : data.len)
  }

  /// The content of a singular string or bytes field, empty when it is not set.
  func bytes(_ field: FieldHandle) -> [UInt8] {
    count(field) == 0 ? [] : unsafe Array(Self.bytes(slot(field, 0)))
  }

  /// The message in a slot.
  static func message(_ slot: UnsafeRawPointer, _ type: MessageHandle) -> CView? {
    guard let c = unsafe slot.load(as: UnsafeRawPointer?.self) else { return nil }
    return unsafe CView(c, type)
  }

  /// The number of a field that a well-known type is sure to have.
  func int64(_ number: Int) -> Int64 {
    guard let field = type.field(number: number) else { return 0 }
    return unsafe c.load(fromByteOffset: field.offset, as: Int64.self)
  }

  /// The number of a field that a well-known type is sure to have.
  func int32(_ number: Int) -> Int32 {
    guard let field = type.field(number: number) else { return 0 }
    return unsafe c.load(fromByteOffset: field.offset, as: Int32.self)
  }
}
