internal import Buffers

/// The time of an entry, `2026-11-22T05:30:00.000000Z`.
enum LogTime {
  private static let form = Array("0000-00-00T00:00:00.000000Z".utf8)

  /// Microseconds since 1970; `nil` for a text of another form.
  static func microseconds(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    guard bytes.count == form.count,
      zip(bytes, form).allSatisfy({ $1 == 0x30 ? (0x30...0x39).contains($0) : $0 == $1 })
    else { return nil }
    func number(_ range: Range<Int>) -> Int64 {
      bytes[range].reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }
    let (hour, minute, second) = (number(11..<13), number(14..<16), number(17..<19))
    guard let date = CivilDate(text.prefix(10)), hour < 24, minute < 60, second < 60 else {
      return nil
    }
    let seconds = Int64(date.daysSince1970) * 86_400 + hour * 3_600 + minute * 60 + second
    return seconds * 1_000_000 + number(20..<26)
  }
}
