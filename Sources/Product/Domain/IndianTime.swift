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
    (year, month, day) = Self.civil(days: days)
  }

  /// The moment of `secondOfDay` on the same day, plus `days` days.
  package func moment(secondOfDay: Int, addingDays days: Int = 0) -> Moment {
    let midnight = Self.days(year: year, month: month, day: day) * 86_400 - Self.offset
    return Moment(seconds: midnight + Int64(days) * 86_400 + Int64(secondOfDay))
  }

  /// `HH:MM`, for sentences.
  package static func clock(_ secondOfDay: Int) -> String {
    let (hour, minute) = (secondOfDay / 3_600, secondOfDay / 60 % 60)
    return (hour < 10 ? "0" : "") + "\(hour):" + (minute < 10 ? "0" : "") + "\(minute)"
  }

  /// Days since 1970-01-01 of a date of the proleptic Gregorian calendar (Hinnant's algorithm:
  /// years begin in March, eras have 400 years).
  static func days(year: Int, month: Int, day: Int) -> Int64 {
    let y = Int64(month <= 2 ? year - 1 : year)
    let era = y.flooredQuotient(by: 400)
    let yearOfEra = y - era * 400
    let monthFromMarch = Int64((month + 9) % 12)
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + Int64(day) - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  static func civil(days: Int64) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = shifted.flooredQuotient(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
    let year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    return (year, month, Int(dayOfYear - (153 * monthFromMarch + 2) / 5) + 1)
  }
}
