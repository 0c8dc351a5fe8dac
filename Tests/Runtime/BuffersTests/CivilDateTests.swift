import Testing

@testable import Buffers

@Suite struct CivilDateTests {
  @Test(arguments: [
    ((1970, 1, 1), 0), ((1969, 12, 31), -1), ((2000, 2, 29), 11_016), ((2000, 3, 1), 11_017),
    ((2026, 11, 28), 20_785), ((1, 1, 1), -719_162), ((0, 12, 31), -719_163),
    ((-400, 3, 1), -865_565), ((9999, 12, 31), 2_932_896), ((1900, 3, 1), -25_508),
  ])
  func `a date and its number are each other's`(date: (Int, Int, Int), days: Int) {
    let civil = CivilDate(year: date.0, month: date.1, day: date.2)
    #expect(civil.daysSince1970 == days)
    #expect(CivilDate(daysSince1970: days) == civil)
    #expect(civil.exists)
  }

  @Test func `each day of 800 years follows the one before`() {
    var last = CivilDate(daysSince1970: -146_098)
    for days in -146_097...146_097 {
      let date = CivilDate(daysSince1970: days)
      let follows =
        date.day == last.day + 1 && (date.month, date.year) == (last.month, last.year)
        || date.day == 1
          && (date.month == last.month + 1 && date.year == last.year
            || date.month == 1 && last.month == 12 && date.year == last.year + 1)
      #expect(follows && date.daysSince1970 == days)
      last = date
    }
  }

  @Test(arguments: [
    (2026, 2, 29), (1900, 2, 29), (2026, 4, 31), (2026, 0, 1), (2026, 13, 1), (2026, 1, 0),
    (2026, 12, 32),
  ])
  func `a day that no month has does not exist`(year: Int, month: Int, day: Int) {
    #expect(!CivilDate(year: year, month: month, day: day).exists)
  }

  @Test(arguments: ["1970-01-01", "0000-02-29", "9999-12-31", "2028-02-29"])
  func `a day is read as it is written`(text: String) throws {
    let date = try #require(CivilDate(text))
    let parts = text.split(separator: "-").compactMap { Int($0) }
    #expect([date.year, date.month, date.day] == parts)
  }

  @Test(arguments: [
    "", "-", "--", "2026-2-03", "2026-02-30", "2027-02-29", "2026-00-01", "2026-13-01", "20260101",
    "2026/01/01", "2026-01-01 ", "+026-01-01", "-026-01-01", "2026-01-+1", "２０２６-01-01",
    "2026-01-01-",
  ]) func `what is no day is not read as one`(text: String) {
    #expect(CivilDate(text) == nil)
  }

  @Test func `a day too many counts on into the next month`() {
    let date = CivilDate(year: 2026, month: 2, day: 31)
    #expect(CivilDate(daysSince1970: date.daysSince1970) == CivilDate(year: 2026, month: 3, day: 3))
  }

  @Test(arguments: [(7, 3), (6, 3), (0, 0), (-1, -1), (-2, -1), (-3, -2)])
  func `a quotient is rounded down`(number: Int, quotient: Int) {
    #expect(number.flooredQuotient(by: 2) == quotient)
  }
}
