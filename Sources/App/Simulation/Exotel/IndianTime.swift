internal import Buffers

/// Civil time in India (UTC+05:30) as Exotel writes it.
package enum IndianTime {
  private static let offset = 19_800
  /// From the one of 1970-01-01.
  private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// `YYYY-MM-DD HH:mm:ss` of seconds since 1970.
  package static func text(_ unixSeconds: Int) -> String {
    let (days, clock) = parts(unixSeconds)
    let date = CivilDate(daysSince1970: days)
    return "\(date.year)-\(pad(date.month))-\(pad(date.day)) \(clock)"
  }

  /// `Tue, 25 Aug 2026 12:07:08` of seconds since 1970.
  package static func longText(_ unixSeconds: Int) -> String {
    let (days, clock) = parts(unixSeconds)
    let date = CivilDate(daysSince1970: days)
    let weekday = weekdays[days - days.flooredQuotient(by: 7) * 7]
    return "\(weekday), \(pad(date.day)) \(months[date.month - 1]) \(date.year) \(clock)"
  }

  private static func parts(_ unixSeconds: Int) -> (days: Int, clock: String) {
    let local = unixSeconds + offset
    let days = local.flooredQuotient(by: 86_400)
    let second = local - days * 86_400
    return (days, "\(pad(second / 3_600)):\(pad(second / 60 % 60)):\(pad(second % 60))")
  }

  /// Seconds since 1970 of `YYYY-MM-DD` or `YYYY-MM-DD HH:mm:ss`; nil for anything else.
  package static func unixSeconds(_ text: String) -> Int? {
    let fields = text.split { "-: ".contains($0) }.map { Int($0) }
    guard fields.count == 3 || fields.count == 6, !fields.contains(nil) else { return nil }
    let numbers = fields.compactMap { $0 } + [0, 0, 0]
    guard (0...9_999).contains(numbers[0]), (1...12).contains(numbers[1]),
      (1...31).contains(numbers[2]), numbers[3] < 24,
      numbers[4] < 60, numbers[5] < 61
    else { return nil }
    let date = CivilDate(year: numbers[0], month: numbers[1], day: numbers[2])
    return date.daysSince1970 * 86_400 + numbers[3] * 3_600 + numbers[4] * 60 + numbers[5] - offset
  }

  private static func pad(_ number: Int) -> String {
    number < 10 ? "0\(number)" : String(number)
  }
}
