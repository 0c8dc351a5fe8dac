internal import Glibc

/// Where the values of a field are in the protobuf-c struct of its message.
@safe
struct FieldPlace {
  private let start: UInt32
  private let count: UInt32
  /// The field's number when it is in a oneof, else 0.
  private let member: UInt32
  /// Bytes one value takes.
  private let stride: UInt16
  private let isRepeated: Bool

  /// Of a field that no struct has.
  init() {
    (start, count, member, stride, isRepeated) = (0, 0, 0, 0, false)
  }

  init(_ field: FieldType, offset: UInt32, quantifier: UInt32) {
    start = offset
    count = quantifier
    member = field.oneofIndex == nil ? 0 : UInt32(field.number)
    stride = UInt16(field.kind.stride)
    isRepeated = field.isRepeated
  }

  /// Of the value, or of the pointer to a list's values.
  var offset: Int { Int(start) }
  /// Of a list's length, or of the number of the oneof's field that is set.
  var quantifier: Int { Int(count) }

  /// The number of the field that is set in this field's oneof, 0 when none is; nil outside of oneofs.
  @inline(__always)
  func memberSet(in c: UnsafeRawPointer) -> UInt32? {
    member == 0 ? nil : unsafe c.load(fromByteOffset: quantifier, as: UInt32.self)
  }

  /// The message that a singular message field holds.
  @inline(__always)
  func message(in c: UnsafeRawPointer) -> UnsafeMutableRawPointer? {
    guard !isRepeated else { return nil }
    if let set = unsafe memberSet(in: c), set != member { return nil }
    return unsafe c.load(fromByteOffset: offset, as: UnsafeMutableRawPointer?.self)
  }

  /// Where the next value goes: the field itself, or a new element of its list.
  @inline(__always)
  func next(
    in c: UnsafeMutableRawPointer, _ builder: CBuilder
  ) throws(ProtobufError) -> UnsafeMutableRawPointer {
    if isRepeated { return try unsafe append(1, in: c, builder) }
    if member != 0 {
      unsafe c.storeBytes(of: member, toByteOffset: quantifier, as: UInt32.self)
    }
    return unsafe c + offset
  }

  /// Makes the list longer by `count`; where the first new value goes.
  func append(
    _ count: Int, in c: UnsafeMutableRawPointer, _ builder: CBuilder
  ) throws(ProtobufError) -> UnsafeMutableRawPointer {
    let old = unsafe c.load(fromByteOffset: quantifier, as: Int.self)
    var list = unsafe c.load(fromByteOffset: offset, as: UnsafeMutableRawPointer?.self)
    let room = Self.capacity(old + count)
    if room != Self.capacity(old) {
      let larger = try unsafe builder.allocate(room * Int(stride))
      if let list = unsafe list { unsafe memcpy(larger, list, old * Int(stride)) }
      unsafe list = larger
      unsafe c.storeBytes(of: list, toByteOffset: offset, as: UnsafeMutableRawPointer?.self)
    }
    unsafe c.storeBytes(of: old + count, toByteOffset: quantifier, as: Int.self)
    guard let list = unsafe list else { throw .malformed("a list has no room") }
    return unsafe list + old * Int(stride)
  }

  /// Lists grow at powers of two, so that their capacity need not be kept.
  private static func capacity(_ count: Int) -> Int {
    count == 0 ? 0 : max(4, 1 << (Int.bitWidth - (count - 1).leadingZeroBitCount))
  }
}
