/// Digits in speech: figures, English and Hindi number words, in the order they were said.
package enum SpokenDigits {
  private static let words: [String: Character] = [
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
    "seven": "7", "eight": "8", "nine": "9",
    "शून्य": "0", "एक": "1", "दो": "2", "तीन": "3", "चार": "4", "पाँच": "5", "पांच": "5",
    "छह": "6", "छः": "6", "सात": "7", "आठ": "8", "नौ": "9",
  ]

  /// The digits of `text`; nil for fewer than two, since a lone "one" is seldom a number.
  package static func found(in text: String) -> String? {
    var digits = ""
    for word in text.lowercased().split(whereSeparator: { " ,.?!।-".contains($0) }) {
      if let digit = words[String(word)] {
        digits.append(digit)
      } else {
        digits += word.compactMap(\.wholeNumberValue).filter { $0 < 10 }.map(String.init).joined()
      }
    }
    return digits.count >= 2 ? digits : nil
  }

  /// Digits spelt with spaces, so that a voice reads them one by one.
  package static func spaced(_ digits: String) -> String {
    digits.map(String.init).joined(separator: " ")
  }
}
