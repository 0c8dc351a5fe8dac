import Testing

@testable internal import Limits

@Suite struct GCRATests {
  struct Step: Sendable {
    let at: Int64
    var wanted = 1
    let verdict: Verdict
  }

  /// Milliseconds, as microseconds.
  private static func verdict(
    _ granted: Int, _ remaining: Int, full: Int64, next: Int64 = 0
  ) -> Verdict {
    Verdict(
      granted: granted, remaining: remaining, untilFull: full * 1000, untilNext: next * 1000)
  }

  static let steps: [Step] = [
    Step(at: 0, verdict: verdict(1, 2, full: 1000)),
    Step(at: 0, verdict: verdict(1, 1, full: 2000)),
    Step(at: 500, verdict: verdict(1, 0, full: 2500)),
    Step(at: 500, verdict: verdict(0, 0, full: 2500, next: 500)),
    Step(at: 999, verdict: verdict(0, 0, full: 2001, next: 1)),
    Step(at: 1000, verdict: verdict(1, 0, full: 3000)),
    Step(at: 1000, wanted: 0, verdict: verdict(0, 0, full: 3000, next: 1000)),
    Step(at: 3500, wanted: 9, verdict: verdict(2, 0, full: 2500, next: 0)),
    Step(at: 99_000, wanted: 2, verdict: verdict(2, 1, full: 2000)),
  ]

  @Test func `three calls in three seconds may come at once, then one each second`() throws {
    let rate = GCRA(try #require(Rate(limit: 3, period: 3)))
    var full: Int64 = 0
    for (number, step) in Self.steps.enumerated() {
      let now = step.at * 1000
      let verdict = rate.take(step.wanted, full: full, now: now)
      #expect(verdict == step.verdict, "step \(number)")
      full = now + verdict.untilFull
    }
  }

  @Test(arguments: [("1/s", 1), ("100/min", 100), ("7/min", 7), ("1000000/s", 1_000_000)])
  func `no window of a period grants more than twice the limit, and a long time the rate`(
    text: String, limit: Int
  ) throws {
    let rate = try #require(Rate(text))
    let cells = GCRA(rate)
    var full: Int64 = 0
    var granted = 0
    let period = Int64(rate.period) * 1_000_000
    for step in 0..<1000 {
      let now = Int64(step) * period / 100
      let verdict = cells.take(limit, full: full, now: now)
      full = now + verdict.untilFull
      granted += verdict.granted
    }
    #expect(granted <= limit * 11)
    #expect(granted >= limit * 10 - 1)
  }

  @Test(arguments: [Int64.max / 2, 10_000_000_000_000])
  func `a state beyond all measure keeps nobody out for longer than the period`(
    full: Int64
  ) throws {
    let verdict = GCRA(try #require(Rate("60/min"))).take(1, full: full, now: 5)
    let spent = Verdict(
      granted: 0, remaining: 0, untilFull: 60_000_000, untilNext: 1_000_000)
    #expect(verdict == spent)
  }

  @Test(arguments: [
    ("100/min", 100, 60), ("5/s", 5, 1), ("2000/hour", 2000, 3600), ("10/30s", 10, 30),
    ("1/86400s", 1, 86_400),
  ])
  func `a rate is read`(text: String, limit: Int, period: Int) throws {
    let rate = try #require(Rate(text))
    #expect((rate.limit, rate.period) == (limit, period))
  }

  @Test(arguments: [
    "", "100", "100/", "/min", "0/min", "-1/min", "100/0s", "100/day", "100/min/min", "1e3/s",
    "2000000/s", "1/86401s", " 1/s",
  ])
  func `what is no rate is refused`(text: String) {
    #expect(Rate(text) == nil)
  }
}
