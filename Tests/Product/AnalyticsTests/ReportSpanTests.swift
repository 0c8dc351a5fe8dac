import Domain
import Protobuf
import Testing
import VoiceAPI

@testable import Analytics

@Suite struct ReportSpanTests {
  typealias V1 = Payaid.Voice.V1

  /// 2026-12-01, 00:30 in India: in UTC it is still November.
  private static let now = Moment(seconds: 1_796_065_200)

  @Test(
    arguments: [
      (.unspecified, "2026-12-01"), (.today, "2026-12-01"), (.week, "2026-11-30"),
      (.month, "2026-12-01"),
    ] as [(V1.Period, String)])
  func `a period begins by the Indian calendar and ends now`(period: V1.Period, start: String)
    throws
  {
    var violations = FieldViolations()
    let span = ReportSpan(period, at: Self.now, &violations)
    try violations.throwIfAny()
    #expect(span.start == IndianDay(start)?.start && span.end == Self.now)
  }

  @Test(arguments: [
    ("2026-11-30", "2026-11-30"), ("2026-12-06", "2026-11-30"), ("2026-12-07", "2026-12-07"),
    ("1969-12-28", "1969-12-22"),
  ]) func `a week begins on Monday`(day: String, monday: String) {
    #expect(IndianDay(day)?.monday == IndianDay(monday))
  }

  @Test(arguments: [
    "", "2026-2-03", "2026-02-30", "2026-13-01", "2026-00-01", "2026-01-00", "20260101",
    "2026/01/01",
    "+026-01-01", "2026-01-01T", "２０２６-01-01", "2027-02-29",
  ]) func `what is no day is not read as one`(text: String) {
    #expect(IndianDay(text) == nil)
  }

  @Test(arguments: [
    ("2026-11-15", "2026-11-15", ["2026-11"]),
    ("2026-11-30", "2026-12-01", ["2026-11", "2026-12"]),
    ("2025-12-31", "2026-02-01", ["2025-12", "2026-01", "2026-02"]),
    ("2026-11-01", "", ["2026-11", "2026-12"]),
    ("2028-02-29", "2028-02-29", ["2028-02"]),
  ]) func `a report has every month that it touches`(first: String, last: String, months: [String])
    throws
  {
    var violations = FieldViolations()
    let span = ReportSpan(
      .with { ($0.startDate, $0.endDate) = (first, last) }, at: Self.now, &violations)
    try violations.throwIfAny()
    #expect(span.months.map(\.description) == months)
    let end = IndianDay(last) ?? IndianDay(Self.now)
    #expect(span.start == IndianDay(first)?.start && span.end == end.next.start)
  }

  @Test(arguments: [
    ("2026-12-02", "2026-12-01"), ("2026-12-02", ""), ("2023-12-01", "2026-12-31"),
    ("", "2026-12-01"),
    ("x", ""), ("2026-12-01", "x"), ("0000-01-01", "9999-12-31"),
  ]) func `days in the wrong order, or too many, are refused`(first: String, last: String) {
    var violations = FieldViolations()
    _ = ReportSpan(
      .with { ($0.startDate, $0.endDate) = (first, last) }, at: Self.now, &violations)
    #expect(throws: (any Error).self) { try violations.throwIfAny() }
  }
}
