internal import Buffers
internal import Glibc

/// Reads JSON text step by step, without making values of it. Strict RFC 8259, UTF-8.
@safe
struct JSONReader {
  enum Token {
    case object, array, string, number, `true`, `false`, null
  }

  private let base: UnsafePointer<UInt8>
  private let end: Int
  /// Where the next byte is read; going back to an earlier value is allowed.
  var offset = 0

  /// A reader of `bytes`, which must stay; throws when they are not UTF-8.
  init(_ bytes: UnsafeRawBufferPointer) throws(ProtobufError) {
    guard unsafe UTF8Check.isValid(bytes) else { throw .json("the text is not valid UTF-8") }
    unsafe base =
      bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? UnsafePointer(bitPattern: 1)!
    end = bytes.count
  }

  /// The next byte that is not white space, or 0 at the end.
  @inline(__always)
  mutating func next() -> UInt8 {
    while offset < end {
      let byte = unsafe base[offset]
      if byte > 0x20 { return byte }
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      offset += 1
    }
    return 0
  }

  /// What kind of value comes.
  @inline(__always)
  mutating func peek() throws(ProtobufError) -> Token {
    switch next() {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    case UInt8(ascii: "t"): return .true
    case UInt8(ascii: "f"): return .false
    case UInt8(ascii: "n"): return .null
    default: throw unexpected("a value")
    }
  }

  /// Steps over `byte`, which must be next.
  @inline(__always)
  mutating func expect(_ byte: UInt8) throws(ProtobufError) {
    guard next() == byte, offset < end else { throw unexpected(byte) }
    offset += 1
  }

  /// Steps over `byte` if it is next.
  @inline(__always)
  mutating func skip(_ byte: UInt8) -> Bool {
    guard next() == byte, offset < end else { return false }
    offset += 1
    return true
  }

  /// Steps over `text` if it is next, byte by byte.
  @inline(__always)
  mutating func skip(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    _ = next()
    guard end - offset >= text.count, let start = text.baseAddress,
      unsafe memcmp(base + offset, start, text.count) == 0
    else { return false }
    offset += text.count
    return true
  }

  /// Steps over `true`, `false` or `null`.
  mutating func word(_ word: StaticString) throws(ProtobufError) {
    let count = word.utf8CodeUnitCount
    guard end - offset >= count else { throw unexpected("a value") }
    for index in 0..<count where unsafe base[offset + index] != word.utf8Start[index] {
      throw unexpected("a value")
    }
    offset += count
  }

  /// Nothing but white space may follow.
  mutating func finish() throws(ProtobufError) {
    _ = next()
    guard offset >= end else { throw unexpected("the end") }
  }

  /// A number's text, which obeys JSON's grammar.
  mutating func number() throws(ProtobufError) -> String {
    try unsafe withNumber { (text) throws(ProtobufError) in
      unsafe String(decoding: text, as: UTF8.self)
    }
  }

  /// Lends a number's text, which obeys JSON's grammar.
  mutating func withNumber<R>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(ProtobufError) -> R
  ) throws(ProtobufError) -> R {
    _ = next()
    let start = offset
    while offset < end, unsafe Self.isNumberByte(base[offset]) { offset += 1 }
    let text = unsafe UnsafeBufferPointer(start: base + start, count: offset - start)
    guard unsafe JSONNumbers.isNumber(text) else {
      offset = start
      throw unexpected("a number")
    }
    return try unsafe body(text)
  }

  private static func isNumberByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
      UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }

  /// A string with its escapes resolved.
  mutating func string() throws(ProtobufError) -> String {
    try unsafe withString { (text) throws(ProtobufError) in
      unsafe String(decoding: text, as: UTF8.self)
    }
  }

  /// A string with its escapes resolved: a copy that `builder` makes, or without any a part of the text.
  @inline(__always)
  mutating func string(in builder: CBuilder) throws(ProtobufError) -> UnsafeRawBufferPointer {
    let plain = try unsafe plainText()
    if skipQuote() { return UnsafeRawBufferPointer(plain) }
    return try unsafe builder.copy(escapedText(after: plain))
  }

  /// Lends a string with its escapes resolved.
  @inline(__always)
  mutating func withString<R>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(ProtobufError) -> R
  ) throws(ProtobufError) -> R {
    let plain = try unsafe plainText()
    if skipQuote() { return try unsafe body(plain) }
    let text = try unsafe escapedText(after: plain)
    return try unsafe text.withUnsafeBufferPointer { (text) throws(ProtobufError) in
      try unsafe body(text)
    }
  }

  /// Steps over a string's opening quote and what stands behind it without an escape.
  @inline(__always)
  private mutating func plainText() throws(ProtobufError) -> UnsafeBufferPointer<UInt8> {
    try expect(UInt8(ascii: "\""))
    let start = unsafe base + offset
    let count = unsafe JSONText.plainPrefix(start, end - offset)
    offset += count
    return unsafe UnsafeBufferPointer(start: start, count: count)
  }

  @inline(__always)
  private mutating func skipQuote() -> Bool {
    guard offset < end, unsafe base[offset] == UInt8(ascii: "\"") else { return false }
    offset += 1
    return true
  }

  /// The whole of a string that begins with `plain`, whose end has not come yet.
  @inline(never)
  private mutating func escapedText(
    after plain: UnsafeBufferPointer<UInt8>
  ) throws(ProtobufError) -> [UInt8] {
    var text = unsafe Array(plain)
    while offset < end {
      let byte = unsafe base[offset]
      offset += 1
      switch byte {
      case UInt8(ascii: "\""): return text
      case UInt8(ascii: "\\"): try escape(&text)
      case 0..<0x20: throw .json("a string has an unescaped control character")
      default: text.append(byte)
      }
    }
    throw .json("a string does not end")
  }

  private mutating func escape(_ text: inout [UInt8]) throws(ProtobufError) {
    guard offset < end else { throw .json("a string does not end") }
    let byte = unsafe base[offset]
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text.append(contentsOf: String(try scalar()).utf8)
    default: throw .json("a string has an unknown escape")
    }
  }

  private mutating func scalar() throws(ProtobufError) -> Character {
    var code = try hexQuad()
    if code >= 0xD800, code < 0xDC00 {
      guard offset + 1 < end, unsafe base[offset] == UInt8(ascii: "\\"),
        unsafe base[offset + 1] == UInt8(ascii: "u")
      else { throw .json("a string has a lone surrogate") }
      offset += 2
      let low = try hexQuad()
      guard low >= 0xDC00, low < 0xE000 else { throw .json("a string has a lone surrogate") }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = UnicodeScalar(code) else { throw .json("a string has a lone surrogate") }
    return Character(scalar)
  }

  private mutating func hexQuad() throws(ProtobufError) -> UInt32 {
    guard end - offset >= 4 else { throw .json("a string does not end") }
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = unsafe Character(UnicodeScalar(base[offset])).hexDigitValue,
        unsafe base[offset] < 0x80
      else { throw .json("a \\u escape needs four hexadecimal digits") }
      code = code << 4 | UInt32(digit)
      offset += 1
    }
    return code
  }

  /// Steps over a whole value; checks it as it goes.
  mutating func skipValue(depth: Int, limit: Int) throws(ProtobufError) {
    guard depth <= limit else { throw .tooDeep(limit) }
    switch try peek() {
    case .object:
      try members { (reader, _) throws(ProtobufError) in
        try reader.skipValue(depth: depth + 1, limit: limit)
      }
    case .array:
      try elements { (reader) throws(ProtobufError) in
        try reader.skipValue(depth: depth + 1, limit: limit)
      }
    case .string: _ = try string()
    case .number: _ = try number()
    case .true: try word("true")
    case .false: try word("false")
    case .null: try word("null")
    }
  }

  /// The members of an object: `body` reads each value.
  mutating func members(
    _ body: (inout JSONReader, String) throws(ProtobufError) -> Void
  ) throws(ProtobufError) {
    try expect(UInt8(ascii: "{"))
    if skip(UInt8(ascii: "}")) { return }
    repeat {
      let name = try string()
      try expect(UInt8(ascii: ":"))
      try body(&self, name)
    } while skip(UInt8(ascii: ","))
    try expect(UInt8(ascii: "}"))
  }

  /// The elements of an array: `body` reads each.
  mutating func elements(
    _ body: (inout JSONReader) throws(ProtobufError) -> Void
  ) throws(ProtobufError) {
    try expect(UInt8(ascii: "["))
    if skip(UInt8(ascii: "]")) { return }
    repeat { try body(&self) } while skip(UInt8(ascii: ","))
    try expect(UInt8(ascii: "]"))
  }

  @inline(never)
  private func unexpected(_ byte: UInt8) -> ProtobufError {
    unexpected("'\(Character(UnicodeScalar(byte)))'")
  }

  @inline(never)
  private func unexpected(_ wanted: String) -> ProtobufError {
    let found = offset < end ? "found something else at byte \(offset)" : "the text ends"
    return .json("expected \(wanted), but \(found)")
  }
}

extension ProtobufError {
  static func json(_ message: String) -> ProtobufError { ProtobufError(.invalidJSON, message) }
}
