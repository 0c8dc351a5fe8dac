/// Where a protobuf-c struct tells whether a field is set. Kept apart from ``FieldType``, so that the
/// many fields of a message that are not set cost a load each and no reference.
@safe
struct FieldPresence {
  private enum Form: UInt8 {
    /// The length of a list.
    case count
    /// The number of the oneof's field that is set.
    case oneof
    /// The value itself, not zero. The first word of bytes is their length, of a message its address.
    case word32, word64
  }

  private let form: Form
  private let offset: Int
  private let number: UInt32
  /// The field.
  let field: FieldHandle
  /// As ``FieldType/hasPresence``.
  let isExplicit: Bool

  /// Of a field that has its place in the struct.
  init(_ field: FieldType) {
    number = UInt32(field.number)
    self.field = FieldHandle(field)
    isExplicit = field.hasPresence
    if field.isRepeated {
      form = .count
    } else if field.oneofIndex != nil {
      form = .oneof
    } else {
      form = field.kind.stride == 4 ? .word32 : .word64
    }
    let isValue = form == .word32 || form == .word64
    offset = unsafe isValue ? field.place.offset : field.place.quantifier
  }

  /// How many values a list in `c` has; of other fields 1, or 0 when they are not set.
  @inline(__always)
  func count(in c: UnsafeRawPointer) -> Int {
    switch form {
    case .count: return unsafe c.load(fromByteOffset: offset, as: Int.self)
    case .oneof:
      return unsafe c.load(fromByteOffset: offset, as: UInt32.self) == number ? 1 : 0
    case .word32: return unsafe c.load(fromByteOffset: offset, as: UInt32.self) == 0 ? 0 : 1
    case .word64: return unsafe c.load(fromByteOffset: offset, as: UInt64.self) == 0 ? 0 : 1
    }
  }
}
