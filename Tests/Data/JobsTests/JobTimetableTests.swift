internal import Postgres
import Testing

@testable internal import Jobs

@Suite struct JobTimetableTests {
  private static func seconds(_ text: String) throws -> Int64 {
    let spaced = text.replacing("T", with: " ").replacing("Z", with: "+00")
    return try PostgresTimestamp(postgresText: Array(spaced.utf8)[...]).microseconds / 1_000_000
  }

  @Test(arguments: [
    ("* * * * *", "2026-11-28T10:15:30Z", "2026-11-28T10:16:00Z"),
    ("0 * * * *", "2026-11-28T10:59:59Z", "2026-11-28T11:00:00Z"),
    ("0 * * * *", "2026-11-28T11:00:00Z", "2026-11-28T12:00:00Z"),
    ("*/15 9-17 * * 1-5", "2026-11-27T17:45:00Z", "2026-11-30T09:00:00Z"),
    ("30 2 1 * *", "2026-12-01T02:30:00Z", "2027-01-01T02:30:00Z"),
    ("0 0 29 2 *", "2026-11-28T00:00:00Z", "2028-02-29T00:00:00Z"),
    ("0 0 29 2 *", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z"),
    // Both day fields restricted: either will do (Friday the 13th is not what this says).
    ("0 0 13 * 5", "2026-11-28T00:00:00Z", "2026-12-04T00:00:00Z"),
    ("0 0 13 * 5", "2026-12-12T00:00:00Z", "2026-12-13T00:00:00Z"),
    ("0 0 * * 0", "2026-11-28T00:00:00Z", "2026-11-29T00:00:00Z"),
    ("0 0 * * 7", "2026-11-28T00:00:00Z", "2026-11-29T00:00:00Z"),
    ("5,50 23 31 12 *", "2026-12-31T23:05:00Z", "2026-12-31T23:50:00Z"),
    ("10/20 0 * * *", "2026-11-28T00:10:00Z", "2026-11-28T00:30:00Z"),
  ])
  func `a cron expression comes due when it says`(text: String, from: String, next: String) throws {
    let expression = try CronExpression(text, offset: 0)
    #expect(expression.next(after: try Self.seconds(from)) == (try Self.seconds(next)))
  }

  @Test func `without another offset the clock is India's`() throws {
    let nine = try CronExpression("0 9 * * *")
    let found = nine.next(after: try Self.seconds("2026-11-28T03:29:59Z"))
    #expect(found == (try Self.seconds("2026-11-28T03:30:00Z")))
  }

  @Test(arguments: [
    "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *",
    "* * * 13 * ", "* * * * 8", "*/0 * * * *", "5-1 * * * *", "a * * * *", "1,,2 * * * *",
    "-1 * * * *", "1-2-3 * * * *", "*/5/2 * * * *", "+1 * * * *", "0 0 30 2 *", "0 0 31 4,6 *",
  ])
  func `what is no expression, or never comes, is refused`(text: String) {
    let error = #expect(throws: JobError.self) { try CronExpression(text) }
    #expect(error?.kind == .badTimetable)
  }

  @Test(arguments: [(0, 60, 60), (59, 60, 60), (60, 60, 120), (-1, 60, 0), (3_599, 900, 3_600)])
  func `an interval comes due at its multiples`(now: Int64, every: Int, next: Int64) {
    let timetable = JobTimetable.every(.seconds(every))
    #expect(
      timetable.next(after: PostgresTimestamp(seconds: now)) == PostgresTimestamp(seconds: next))
  }
}
