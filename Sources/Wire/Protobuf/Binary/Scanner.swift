/// The look at wire bytes before protobuf-c gets them: depth, tags, lengths, wire types, UTF-8.
///
/// It refuses what nobody may send, and finds out whether the message uses what protobuf-c gets
/// wrong (unknown fields and groups, wire types that differ from the declared one, a singular
/// message sent in two parts); only then ``Rewriter`` has to make a message it gets right.
struct Scanner {
  let limit: Int
  /// Whether strings are checked here; the way into a Swift value checks them as it makes them.
  let checksUTF8: Bool
  /// Whether protobuf-c needs the message rewritten.
  private(set) var needsRewrite = false

  init(limit: Int, checksUTF8: Bool) {
    self.limit = limit
    self.checksUTF8 = checksUTF8
  }

  /// Scans a message whose bytes are all that is left of `cursor`; `depth` counts it.
  mutating func scan(
    _ cursor: inout WireCursor, _ table: UnsafePointer<ScanTable>, depth: Int
  ) throws(ProtobufError) {
    guard depth <= limit else { throw .tooDeep(limit) }
    var seen: UInt64 = 0
    while !cursor.isAtEnd {
      let tag = try cursor.tag()
      let field = unsafe table.pointee.field(tag.number)
      guard field.accepts(tag.wire) else {
        try unknown(&cursor, tag, depth)
        continue
      }
      switch field.role {
      case .message:
        let range = try cursor.delimited()
        if field.singularBit < 64 {
          // The last bit stands for all fields beyond it: those are always rewritten.
          let bit = UInt64(1) << UInt64(field.singularBit)
          if seen & bit != 0 || field.singularBit == 63 { needsRewrite = true }
          seen |= bit
        }
        guard let child = unsafe field.child else { continue }
        var inner = cursor.within(range)
        try unsafe scan(&inner, child, depth: depth + 1)
      case .string where checksUTF8:
        let range = try cursor.delimited()
        guard unsafe UTF8Check.isValid(cursor.bytes(range)) else {
          throw ProtobufError(.invalidUTF8, "string field \(tag.number) is not valid UTF-8")
        }
      default: try cursor.skip(tag.wire)
      }
    }
  }

  @inline(never)
  private mutating func unknown(
    _ cursor: inout WireCursor, _ tag: WireCursor.Tag, _ depth: Int
  ) throws(ProtobufError) {
    needsRewrite = true
    if tag.wire == WireFormat.startGroup {
      try cursor.skipGroup(tag.number, depth: depth, limit: limit)
    } else {
      try cursor.skip(tag.wire)
    }
  }
}

/// Whether bytes are UTF-8 as Unicode defines it: no surrogates, no overlong forms.
enum UTF8Check {
  static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var index = 0
    while index + 8 <= bytes.count {
      let word = unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      if word & 0x8080_8080_8080_8080 != 0 { break }
      index += 8
    }
    while index < bytes.count {
      let step = unsafe sequenceLength(bytes, index)
      if step == 0 { return false }
      index += step
    }
    return true
  }

  /// Bytes of the well-formed sequence at `index`, or 0.
  private static func sequenceLength(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Int {
    let first = unsafe bytes[index]
    if first < 0x80 { return 1 }
    let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    guard first >= 0xC2, first <= 0xF4, index + length <= bytes.count else { return 0 }
    let second = unsafe bytes[index + 1]
    let lowest: UInt8 = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80
    let highest: UInt8 = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF
    guard second >= lowest, second <= highest else { return 0 }
    for offset in 2..<max(length, 2) where unsafe bytes[index + offset] & 0xC0 != 0x80 {
      return 0
    }
    return length
  }
}
