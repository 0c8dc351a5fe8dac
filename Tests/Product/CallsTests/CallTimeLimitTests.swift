internal import Domain
import Testing

@testable internal import Calls

@Suite struct CallTimeLimitTests {
  @Test(
    arguments: [
      (nil, 3_600), (7_200, 3_600), (3_645, 3_600), (3_644, 3_599), (600, 555), (105, 60),
      (104, nil), (0, nil), (-60, nil),
    ] as [(Int64?, Int?)])
  func `a call is over in time even if it rings as long as it can`(rest: Int64?, limit: Int?) {
    let now = Moment(seconds: 1_796_000_000)
    #expect(
      CallTimeLimit.limit(
        dialedAt: now, ringing: .seconds(45), end: rest.map { now + .seconds($0) })
        == limit.map { .seconds($0) })
  }
}
