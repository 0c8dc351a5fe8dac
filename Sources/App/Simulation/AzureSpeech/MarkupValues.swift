/// The values that attributes of SSML may have.
enum MarkupValues {
  /// Kinds of `say-as` whose characters are said one by one.
  static let spelling: Set<String> = [
    "telephone", "characters", "spell-out", "digits", "number_digit",
  ]

  /// Pauses of a `break` by its strength.
  private static let strengths: [String: Duration] = [
    "none": .zero, "x-weak": .milliseconds(250), "weak": .milliseconds(500),
    "medium": .milliseconds(750), "strong": .seconds(1), "x-strong": .milliseconds(1_250),
  ]

  /// Words for what `prosody` sets.
  private static let words: [String: Set<String>] = [
    "rate": ["x-slow", "slow", "medium", "fast", "x-fast", "default"],
    "pitch": ["x-low", "low", "medium", "high", "x-high", "default"],
    "volume": ["silent", "x-soft", "soft", "medium", "loud", "x-loud", "default"],
  ]

  /// Units behind a number of each.
  private static let units: [String: [String]] = [
    "rate": ["%", ""], "pitch": ["%", "Hz", "st"], "volume": ["%", "dB", ""],
  ]

  /// `300ms`, `1.5s` or milliseconds without a unit; nil for anything else.
  static func time(_ text: String) -> Duration? {
    let isSeconds = text.hasSuffix("s") && !text.hasSuffix("ms")
    let digits = text.hasSuffix("ms") ? text.dropLast(2) : isSeconds ? text.dropLast() : text[...]
    guard isPlain(digits), let number = Double(digits), number <= 3_600_000 else { return nil }
    return .milliseconds(Int(isSeconds ? number * 1_000 : number))
  }

  /// How long a `break` is, at most 20 seconds.
  static func pause(of element: XMLElement) throws(MarkupError) -> Duration {
    guard element.children.isEmpty else { throw MarkupError("break has content") }
    if let text = element["time"] {
      guard let time = time(text) else { throw MarkupError("break has no such time") }
      return min(time, .seconds(20))
    }
    guard let pause = strengths[element["strength"] ?? "medium"] else {
      throw MarkupError("break has no such strength")
    }
    return pause
  }

  /// Throws for what `prosody` cannot be.
  static func checkProsody(_ element: XMLElement) throws(MarkupError) {
    for (name, value) in element.attributes {
      guard let words = words[name] else {
        guard ["contour", "range"].contains(name) else {
          throw MarkupError("prosody has an unknown attribute")
        }
        continue
      }
      guard words.contains(value) || isNumber(value, units: units[name] ?? []) else {
        throw MarkupError("prosody has no such \(name)")
      }
    }
  }

  /// A number, with a sign or without, before one of the units.
  private static func isNumber(_ text: String, units: [String]) -> Bool {
    units.contains { unit in
      guard text.hasSuffix(unit) else { return false }
      let number = text.dropLast(unit.count)
      return isPlain(number.first.map { "+-".contains($0) } == true ? number.dropFirst() : number)
    }
  }

  /// Digits with at most one point.
  private static func isPlain(_ text: Substring) -> Bool {
    text.first?.isASCII == true && text.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ".") }
      && Double(text) != nil
  }
}
