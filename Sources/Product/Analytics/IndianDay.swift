internal import Buffers
internal import Domain

/// A day of the Indian calendar.
struct IndianDay: Sendable, Hashable, Comparable {
  private let date: CivilDate

  /// The day that `moment` falls on.
  init(_ moment: Moment) {
    let time = IndianTime(moment)
    date = CivilDate(year: time.year, month: time.month, day: time.day)
  }

  private init(_ date: CivilDate) { self.date = date }

  /// Reads `YYYY-MM-DD`; `nil` for another text, and for a day that does not exist.
  init?(_ text: String) {
    guard let date = CivilDate(text) else { return nil }
    self.date = date
  }

  /// When it begins.
  var start: Moment { IndianTime.midnight(daysSince1970: date.daysSince1970) }

  var next: IndianDay { adding(1) }

  /// The Monday that it is, or that came last.
  var monday: IndianDay {
    // 1970-01-01 was a Thursday.
    let days = date.daysSince1970 + 3
    return adding(-(days - days.flooredQuotient(by: 7) * 7))
  }

  private func adding(_ days: Int) -> IndianDay {
    IndianDay(CivilDate(daysSince1970: date.daysSince1970 + days))
  }

  var month: IndianMonth { IndianMonth(year: date.year, month: date.month) }

  static func < (a: IndianDay, b: IndianDay) -> Bool { a.start < b.start }
}

/// A month of the Indian calendar.
struct IndianMonth: Sendable, Hashable, Comparable, CustomStringConvertible {
  let year: Int
  /// 1 to 12.
  let month: Int

  var next: IndianMonth {
    month == 12 ? IndianMonth(year: year + 1, month: 1) : IndianMonth(year: year, month: month + 1)
  }

  /// When it begins.
  var start: Moment {
    let date = CivilDate(year: year, month: month, day: 1)
    return IndianTime.midnight(daysSince1970: date.daysSince1970)
  }

  /// Months since the year 0.
  private var number: Int { year * 12 + month - 1 }

  /// How many months there are from this one to `last`, with both.
  func count(to last: IndianMonth) -> Int { last.number - number + 1 }

  static func < (a: IndianMonth, b: IndianMonth) -> Bool { a.number < b.number }

  /// `2026-11`.
  var description: String {
    let year = String(year)
    return String(repeating: "0", count: max(0, 4 - year.count)) + year
      + (month < 10 ? "-0" : "-") + "\(month)"
  }
}
