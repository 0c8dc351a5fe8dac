internal import Buffers

/// `google.protobuf.Timestamp` in RFC 3339.
enum Timestamps {
  /// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z in seconds of the Unix epoch.
  private static let range: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

  static func parse(
    _ text: UnsafeBufferPointer<UInt8>
  ) throws(ProtobufError) -> (seconds: Int64, nanos: Int32) {
    guard let time = unsafe scan(text) else {
      throw .json("expected an RFC 3339 timestamp like \"2026-01-31T09:30:00Z\"")
    }
    guard range.contains(time.seconds) else { throw .json("expected a year from 0001 to 9999") }
    return time
  }

  private static func scan(
    _ text: UnsafeBufferPointer<UInt8>
  ) -> (seconds: Int64, nanos: Int32)? {
    var scanner = unsafe DigitScanner(text)
    guard let year = scanner.digits(4), scanner.skip("-"), let month = scanner.digits(2),
      scanner.skip("-"), let day = scanner.digits(2), scanner.skip("T"),
      let hour = scanner.digits(2), scanner.skip(":"), let minute = scanner.digits(2),
      scanner.skip(":"), let second = scanner.digits(2)
    else { return nil }
    let date = CivilDate(year: year, month: month, day: day)
    guard year >= 1, date.exists, hour < 24, minute < 60, second < 60 else { return nil }
    guard let nanos = scanner.fraction(), let offset = zone(&scanner), scanner.isAtEnd else {
      return nil
    }
    let ofDay = Int64(hour * 3600 + minute * 60 + second)
    return (Int64(date.daysSince1970) * 86400 + ofDay - offset, nanos)
  }

  private static func zone(_ scanner: inout DigitScanner) -> Int64? {
    if scanner.skip("Z") { return 0 }
    let isEast = scanner.skip("+")
    guard isEast || scanner.skip("-"), let hour = scanner.digits(2), scanner.skip(":"),
      let minute = scanner.digits(2), hour < 24, minute < 60
    else { return nil }
    return Int64(hour * 3600 + minute * 60) * (isEast ? 1 : -1)
  }

  /// Appends the text of a time, with 0, 3, 6 or 9 digits after the second.
  static func append(
    _ seconds: Int64, _ nanos: Int32, to output: inout TextBuffer
  ) throws(ProtobufError) {
    guard range.contains(seconds), (0...999_999_999).contains(nanos) else {
      throw ProtobufError(.unrepresentable, "a timestamp is outside of years 0001 to 9999")
    }
    let day = seconds.flooredQuotient(by: 86400)
    let ofDay = Int(seconds - day * 86400)
    let date = CivilDate(daysSince1970: Int(day))
    append(date.year / 100, "", to: &output)
    append(date.year % 100, "-", to: &output)
    append(date.month, "-", to: &output)
    append(date.day, "T", to: &output)
    append(ofDay / 3600, ":", to: &output)
    append(ofDay / 60 % 60, ":", to: &output)
    append(ofDay % 60, "", to: &output)
    Durations.appendFraction(nanos, to: &output)
    output.append(UInt8(ascii: "Z"))
  }

  /// Two digits, and the mark behind them.
  private static func append(_ number: Int, _ mark: StaticString, to output: inout TextBuffer) {
    output.append(UInt8(ascii: "0") + UInt8(number / 10))
    output.append(UInt8(ascii: "0") + UInt8(number % 10))
    if mark.utf8CodeUnitCount > 0 { output.append(unsafe mark.utf8Start.pointee) }
  }
}

/// `google.protobuf.Duration` as seconds with an `s`.
enum Durations {
  private static let maximum: Int64 = 315_576_000_000

  static func parse(
    _ text: UnsafeBufferPointer<UInt8>
  ) throws(ProtobufError) -> (seconds: Int64, nanos: Int32) {
    var scanner = unsafe DigitScanner(text)
    let isNegative = scanner.skip("-")
    guard let seconds = scanner.number(), let nanos = scanner.fraction(), scanner.skip("s"),
      scanner.isAtEnd
    else { throw .json("expected a duration like \"1.5s\"") }
    guard seconds <= maximum else {
      throw .json("expected a duration of at most \(maximum) seconds")
    }
    return isNegative ? (-seconds, -nanos) : (seconds, nanos)
  }

  /// Appends the text of a duration.
  static func append(
    _ seconds: Int64, _ nanos: Int32, to output: inout TextBuffer
  ) throws(ProtobufError) {
    guard seconds.magnitude <= UInt64(maximum), nanos.magnitude <= 999_999_999,
      seconds == 0 || nanos == 0 || (seconds < 0) == (nanos < 0)
    else { throw ProtobufError(.unrepresentable, "a duration is out of range or has two signs") }
    if seconds < 0 || nanos < 0 { output.append(UInt8(ascii: "-")) }
    output.append(text: String(seconds.magnitude))
    appendFraction(Int32(nanos.magnitude), to: &output)
    output.append(UInt8(ascii: "s"))
  }

  /// Appends nothing, or a point and 3, 6 or 9 digits.
  static func appendFraction(_ nanos: Int32, to output: inout TextBuffer) {
    if nanos == 0 { return }
    var (rest, count) = (nanos, 9)
    while rest % 1000 == 0 { (rest, count) = (rest / 1000, count - 3) }
    output.append(UInt8(ascii: "."))
    unsafe output.append(room: count) { digits in
      for index in (0..<count).reversed() {
        unsafe digits[index] = UInt8(ascii: "0") + UInt8(rest % 10)
        rest /= 10
      }
      return count
    }
  }
}

/// `google.protobuf.FieldMask` as comma-joined lowerCamel paths.
enum FieldMasks {
  static func parse(_ text: String) throws(ProtobufError) -> [String] {
    if text.isEmpty { return [] }
    var paths: [String] = []
    // By bytes: a comma with a combining mark behind it is one Character.
    for path in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      paths.append(try snake(Substring(path)))
    }
    return paths
  }

  private static func snake(_ path: Substring) throws(ProtobufError) -> String {
    var result = ""
    for character in path.unicodeScalars {
      switch character {
      case "A"..."Z": result += "_" + String(character).lowercased()
      case "_": throw .json("expected lowerCamelCase paths in a field mask")
      default: result.unicodeScalars.append(character)
      }
    }
    guard !result.isEmpty else { throw .json("a field mask has an empty path") }
    return result
  }

  /// The JSON spelling of a path; only paths that can be read back have one.
  static func camel(_ path: String) throws(ProtobufError) -> String {
    var result = ""
    var isUpper = false
    for character in path.unicodeScalars {
      let isLetter = ("a"..."z").contains(character)
      if ("A"..."Z").contains(character) || character == "," || (isUpper && !isLetter) {
        throw unwritable
      }
      if character == "_" {
        isUpper = true
      } else {
        result += isUpper ? String(character).uppercased() : String(character)
        isUpper = false
      }
    }
    if isUpper || result.isEmpty { throw unwritable }
    return result
  }

  private static var unwritable: ProtobufError {
    ProtobufError(.unrepresentable, "a field mask has a path that JSON cannot carry")
  }
}

/// Reads digits and marks from ASCII text, which must stay.
@safe
struct DigitScanner {
  private let text: UnsafeBufferPointer<UInt8>
  private var offset = 0

  init(_ text: UnsafeBufferPointer<UInt8>) { unsafe self.text = text }

  var isAtEnd: Bool { unsafe offset == text.count }

  mutating func skip(_ mark: Unicode.Scalar) -> Bool {
    guard unsafe offset < text.count && text[offset] == UInt8(ascii: mark) else { return false }
    offset += 1
    return true
  }

  /// Exactly `count` digits.
  mutating func digits(_ count: Int) -> Int? {
    guard unsafe text.count - offset >= count else { return nil }
    var value = 0
    for index in offset..<offset + count {
      let digit = unsafe text[index] &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      value = value * 10 + Int(digit)
    }
    offset += count
    return value
  }

  private var digitsAhead: Int {
    var end = offset
    while unsafe end < text.count && text[end] &- UInt8(ascii: "0") < 10 { end += 1 }
    return end - offset
  }

  /// One to fifteen digits.
  mutating func number() -> Int64? {
    let count = digitsAhead
    guard count >= 1, count <= 15 else { return nil }
    return digits(count).map { Int64($0) }
  }

  /// A point and 1 to 9 digits, as nanoseconds; 0 when there is no point.
  mutating func fraction() -> Int32? {
    guard skip(".") else { return 0 }
    let count = digitsAhead
    guard count >= 1, count <= 9, let value = digits(count) else { return nil }
    return Int32(value)
      * Int32([100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1000, 100, 10, 1][count - 1])
  }
}
