/// Indian telephone numbers in the spellings Exotel accepts and shows.
package enum PhoneDigits {
  /// `+91XXXXXXXXXX` for any Indian spelling; other numbers with spaces removed; nil when it is
  /// not a number at all.
  package static func international(_ text: String) -> String? {
    let compact = text.filter { !$0.isWhitespace && $0 != "-" }
    let digits = compact.hasPrefix("+") ? String(compact.dropFirst()) : compact
    guard (8...15).contains(digits.count), digits.allSatisfy({ $0.isASCII && $0.isNumber }) else {
      return nil
    }
    if compact.hasPrefix("+") && !digits.hasPrefix("91") { return compact }
    switch digits.count {
    case 12 where digits.hasPrefix("91"): return "+" + digits
    case 11 where digits.hasPrefix("0"): return "+91" + digits.dropFirst()
    case 10: return "+91" + digits
    default: return "+" + digits
    }
  }

  /// The 0-prefixed spelling Exotel prints for Indian numbers.
  package static func national(_ international: String) -> String {
    international.hasPrefix("+91") && international.count == 13
      ? "0" + international.dropFirst(3) : international
  }
}
