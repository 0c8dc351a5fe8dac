internal import Domain
internal import VoiceAPI

/// The check of who a merchant is.
///
/// draft ⇄ submitted → approved → expired; submitted → rejected; any → suspended → approved. Whatever
/// the merchant changes leads to submitted, or to draft while something is missing, but never out of
/// suspended; approving, rejecting and suspending is the operator's (`KycReview`).
package enum KycState: String, Sendable, Hashable {
  case draft, submitted, approved, rejected, suspended

  /// Where a change by the merchant leads.
  func changed(isComplete: Bool) -> KycState {
    if self == .suspended { return .suspended }
    return isComplete ? .submitted : .draft
  }

  /// As the API calls it; an approval ends by itself.
  func proto(expireTime: Moment?, now: Moment) -> Payaid.Voice.V1.Kyc.State {
    switch self {
    case .draft: .draft
    case .submitted: .submitted
    case .rejected: .rejected
    case .suspended: .suspended
    case .approved: expireTime.map { now < $0 } ?? false ? .approved : .expired
    }
  }
}

/// The forms of the numbers that the state gives to businesses. Form only: whether a number exists is
/// for a person, or a register, to say.
enum BusinessNumber {
  /// Permanent account number: five letters, of which the fourth is the holder's kind, four digits
  /// that are not all zero, and a letter.
  static func isPAN(_ text: String) -> Bool {
    let kinds = Set("ABCFGHJLPT".utf8)
    let bytes = Array(text.utf8)
    return bytes.count == 10 && bytes[0..<5].allSatisfy(isLetter) && kinds.contains(bytes[3])
      && bytes[5..<9].allSatisfy(isDigit) && text.dropFirst(5).prefix(4) != "0000"
      && isLetter(bytes[9])
  }

  /// `ABCP•••••F`: what is shown of one.
  static func masked(pan: String) -> String { pan.prefix(4) + "•••••" + pan.suffix(1) }

  /// GST identification number: state, PAN, entity, and a check character over all before it.
  static func isGSTIN(_ text: String) -> Bool {
    let values = text.utf8.map(value)
    guard values.count == 15, values.allSatisfy({ $0 != nil }),
      text.utf8.prefix(2).allSatisfy(isDigit), isPAN(String(text.dropFirst(2).prefix(10)))
    else { return false }
    let sum = values.prefix(14).enumerated().reduce(0) { sum, entry in
      let product = entry.element! * (entry.offset % 2 == 0 ? 1 : 2)
      return sum + product / 36 + product % 36
    }
    return values[14] == (36 - sum % 36) % 36
  }

  /// Corporate identification number: listing, industry, state, year, kind, number.
  static func isCIN(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.count == 21 && (bytes[0] == UInt8(ascii: "L") || bytes[0] == UInt8(ascii: "U"))
      && bytes[1..<6].allSatisfy(isDigit) && bytes[6..<8].allSatisfy(isLetter)
      && bytes[8..<12].allSatisfy(isDigit) && bytes[12..<15].allSatisfy(isLetter)
      && bytes[15..<21].allSatisfy(isDigit)
  }

  /// Identification number of a limited liability partnership: `AAB-1234`.
  static func isLLPIN(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.count == 8 && bytes[0..<3].allSatisfy(isLetter) && bytes[3] == UInt8(ascii: "-")
      && bytes[4..<8].allSatisfy(isDigit)
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func value(_ byte: UInt8) -> Int? {
    if isDigit(byte) { return Int(byte) - 0x30 }
    return isLetter(byte) ? Int(byte) - 0x41 + 10 : nil
  }
}
