/// Numbers and small steps of the wire format.
enum WireFormat {
  static let varint: UInt8 = 0
  static let fixed64: UInt8 = 1
  static let delimited: UInt8 = 2
  static let startGroup: UInt8 = 3
  static let endGroup: UInt8 = 4
  static let fixed32: UInt8 = 5
  /// The highest legal field number, 2^29 - 1.
  static let maximumNumber = 536_870_911

  static func appendVarint(_ value: UInt64, to bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  static func appendTag(_ number: Int, _ wire: UInt8, to bytes: inout [UInt8]) {
    appendVarint(UInt64(number) << 3 | UInt64(wire), to: &bytes)
  }
}

/// A reading position in wire bytes. Every step checks the end; nothing traps.
@safe
struct WireCursor {
  struct Tag {
    let number: Int
    let wire: UInt8
  }

  private let base: UnsafePointer<UInt8>
  /// Where the next byte is read.
  private(set) var offset: Int
  /// One past the last byte.
  let end: Int

  @inline(__always)
  init(_ bytes: UnsafeRawBufferPointer) {
    unsafe base =
      bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? UnsafePointer(bitPattern: 1)!
    offset = 0
    end = bytes.count
  }

  @inline(__always)
  private init(_ base: UnsafePointer<UInt8>, _ offset: Int, _ end: Int) {
    unsafe self.base = base
    self.offset = offset
    self.end = end
  }

  @inline(__always) var isAtEnd: Bool { offset >= end }

  /// The bytes that are left.
  var rest: UnsafeRawBufferPointer { unsafe bytes(offset..<end) }

  /// The bytes of a range read before.
  @inline(__always)
  func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
  }

  /// A cursor over a range read before; offsets stay those of the whole.
  @inline(__always)
  func within(_ range: Range<Int>) -> WireCursor {
    unsafe WireCursor(base, range.lowerBound, range.upperBound)
  }

  /// A field's number and wire type; five bytes at most, as everybody else has it.
  @inline(__always)
  mutating func tag() throws(ProtobufError) -> Tag {
    guard offset < end else { throw .truncated }
    let first = unsafe base[offset]
    if first >= 8, first < 0x80 {
      offset += 1
      return Tag(number: Int(first >> 3), wire: first & 7)
    }
    return try longTag()
  }

  private mutating func longTag() throws(ProtobufError) -> Tag {
    let start = offset
    let raw = try varint()
    let number = Int(truncatingIfNeeded: raw >> 3)
    guard offset - start <= 5, raw <= UInt64(UInt32.max) else {
      throw .malformed("a field tag is longer than 32 bits")
    }
    guard number != 0 else { throw .malformed("field number 0 is not legal") }
    return Tag(number: number, wire: UInt8(raw & 7))
  }

  @inline(__always)
  mutating func varint() throws(ProtobufError) -> UInt64 {
    guard offset < end else { throw .truncated }
    let first = unsafe base[offset]
    if first < 0x80 {
      offset += 1
      return UInt64(first)
    }
    return try longVarint()
  }

  private mutating func longVarint() throws(ProtobufError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while offset < end {
      let byte = unsafe base[offset]
      offset += 1
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
      if shift > 63 { throw .malformed("a varint is longer than 10 bytes") }
    }
    throw .truncated
  }

  /// Reads a length and steps over as many bytes; answers where they are.
  @inline(__always)
  mutating func delimited() throws(ProtobufError) -> Range<Int> {
    let start = offset
    let length = try varint()
    guard offset - start <= 5 else { throw .malformed("a length is longer than 5 bytes") }
    guard length <= UInt64(end - offset) else { throw .truncated }
    let from = offset
    offset += Int(length)
    return from..<offset
  }

  /// Steps over a value that is not a group.
  @inline(__always)
  mutating func skip(_ wire: UInt8) throws(ProtobufError) {
    switch wire {
    case WireFormat.varint: _ = try varint()
    case WireFormat.fixed64: try advance(8)
    case WireFormat.delimited: _ = try delimited()
    case WireFormat.fixed32: try advance(4)
    default: throw .malformed("wire type \(wire) is not legal here")
    }
  }

  /// Steps over a group whose start tag has been read, up to and with its end tag.
  mutating func skipGroup(_ number: Int, depth: Int, limit: Int) throws(ProtobufError) {
    guard depth < limit else { throw .tooDeep(limit) }
    while true {
      let tag = try tag()
      switch tag.wire {
      case WireFormat.startGroup: try skipGroup(tag.number, depth: depth + 1, limit: limit)
      case WireFormat.endGroup:
        guard tag.number == number else { throw .malformed("a group ends with another's number") }
        return
      default: try skip(tag.wire)
      }
    }
  }

  /// The next bytes as a number, lowest byte first.
  @inline(__always)
  mutating func fixed<T: FixedWidthInteger & BitwiseCopyable>(
    _ type: T.Type
  ) throws(ProtobufError) -> T {
    let from = offset
    try advance(MemoryLayout<T>.size)
    return unsafe T(littleEndian: UnsafeRawPointer(base + from).loadUnaligned(as: type))
  }

  @inline(__always)
  private mutating func advance(_ count: Int) throws(ProtobufError) {
    guard end - offset >= count else { throw .truncated }
    offset += count
  }
}

extension ProtobufError {
  static var truncated: ProtobufError { .malformed("the message ends in the middle of a field") }

  static func tooDeep(_ limit: Int) -> ProtobufError {
    ProtobufError(.tooDeep, "message is nested more than \(limit) levels deep")
  }
}
