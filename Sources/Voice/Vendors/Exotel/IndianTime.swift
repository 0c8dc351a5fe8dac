internal import Buffers

/// Exotel's timestamps: `YYYY-MM-DD HH:mm:ss` without a zone, meaning UTC+05:30.
enum IndianTime {
  private static let offset: Int64 = 19_800

  /// Seconds since 1970; nil when the text is not such a time.
  static func parse(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    guard bytes.count == 19, bytes[4] == 45, bytes[7] == 45, bytes[10] == 32, bytes[13] == 58,
      bytes[16] == 58,
      let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
      let day = number(bytes[8..<10]), let hour = number(bytes[11..<13]),
      let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
    else { return nil }
    let date = CivilDate(year: Int(year), month: Int(month), day: Int(day))
    return Int64(date.daysSince1970) * 86_400 + hour * 3_600 + minute * 60 + second - offset
  }

  static func format(_ epoch: Int64) -> String {
    let local = epoch + offset
    let day = local.flooredQuotient(by: 86_400)
    let second = local - day * 86_400
    let date = CivilDate(daysSince1970: Int(day))
    return "\(pad(date.year, 4))-\(pad(date.month))-\(pad(date.day)) "
      + "\(pad(second / 3_600)):\(pad(second / 60 % 60)):\(pad(second % 60))"
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    digits.allSatisfy { (48...57).contains($0) }
      ? digits.reduce(0) { $0 * 10 + Int64($1 - 48) } : nil
  }

  private static func pad(_ value: some BinaryInteger, _ width: Int = 2) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}
