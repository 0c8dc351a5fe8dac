/// What a setting's text means: its form in words, and how it is read.
package struct SettingType<Value: Sendable>: Sendable {
  /// Completes "must be".
  package let form: String
  /// The value, or nil when the text is not of the form. Its text is never part of an error.
  package let parse: @Sendable (String) -> Value?

  package init(_ form: String, parse: @escaping @Sendable (String) -> Value?) {
    self.form = form
    self.parse = parse
  }
}

extension SettingType<String> {
  /// Any text.
  package static var text: SettingType { SettingType("a text") { $0 } }

  /// A text of at least `bytes` bytes, for keys that must not be guessed.
  package static func text(atLeast bytes: Int) -> SettingType {
    SettingType("a text of at least \(bytes) bytes") { $0.utf8.count >= bytes ? $0 : nil }
  }

  /// An absolute http or https URL, given without the slashes at its end.
  package static var webURL: SettingType { url("http", "https") }

  /// An absolute URL of one of these schemes, given without the slashes at its end.
  package static func url(_ schemes: String...) -> SettingType {
    let starts = schemes.map { "\($0)://" }
    return SettingType("a URL that starts with \(alternatives(starts))") { text in
      guard let start = starts.first(where: text.hasPrefix),
        text.utf8.count > start.utf8.count, text.utf8.allSatisfy({ $0 > 32 && $0 < 127 })
      else { return nil }
      return String(text.reversed().drop { $0 == "/" }.reversed())
    }
  }
}

extension SettingType<Bool> {
  /// A yes or a no, in the words people use for them.
  package static var flag: SettingType {
    SettingType("true or false") { text in
      switch text.lowercased() {
      case "true", "yes", "on", "1": true
      case "false", "no", "off", "0": false
      default: nil
      }
    }
  }
}

extension SettingType<Int> {
  /// A whole number in a range.
  package static func number(_ range: ClosedRange<Int>) -> SettingType {
    SettingType("a number from \(range.lowerBound) to \(range.upperBound)") { text in
      Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }
}

extension SettingType<Duration> {
  /// A whole number of seconds in a range.
  package static func seconds(_ range: ClosedRange<Int>) -> SettingType {
    SettingType("a number of seconds from \(range.lowerBound) to \(range.upperBound)") { text in
      Int(text).flatMap { range.contains($0) ? .seconds($0) : nil }
    }
  }

  /// A whole number of days of 24 hours in a range.
  package static func days(_ range: ClosedRange<Int>) -> SettingType {
    SettingType("a number of days from \(range.lowerBound) to \(range.upperBound)") { text in
      Int(text).flatMap { range.contains($0) ? .seconds($0 * 86_400) : nil }
    }
  }
}

extension SettingType<Set<String>> {
  /// Words separated by commas or spaces.
  package static func words(_ form: String) -> SettingType {
    SettingType(form) { Set($0.split { $0 == "," || $0 == " " }.map(String.init)) }
  }
}

extension SettingType<[String]> {
  /// Names of letters, digits, dots and dashes, in order, separated by commas; at least one.
  package static func names(_ form: String) -> SettingType {
    SettingType(form) { text in
      let names = text.split(separator: ",").map { $0.filter { $0 != " " } }
      let areNames = names.allSatisfy { name in
        !name.isEmpty
          && name.utf8.allSatisfy { byte in
            byte.isLetterOrDigit || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
          }
      }
      return names.isEmpty || !areNames ? nil : names
    }
  }
}

extension UInt8 {
  fileprivate var isLetterOrDigit: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
}

extension SettingType where Value: CaseIterable, Value.AllCases == [Value] {
  /// One of an enum's cases, by what `name` calls it.
  package static func choice(_ name: @escaping @Sendable (Value) -> String) -> SettingType {
    let names = Value.allCases.map(name)
    return SettingType(alternatives(names)) { text in Value.allCases.first { name($0) == text } }
  }
}

/// "a, b or c"; `names` has two at least.
private func alternatives(_ names: [String]) -> String {
  names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
}
