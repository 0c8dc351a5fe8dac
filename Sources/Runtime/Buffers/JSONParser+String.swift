extension JSONParser {
  /// The string whose opening quote is next. Plain runs are found eight bytes at a time.
  mutating func string() throws(JSONError) -> String {
    position += 1
    let start = position
    skipPlain()
    guard let stop = next else { throw fault("the text ends inside a string") }
    if stop == UInt8(ascii: "\"") {
      let text = try text(start..<position)
      position += 1
      return text
    }
    return try escapedString(from: start)
  }

  private mutating func escapedString(from start: Int) throws(JSONError) -> String {
    var result = try text(start..<position)
    while let stop = next {
      switch stop {
      case UInt8(ascii: "\""):
        position += 1
        return result
      case UInt8(ascii: "\\"):
        position += 1
        result.unicodeScalars.append(try escape())
      default:
        throw fault("a control character inside a string")
      }
      let run = position
      skipPlain()
      result += try text(run..<position)
    }
    throw fault("the text ends inside a string")
  }

  private mutating func skipPlain() { position = JSONText.plainEnd(bytes, from: position) }

  private func text(_ range: Range<Int>) throws(JSONError) -> String {
    let run = UnsafeRawBufferPointer(rebasing: bytes[range])
    if let text = String(validating: run.bindMemory(to: UInt8.self), as: UTF8.self) { return text }
    throw JSONError("invalid UTF-8", at: range.lowerBound + Self.validPrefix(run))
  }

  /// How many bytes precede the first invalid sequence.
  private static func validPrefix(_ bytes: UnsafeRawBufferPointer) -> Int {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var length = 0
    while case .scalarValue(let scalar) = decoder.decode(&iterator) {
      length += UTF8.width(scalar)
    }
    return length
  }

  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    guard let letter = next else { throw fault("the text ends inside an escape") }
    let plain: Unicode.Scalar? =
      switch letter {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): Unicode.Scalar(letter)
      case UInt8(ascii: "b"): "\u{8}"
      case UInt8(ascii: "f"): "\u{C}"
      case UInt8(ascii: "n"): "\n"
      case UInt8(ascii: "r"): "\r"
      case UInt8(ascii: "t"): "\t"
      default: nil
      }
    if let plain {
      position += 1
      return plain
    }
    guard letter == UInt8(ascii: "u") else { throw fault("no such escape") }
    position += 1
    return try unicodeEscape()
  }

  private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
    let start = position - 2
    let first = try fourDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    let lone = JSONError("a lone surrogate", at: start)
    guard first < 0xDC00, next == UInt8(ascii: "\\") else { throw lone }
    position += 1
    guard next == UInt8(ascii: "u") else { throw lone }
    position += 1
    let second = try fourDigits()
    guard (0xDC00...0xDFFF).contains(second) else { throw lone }
    let value = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
    guard let scalar = Unicode.Scalar(value) else { throw lone }
    return scalar
  }

  private mutating func fourDigits() throws(JSONError) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard let digit = next.flatMap(Hex.value) else { throw fault("expected a hexadecimal digit") }
      value = value << 4 | UInt16(digit)
      position += 1
    }
    return value
  }
}
