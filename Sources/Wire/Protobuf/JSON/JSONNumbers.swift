/// Numbers as ProtoJSON has them: the same grammar bare and in quotes.
enum JSONNumbers {
  /// Whether the text is a JSON number: no plus sign, no leading zero, no white space.
  static func isNumber(_ text: some Collection<UInt8>) -> Bool {
    var rest = text[...]
    if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    let whole = rest.prefix(while: isDigit)
    guard !whole.isEmpty, whole.count == 1 || whole.first != UInt8(ascii: "0") else { return false }
    rest = rest.dropFirst(whole.count)
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      let digits = rest.prefix(while: isDigit)
      guard !digits.isEmpty else { return false }
      rest = rest.dropFirst(digits.count)
    }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest = rest.dropFirst()
      if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") {
        rest = rest.dropFirst()
      }
      let digits = rest.prefix(while: isDigit)
      guard !digits.isEmpty else { return false }
      rest = rest.dropFirst(digits.count)
    }
    return rest.isEmpty
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  /// The integer a number stands for, exactly; nil when it has a fraction or does not fit.
  static func integer<T: FixedWidthInteger>(
    _ text: UnsafeBufferPointer<UInt8>, as type: T.Type
  ) -> T? {
    if let short = unsafe shortInteger(text) { return T(exactly: short) }
    return integer(unsafe String(decoding: text, as: UTF8.self), as: type)
  }

  /// The value of up to 18 digits without a leading zero, the usual case.
  private static func shortInteger(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    let isNegative = unsafe text.first == UInt8(ascii: "-")
    let start = isNegative ? 1 : 0
    guard (1...18).contains(text.count - start) else { return nil }
    if unsafe text[start] == UInt8(ascii: "0"), text.count - start > 1 { return nil }
    var value: Int64 = 0
    for index in start..<text.count {
      let digit = unsafe text[index] &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      value = value &* 10 &+ Int64(digit)
    }
    return isNegative ? -value : value
  }

  /// The integer a number stands for, exactly; nil when it has a fraction or does not fit.
  static func integer<T: FixedWidthInteger>(_ text: String, as type: T.Type) -> T? {
    guard isNumber(text.utf8) else { return nil }
    if let plain = T(text) { return plain }
    return expanded(text).flatMap { T($0) }
  }

  /// `1.50e3` -> `1500`; nil when a fraction stays or the number is longer than any integer.
  ///
  /// By bytes, each looked at once or twice: a String counts its characters anew each time it is asked.
  private static func expanded(_ text: String) -> String? {
    let parts = text.utf8.split { $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E") }
    guard let mantissa = parts.first else { return nil }
    guard var exponent = parts.count > 1 ? Int(Substring(parts[1])) : 0 else { return nil }
    let isNegative = mantissa.first == UInt8(ascii: "-")
    let halves = mantissa.dropFirst(isNegative ? 1 : 0).split(separator: UInt8(ascii: "."))
    guard exponent.magnitude < 1 << 32, let whole = halves.first else { return nil }
    let fraction = halves.count > 1 ? halves[1] : ""[...].utf8
    let all = Array(whole) + fraction
    guard let first = all.firstIndex(where: { $0 != UInt8(ascii: "0") }),
      let last = all.lastIndex(where: { $0 != UInt8(ascii: "0") })
    else { return "0" }
    exponent += all.count - 1 - last - fraction.count
    let digits = String(decoding: all[first...last], as: UTF8.self)
    guard exponent >= 0, last - first + exponent < 20 else { return nil }
    return (isNegative ? "-" : "") + digits + String(repeating: "0", count: exponent)
  }

  /// The double nearest to a number or to one of the three names; nil beyond the range.
  static func double(_ text: String, isQuoted: Bool) -> Double? {
    if isQuoted, let special = special(text) { return special }
    guard isNumber(text.utf8) else { return nil }
    return Double(text).flatMap { $0.isFinite ? $0 : nil }
  }

  /// The float nearest to a number or to one of the three names; nil beyond the range.
  static func float(_ text: String, isQuoted: Bool) -> Float? {
    if isQuoted, let special = special(text) { return Float(special) }
    guard isNumber(text.utf8) else { return nil }
    return Float(text).flatMap { $0.isFinite ? $0 : nil }
  }

  private static func special(_ text: String) -> Double? {
    switch text {
    case "NaN": .nan
    case "Infinity": .infinity
    case "-Infinity": -.infinity
    default: nil
    }
  }
}
