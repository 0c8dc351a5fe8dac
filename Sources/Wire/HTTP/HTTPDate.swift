internal import Buffers

/// Dates in the one form HTTP writes today (RFC 9110, 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
public enum HTTPDate {
  private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// The text for a moment given in seconds since 1970, in UTC.
  public static func text(secondsSince1970 seconds: Int) -> String {
    let days = seconds.flooredQuotient(by: 86_400)
    let second = seconds - days * 86_400
    let date = CivilDate(daysSince1970: days)
    let weekday = weekdays[((days % 7) + 7) % 7]
    let clock = "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
    return "\(weekday), \(two(date.day)) \(months[date.month - 1]) \(four(date.year)) \(clock) GMT"
  }

  /// The moment that a text in this form names; nil for any other text.
  public static func secondsSince1970(_ text: String) -> Int? {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 6, parts[5] == "GMT", parts[0].count == 4, parts[0].last == ",",
      let day = number(parts[1], 2), let month = months.firstIndex(of: String(parts[2])),
      let year = number(parts[3], 4)
    else { return nil }
    let clock = parts[4].split(separator: ":", omittingEmptySubsequences: false)
    guard clock.count == 3, let hour = number(clock[0], 2), let minute = number(clock[1], 2),
      let second = number(clock[2], 2), hour < 24, minute < 60, second <= 60
    else { return nil }
    let date = CivilDate(year: year, month: month + 1, day: day)
    let days = date.daysSince1970
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + min(second, 59)
    // A weekday or a day of the month that does not exist does not come back.
    return String(parts[0].dropLast()) == weekdays[((days % 7) + 7) % 7]
      && date.exists ? seconds : nil
  }

  private static func number(_ text: Substring, _ digits: Int) -> Int? {
    text.utf8.count == digits && text.utf8.allSatisfy { (48...57) ~= $0 } ? Int(text) : nil
  }

  private static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

  private static func four(_ value: Int) -> String {
    String(repeating: "0", count: max(0, 4 - "\(value)".count)) + "\(value)"
  }
}
