internal import CProtobufC
internal import Glibc

/// Reads wire bytes into a protobuf-c struct.
///
/// The struct, its description and its way back to bytes are protobuf-c's; its reader is not used.
/// That one checks neither depth nor UTF-8, refuses wire types other than declared, which are legal
/// unknown fields, and singular messages sent in parts, which are to be merged, and looks at each
/// byte twice. The first thing wrong is the error; nothing traps.
///
/// Strings, bytes and unknown fields are not copied: what was read has to outlive the struct.
@safe
struct WireParser {
  private let builder: CBuilder
  private let depthLimit: Int
  /// Whether strings are checked here; the way into a Swift value checks them as it makes them.
  private let checksUTF8: Bool

  init(_ arena: borrowing Arena, _ limits: DecodingLimits, checksUTF8: Bool) {
    builder = CBuilder(arena)
    depthLimit = limits.depth
    self.checksUTF8 = checksUTF8
  }

  /// The struct of a message of `type`.
  func parse(
    _ bytes: UnsafeRawBufferPointer, _ type: MessageType
  ) throws(ProtobufError) -> UnsafeMutableRawPointer {
    guard let described = unsafe type.c else {
      throw .malformed("\(type.fullName) is for reflection only")
    }
    let c = try unsafe builder.message(described)
    var cursor = unsafe WireCursor(bytes)
    try unsafe fields(&cursor, type.table, c, depth: 1)
    return unsafe c
  }

  /// Reads all that is left of `cursor` into the message at `c`, which `depth` counts.
  private func fields(
    _ cursor: inout WireCursor, _ table: UnsafePointer<WireTable>, _ c: UnsafeMutableRawPointer,
    depth: Int
  ) throws(ProtobufError) {
    guard depth <= depthLimit else { throw .tooDeep(depthLimit) }
    while !cursor.isAtEnd {
      let start = cursor.offset
      let tag = try cursor.tag()
      let field = unsafe table.pointee.field(tag.number)
      if unsafe !field.pointee.accepts(tag.wire) {
        try unsafe unknown(
          &cursor, tag, from: start, c, depth: depth, isKept: !table.pointee.isMapEntry)
      } else {
        if !checksUTF8, unsafe field.pointee.mayReplaceText {
          try unsafe checkReplaced(by: field, in: c, table)
        }
        switch unsafe field.pointee.form {
        case .message: try unsafe message(&cursor, field, c, depth)
        case .bytes, .string: try unsafe text(&cursor, field, c)
        default:
          if tag.wire == WireFormat.delimited {
            try unsafe packed(&cursor, field, c)
          } else {
            try unsafe number(
              &cursor, field.pointee.form, field.pointee.place.next(in: c, builder))
          }
        }
      }
    }
  }

  /// Checks the text that the next value of `field` takes the place of: no Swift value is made of it.
  @inline(__always)
  private func checkReplaced(
    by field: UnsafePointer<WireField>, in c: UnsafeMutableRawPointer,
    _ table: UnsafePointer<WireTable>
  ) throws(ProtobufError) {
    var old = unsafe field
    if let member = unsafe field.pointee.place.memberSet(in: c) {
      unsafe old = table.pointee.field(Int(member))
    }
    guard unsafe old.pointee.form == .string else { return }
    let text = unsafe (c + old.pointee.place.offset).load(as: ProtobufCBinaryData.self)
    guard unsafe text.len > 0 else { return }
    try unsafe check(UnsafeRawBufferPointer(start: text.data, count: text.len), old)
  }

  private func check(
    _ text: UnsafeRawBufferPointer, _ field: UnsafePointer<WireField>
  ) throws(ProtobufError) {
    guard unsafe !UTF8Check.isValid(text) else { return }
    throw ProtobufError(
      .invalidUTF8, "string field \(unsafe field.pointee.number) is not valid UTF-8")
  }

  /// A message; parts of a singular one are merged.
  private func message(
    _ cursor: inout WireCursor, _ field: UnsafePointer<WireField>, _ c: UnsafeMutableRawPointer,
    _ depth: Int
  ) throws(ProtobufError) {
    let range = try cursor.delimited()
    guard let table = unsafe field.pointee.child, let described = unsafe table.pointee.c else {
      throw .malformed("a message is of a type for reflection only")
    }
    var inner = cursor.within(range)
    if let begun = unsafe field.pointee.place.message(in: c) {
      return try unsafe fields(&inner, table, begun, depth: depth + 1)
    }
    let made = try unsafe builder.message(described)
    let slot = try unsafe field.pointee.place.next(in: c, builder)
    unsafe slot.storeBytes(of: made, as: UnsafeMutableRawPointer.self)
    try unsafe fields(&inner, table, made, depth: depth + 1)
  }

  @inline(__always)
  private func text(
    _ cursor: inout WireCursor, _ field: UnsafePointer<WireField>, _ c: UnsafeMutableRawPointer
  ) throws(ProtobufError) {
    let bytes = unsafe cursor.bytes(try cursor.delimited())
    if checksUTF8, unsafe field.pointee.form == .string { try unsafe check(bytes, field) }
    let slot = try unsafe field.pointee.place.next(in: c, builder)
    unsafe slot.storeBytes(of: ProtobufCBinaryData(lent: bytes), as: ProtobufCBinaryData.self)
  }

  /// The values of a list, one after the other.
  private func packed(
    _ cursor: inout WireCursor, _ field: UnsafePointer<WireField>, _ c: UnsafeMutableRawPointer
  ) throws(ProtobufError) {
    var inner = cursor.within(try cursor.delimited())
    let (count, stride) = unsafe try field.pointee.form.count(inner.rest)
    guard count > 0 else { return }
    var slot = try unsafe field.pointee.place.append(count, in: c, builder)
    while !inner.isAtEnd {
      try unsafe number(&inner, field.pointee.form, slot)
      unsafe slot += stride
    }
  }

  @inline(__always)
  private func number(
    _ cursor: inout WireCursor, _ form: WireField.Form, _ slot: UnsafeMutableRawPointer
  ) throws(ProtobufError) {
    switch form {
    case .varint32:
      let value = try UInt32(truncatingIfNeeded: cursor.varint())
      unsafe slot.storeBytes(of: value, as: UInt32.self)
    case .varint64:
      unsafe slot.storeBytes(of: try cursor.varint(), as: UInt64.self)
    case .bool:
      unsafe slot.storeBytes(of: try cursor.varint() == 0 ? 0 : 1, as: UInt32.self)
    case .zigzag32:
      let value = try UInt32(truncatingIfNeeded: cursor.varint())
      unsafe slot.storeBytes(of: Self.unfolded(value), as: UInt32.self)
    case .zigzag64:
      unsafe slot.storeBytes(of: Self.unfolded(try cursor.varint()), as: UInt64.self)
    case .fixed32:
      unsafe slot.storeBytes(of: try cursor.fixed(UInt32.self), as: UInt32.self)
    case .fixed64:
      unsafe slot.storeBytes(of: try cursor.fixed(UInt64.self), as: UInt64.self)
    case .unknown, .bytes, .string, .message: break
    }
  }
}

// MARK: Unknown fields

extension WireParser {
  @inline(never)
  private func unknown(
    _ cursor: inout WireCursor, _ tag: WireCursor.Tag, from start: Int,
    _ c: UnsafeMutableRawPointer,
    depth: Int, isKept: Bool
  ) throws(ProtobufError) {
    let content = cursor.offset
    if tag.wire == WireFormat.startGroup {
      try cursor.skipGroup(tag.number, depth: depth, limit: depthLimit)
    } else {
      try cursor.skip(tag.wire)
    }
    guard isKept else { return }
    let whole = unsafe cursor.bytes(start..<cursor.offset)
    try unsafe CMessage.keep(whole, tag, from: content - start, in: c, builder)
  }
}

// MARK: Numbers

extension WireParser {
  /// Undoes the zigzag form of sint32 and sint64.
  @inline(__always)
  private static func unfolded<T: FixedWidthInteger & UnsignedInteger>(_ value: T) -> T {
    value >> 1 ^ (0 &- (value & 1))
  }
}

extension WireField.Form {
  /// How many numbers packed bytes hold, and how many bytes each takes in the struct.
  fileprivate func count(
    _ bytes: UnsafeRawBufferPointer
  ) throws(ProtobufError) -> (Int, stride: Int) {
    switch self {
    case .fixed32, .fixed64:
      let size = self == .fixed32 ? 4 : 8
      guard bytes.count.isMultiple(of: size) else { throw .truncated }
      return (bytes.count / size, size)
    default:
      // Each number ends with a byte whose high bit is not set.
      guard unsafe bytes.last.map({ $0 < 0x80 }) ?? true else { throw .truncated }
      let count = unsafe bytes.reduce(0) { $0 + ($1 < 0x80 ? 1 : 0) }
      return (count, self == .varint64 || self == .zigzag64 ? 8 : 4)
    }
  }
}
