internal import Buffers

/// A moment as clocks and calendars in India show it: UTC+05:30, no daylight saving.
package struct IndianTime: Sendable, Hashable {
  /// Calendar date.
  package let year: Int
  package let month: Int
  package let day: Int
  /// Seconds since midnight, 0..<86,400.
  package let secondOfDay: Int

  private static let offset: Int64 = 19_800

  package init(_ moment: Moment) {
    let local = moment.seconds + Self.offset
    let days = local.flooredQuotient(by: 86_400)
    secondOfDay = Int(local - days * 86_400)
    let date = CivilDate(daysSince1970: Int(days))
    (year, month, day) = (date.year, date.month, date.day)
  }

  /// The moment of `secondOfDay` on the same day, plus `days` days.
  package func moment(secondOfDay: Int, addingDays days: Int = 0) -> Moment {
    let date = CivilDate(year: year, month: month, day: day)
    return Self.midnight(daysSince1970: date.daysSince1970 + days) + .seconds(secondOfDay)
  }

  /// When the day begins that lies so many days after 1970-01-01.
  package static func midnight(daysSince1970 days: Int) -> Moment {
    Moment(seconds: Int64(days) * 86_400 - offset)
  }

  /// When a day of the calendar begins.
  package static func midnight(_ year: Int, _ month: Int, _ day: Int) -> Moment {
    midnight(daysSince1970: CivilDate(year: year, month: month, day: day).daysSince1970)
  }

  /// `HH:MM`, for sentences.
  package static func clock(_ secondOfDay: Int) -> String {
    let (hour, minute) = (secondOfDay / 3_600, secondOfDay / 60 % 60)
    return (hour < 10 ? "0" : "") + "\(hour):" + (minute < 10 ? "0" : "") + "\(minute)"
  }
}
