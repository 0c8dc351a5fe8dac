internal import Buffers
internal import Postgres

/// When something recurs, in five fields: minute, hour, day of month, month, day of week (0 to 7,
/// both ends Sunday).
///
/// ```
/// field := item ("," item)*        item := ("*" | number | number "-" number) ("/" number)?
/// ```
/// As in cron(8), a day fits when either day field does, if both are restricted. Times are those of a
/// clock at a fixed distance from UTC, as India's is.
package struct CronExpression: Sendable, Equatable {
  /// As it was written.
  package let text: String
  /// What the clock shows ahead of UTC, in seconds.
  package let offset: Int64

  private let minutes: CronField
  private let hours: CronField
  private let days: CronField
  private let months: CronField
  private let weekdays: CronField

  /// India's clocks.
  package static let indianOffset: Int64 = 19_800
  /// Every date that recurs at all does so within eight years: 29 February around 2100.
  private static let horizon = 8 * 366

  /// Throws `badTimetable`, naming the field, for what is none or never comes.
  package init(_ text: String, offset: Int64 = CronExpression.indianOffset) throws(JobError) {
    let fields = text.split(separator: " ", omittingEmptySubsequences: true)
    guard fields.count == 5 else {
      throw JobError(.badTimetable, "cron expression has \(fields.count) fields, not 5")
    }
    self.text = text
    self.offset = offset
    minutes = try CronField(fields[0], "minute", 0...59)
    hours = try CronField(fields[1], "hour", 0...23)
    days = try CronField(fields[2], "day of month", 1...31)
    months = try CronField(fields[3], "month", 1...12)
    weekdays = try CronField(fields[4], "day of week", 0...7)
    if next(after: 0) == nil {
      throw JobError(.badTimetable, "cron expression names a date that never comes")
    }
  }

  /// The first time later than `seconds` since 1970, in the same measure.
  package func next(after seconds: Int64) -> Int64? {
    let local = seconds + offset
    let today = local.flooredQuotient(by: 86_400)
    let minute = Int((local - today * 86_400) / 60) + 1
    for distance in 0..<Int64(Self.horizon) where fits(day: today + distance) {
      if let found = firstMinute(from: distance == 0 ? minute : 0) {
        return (today + distance) * 86_400 + Int64(found) * 60 - offset
      }
    }
    return nil
  }

  private func fits(day: Int64) -> Bool {
    let date = CivilDate(daysSince1970: Int(day))
    guard months.contains(date.month) else { return false }
    // 1970-01-01 was a Thursday.
    let weekday = Int(day + 4 - (day + 4).flooredQuotient(by: 7) * 7)
    let fitsWeekday = weekdays.contains(weekday) || (weekday == 0 && weekdays.contains(7))
    let fitsDay = days.contains(date.day)
    return days.isAny || weekdays.isAny ? fitsDay && fitsWeekday : fitsDay || fitsWeekday
  }

  private func firstMinute(from start: Int) -> Int? {
    (start..<1440).first { hours.contains($0 / 60) && minutes.contains($0 % 60) }
  }
}

/// The values one field allows.
struct CronField: Equatable {
  /// Whether it was written as `*` alone or with a step of one.
  let isAny: Bool
  private let bits: UInt64

  init(_ text: Substring, _ name: String, _ range: ClosedRange<Int>) throws(JobError) {
    var bits: UInt64 = 0
    for item in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let values = Self.values(item, range) else {
        throw JobError(
          .badTimetable,
          "\(name) of a cron expression must be *, or numbers from \(range.lowerBound) to "
            + "\(range.upperBound) with - , and /")
      }
      for value in values { bits |= 1 << UInt64(value) }
    }
    self.bits = bits
    isAny = text == "*" || text == "*/1"
  }

  func contains(_ value: Int) -> Bool { bits & 1 << UInt64(value) != 0 }

  private static func values(
    _ item: Substring, _ range: ClosedRange<Int>
  ) -> StrideThrough<Int>? {
    let parts = item.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2 else { return nil }
    var step = 1
    if parts.count == 2 {
      guard let given = number(parts[1]), given > 0 else { return nil }
      step = given
    }
    if parts[0] == "*" {
      return stride(from: range.lowerBound, through: range.upperBound, by: step)
    }
    let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count <= 2, let first = number(ends[0]), let last = number(ends[ends.count - 1]),
      range.contains(first), range.contains(last), first <= last
    else { return nil }
    // A lone number with a step runs to the end of the range.
    let end = ends.count == 1 && parts.count == 2 ? range.upperBound : last
    return stride(from: first, through: end, by: step)
  }

  private static func number(_ text: Substring) -> Int? {
    let isNumber = (1...4).contains(text.utf8.count) && text.utf8.allSatisfy { (48...57) ~= $0 }
    return isNumber ? Int(text) : nil
  }
}
