internal import Domain
internal import VoiceAPI

/// The stretch of time that a report is about; its end is not in it.
struct ReportSpan: Sendable, Equatable {
  typealias V1 = Payaid.Voice.V1

  let start: Moment
  let end: Moment

  /// Months that a report has at most.
  static let months = 36
  /// How long a span of a file of records is at most.
  static let records = Duration.seconds(31 * 86_400)

  init(start: Moment, end: Moment) {
    self.start = start
    self.end = end
  }

  /// A period that ends at `now`.
  init(_ period: V1.Period, at now: Moment, _ violations: inout FieldViolations) {
    let today = IndianDay(now)
    end = now
    switch period {
    case .unspecified, .today: start = today.start
    case .week: start = today.monday.start
    case .month: start = today.month.start
    case .unrecognized:
      start = now
      violations.add("period", "is no period")
    }
  }

  /// What a report of revenue is asked for; from its first day to the end of its last.
  init(_ request: V1.GetRevenueRequest, at now: Moment, _ violations: inout FieldViolations) {
    guard !request.startDate.isEmpty else {
      violations.require(
        request.endDate.isEmpty, "endDate", "is only of use with a startDate")
      self.init(request.period, at: now, &violations)
      return
    }
    let today = IndianDay(now)
    let first = Self.day(request.startDate, "startDate", &violations)
    let last =
      request.endDate.isEmpty ? today : Self.day(request.endDate, "endDate", &violations)
    self.init(start: (first ?? today).start, end: (last ?? today).next.start)
    guard let first, let last else { return }
    violations.require(first <= last, "startDate", "must not be after the last day")
    violations.require(
      first.month.count(to: last.month) <= Self.months, "startDate",
      "must not be more than \(Self.months) months before the last day's")
  }

  /// What a file of records is asked for.
  init(_ request: V1.ExportCallRecordsRequest, _ violations: inout FieldViolations) {
    let start = request.startTime.flatMap { Moment(checking: $0) }
    let end = request.endTime.flatMap { Moment(checking: $0) }
    violations.require(start != nil, "startTime", "must be set, to a time of the years 1 to 9999")
    violations.require(end != nil, "endTime", "must be set, to a time of the years 1 to 9999")
    self.init(start: start ?? Moment(seconds: 0), end: end ?? Moment(seconds: 0))
    guard let start, let end else { return }
    violations.require(start < end, "endTime", "must be later than startTime")
    violations.require(
      end <= start + Self.records, "endTime", "must not be more than 31 days after startTime")
  }

  private static func day(
    _ text: String, _ field: String, _ violations: inout FieldViolations
  ) -> IndianDay? {
    let day = IndianDay(text)
    violations.require(day != nil, field, "must be a day, YYYY-MM-DD")
    return day
  }

  /// The months that it touches, in order.
  var months: [IndianMonth] {
    let last = IndianDay(Moment(microseconds: max(start.microseconds, end.microseconds - 1))).month
    var months = [IndianDay(start).month]
    while let month = months.last, month < last { months.append(month.next) }
    return months
  }
}
