import Domain
import Testing

@Suite struct IndianTimeTests {
  @Test(
    arguments: [
      (0, 1970, 1, 1, 19_800), (-19_801, 1969, 12, 31, 86_399), (951_762_600, 2000, 2, 29, 0),
      (951_848_999, 2000, 2, 29, 86_399), (1_795_631_400, 2026, 11, 26, 0),
      (4_107_436_200, 2100, 2, 28, 0), (4_107_522_600, 2100, 3, 1, 0),
    ] as [(Int64, Int, Int, Int, Int)])
  func `a moment has its date and time in India`(
    seconds: Int64, year: Int, month: Int, day: Int, second: Int
  ) {
    let time = IndianTime(Moment(seconds: seconds))
    #expect([time.year, time.month, time.day, time.secondOfDay] == [year, month, day, second])
    #expect(IndianTime.midnight(year, month, day) + .seconds(second) == Moment(seconds: seconds))
  }

  @Test func `a time of the day is found again from any moment of it`() {
    for hour in 0..<48 {
      let moment = Moment(seconds: 1_795_631_400 + Int64(hour) * 3_600)
      let time = IndianTime(moment)
      #expect(time.moment(secondOfDay: time.secondOfDay) == moment)
    }
  }
}
