internal import Domain
internal import Postgres
internal import Speech
import Synchronization
import Testing

@testable internal import Calls

/// A carrier that has a price for each call, or a failure.
private final class PricingCarrier: Carrier {
  private let answer: @Sendable (String) throws -> String?
  private let questions = Mutex<[String]>([])

  init(_ answer: @escaping @Sendable (String) throws -> String?) { self.answer = answer }

  var asked: [String] { questions.withLock { $0 } }

  func placeCall(_ request: PlaceCallRequest) async throws -> CarrierCallID {
    throw SpeechError(.permanent, "nothing is placed here")
  }

  func fetchCall(_ id: CarrierCallID) async throws -> CarrierCall? {
    questions.withLock { $0.append(id.rawValue) }
    var call = CarrierCall(id: id, status: .completed)
    call.price = try answer(id.rawValue)
    return call
  }

  func findCall(callID: String, to number: String, since: Int64) async throws -> CarrierCall? {
    nil
  }
}

@Suite struct CallSettlementTests {
  /// A call that ended this long ago, and whose price is due if it was not asked for before.
  private func ended(
    _ ending: EndingScene, carrierID: String?, minutesAgo: Int = 5
  ) async throws -> CallID {
    let call = try await ending.talk(isRecorded: false)
    try await ending.system { transaction in
      if let carrierID {
        try await CallStore.setCarrierID(carrierID, of: call.id, transaction)
      }
    }
    await ending.finisher.finish(call, ending.hungUp(), on: ending.loop)
    try await ending.system {
      try await $0.execute(
        """
        UPDATE calls SET end_time = now() - make_interval(mins => \(minutesAgo)::int),
          settle_after = settle_after - make_interval(mins => \(minutesAgo)::int)
        WHERE call_id = \(call.id.text)
        """)
    }
    return call.id
  }

  /// Minutes until the carrier is asked again; nil for never.
  private func pause(_ ending: EndingScene, _ id: CallID) async throws -> Int? {
    let rows = try await ending.system {
      try await $0.query(
        """
        SELECT round(extract(epoch FROM settle_after - now()) / 60)::bigint AS minutes
        FROM calls WHERE call_id = \(id.text)
        """)
    }
    return try rows[0].decode("minutes", as: Int64?.self).map(Int.init)
  }

  private func settle(_ ending: EndingScene, _ carrier: PricingCarrier) async throws {
    try await CallSettlement(pool: ending.scene.pool, carrier: carrier).settle()
  }

  @Test func `the carrier's price takes the place of ours, once`() async throws {
    let ending = try await EndingScene.make()
    let call = try await ended(ending, carrierID: "sid")
    let before = try await ending.find(call)
    #expect(!before.costSettled && before.costTelephony == Pricing().telephony(.seconds(30)))
    let carrier = PricingCarrier { _ in "1.500" }
    try await settle(ending, carrier)
    try await settle(ending, carrier)
    let after = try await ending.find(call)
    #expect(after.costSettled && after.costTelephony == Rupees(micros: 1_500_000))
    #expect(after.costModel == before.costModel && after.revision == before.revision + 1)
    #expect(carrier.asked == ["sid"])
    await ending.scene.pool.close()
  }

  @Test func `a call that no carrier held, or that has just ended, is not asked about`()
    async throws
  {
    let ending = try await EndingScene.make()
    _ = try await ended(ending, carrierID: nil)
    let recent = try await ended(ending, carrierID: "recent", minutesAgo: 0)
    let carrier = PricingCarrier { _ in "1.500" }
    try await settle(ending, carrier)
    #expect(carrier.asked.isEmpty)
    #expect(try await !ending.find(recent).costSettled)
    await ending.scene.pool.close()
  }

  @Test(
    arguments: [(3, 5), (20, 20), (600, 600), (1_500, nil)] as [(Int, Int?)])
  func `a price that is not there yet is asked for ever less often`(minutes: Int, next: Int?)
    async throws
  {
    let ending = try await EndingScene.make()
    let call = try await ended(ending, carrierID: "sid", minutesAgo: minutes)
    let carrier = PricingCarrier { _ in nil }
    try await settle(ending, carrier)
    try await settle(ending, carrier)
    #expect(carrier.asked == ["sid"])
    #expect(try await pause(ending, call) == next)
    #expect(try await !ending.find(call).costSettled)
    await ending.scene.pool.close()
  }

  @Test func `a price that is no amount is none`() async throws {
    let ending = try await EndingScene.make()
    let call = try await ended(ending, carrierID: "sid")
    try await settle(ending, PricingCarrier { _ in "-1" })
    #expect(try await !ending.find(call).costSettled)
    #expect(try await pause(ending, call) == 5)
    await ending.scene.pool.close()
  }

  @Test func `a carrier out of reach is not asked about the rest`() async throws {
    let ending = try await EndingScene.make()
    let calls = [
      try await ended(ending, carrierID: "a"), try await ended(ending, carrierID: "b"),
    ]
    let carrier = PricingCarrier { _ in throw SpeechError(.transient, "down") }
    await #expect(throws: SpeechError.self) { try await settle(ending, carrier) }
    #expect(carrier.asked.count == 1)
    for call in calls { #expect(try await pause(ending, call) == 5) }
    await ending.scene.pool.close()
  }
}
