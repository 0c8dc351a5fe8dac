import Domain
import Testing
import VoiceAPI

@testable import Compliance

@Suite struct ConsentClockTests {
  typealias Basis = ConsentTerms.Basis

  private static let day: Int64 = 86_400
  private static let granted = Moment(seconds: 1_790_000_000)

  private func terms(_ basis: Basis, expiringAfter days: Int64? = nil) -> ConsentTerms {
    ConsentTerms(
      basis: basis, purposes: [.promotional], grantTime: Self.granted, recordTime: Self.granted,
      expireTime: days.map { Self.granted + .seconds($0 * Self.day) })
  }

  @Test(
    arguments: [
      (.enquiry, nil, 7), (.enquiry, 3, 3), (.enquiry, 30, 7), (.explicit, nil, 180),
      (.explicit, 7, 7), (.explicit, 400, 180), (.inferred, nil, nil), (.inferred, 4_000, 4_000),
    ] as [(Basis, Int64?, Int64?)])
  func `a consent ends by its basis's limit or sooner, as it asks`(
    basis: Basis, asked: Int64?, lasts: Int64?
  ) {
    let expiry = ConsentClock.expiry(of: terms(basis, expiringAfter: asked))
    #expect(expiry == lasts.map { Self.granted + .seconds($0 * Self.day) })
  }

  @Test(
    arguments: [
      (-60, .active), (0, .active), (7 * day - 1, .active), (7 * day, .expired),
      (8 * day, .expired),
    ] as [(Int64, ConsentClock.State)])
  func `an enquiry is good for seven days, the end outside`(
    seconds: Int64, state: ConsentClock.State
  ) {
    #expect(
      ConsentClock.state(of: terms(.enquiry), at: Self.granted + .seconds(seconds)) == state)
  }

  @Test(arguments: [-10, 0, 3, 7, 1_000] as [Int64])
  func `what was withdrawn is withdrawn at every time`(days: Int64) {
    for basis in [Basis.explicit, .inferred, .enquiry] {
      var taken = terms(basis)
      taken.withdrawTime = Self.granted + .seconds(Self.day)
      let now = Self.granted + .seconds(days * Self.day)
      #expect(ConsentClock.state(of: taken, at: now) == .withdrawn)
    }
  }

  @Test(
    arguments: [
      (-1, nil), (0, 90 * day), (90 * day - 1, 90 * day), (90 * day, nil),
    ] as [(Int64, Int64?)])
  func `nobody asks again for ninety days after an opt-out`(seconds: Int64, end: Int64?) {
    let optOut = Self.granted
    let found = ConsentClock.coolingEnd(at: optOut + .seconds(seconds), optOuts: [optOut])
    #expect(found == end.map { optOut + .seconds($0) })
  }

  @Test func `the latest opt-out decides, and none says nothing`() {
    let (first, second) = (Self.granted, Self.granted + .seconds(10 * Self.day))
    let found = ConsentClock.coolingEnd(
      at: second + .seconds(1), optOuts: [second, first])
    #expect(found == second + ConsentClock.coolingTime)
    #expect(ConsentClock.coolingEnd(at: second, optOuts: []) == nil)
  }
}
