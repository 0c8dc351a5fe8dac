internal import Accounts
internal import Buffers
internal import Compliance
internal import Domain
internal import Postgres
import Testing
internal import VoiceAPI

@testable internal import Calls

/// What is kept of an erased person's call, as the operator reads it.
@Suite struct HeldCallsTests {
  /// A call that an order holds, of a person who was erased.
  private func held() async throws -> (ErasureScene, CallRecord, ErasureID) {
    let scene = try await ErasureScene.make()
    let call = try await scene.talkative()
    let id = try await scene.ask {
      $0.holdUntil = (ErasureScene.now + .seconds(30 * 86_400)).timestamp
    }
    _ = try await scene.eraser().run(id)
    return (scene, call, id)
  }

  @Test func `it is held as long as a later order says, and its recording with it`() async throws {
    let scene = try await ErasureScene.make()
    let call = try await scene.talkative()
    // While this one goes on, the erasure does.
    _ = try await scene.ending.talk(isRecorded: false)
    for days in [10, 30] {
      let until = ErasureScene.now + .seconds(Int64(days) * 86_400)
      let id = try await scene.ask { $0.holdUntil = until.timestamp }
      #expect(try await scene.eraser().run(id) == .seconds(15))
      let rows = try await scene.ending.system {
        try await $0.query(
          """
          SELECT held_until, keep_until FROM call_metadata JOIN erasure_holds USING (call_id)
          WHERE call_id = \(call.id.text)
          """)
      }
      #expect(try rows.map { try $0.decode("held_until", as: Moment.self) } == [until])
      #expect(try rows.map { try $0.decode("keep_until", as: Moment.self) } == [until])
    }
    await scene.scene.pool.close()
  }

  @Test func `it is all there, with the number, for who may see everything`() async throws {
    let (scene, call, erasure) = try await held()
    let records = HeldRecords(numbers: .test())
    try await scene.ending.system { transaction in
      let record = try #require(try await HeldRecords.lock(call.id, transaction))
      #expect(record.merchant == call.merchant && record.erasure == erasure)
      #expect(
        record.rule == "LEGAL_HOLD" && !record.source.isEmpty && record.until > ErasureScene.now)
      #expect(try records.number(of: record)?.e164 == ErasureScene.number)
      let kept = try #require(try await HeldCalls.find(call.id, transaction))
      #expect(kept.transcript.map(\.text) == ["Hello."] && kept.variables == ["name": "Ravi"])
      #expect(kept.phoneNumber.isEmpty && kept.recordingAvailable)
      #expect(
        try await HeldRecords.page(after: nil, limit: 10, transaction).map(\.call) == [call.id])
      #expect(try await HeldRecords.page(after: record, limit: 10, transaction).isEmpty)
    }
    let sound = try #require(
      try await scene.ending.system {
        try await HeldCalls(recordings: scene.ending.recordings).sound(of: call.id, $0)
      })
    var wav: [UInt8] = []
    try await sound.send { wav += $0 }
    #expect(wav.count > 44)
    #expect(try await scene.ending.recording(call.id) == wav)
    await scene.scene.pool.close()
  }

  @Test func `what is held of others, or not any more, is nothing`() async throws {
    let (scene, call, erasure) = try await held()
    let other = try await scene.ending.ended()
    let seen = try await scene.scene.pool.transaction(tenant: .merchant(MerchantID().text)) {
      try await HeldRecords.lock(call.id, $0)
    }
    #expect(seen == nil)
    #expect(try await scene.ending.system { try await HeldRecords.lock(other.id, $0) } == nil)
    _ = try await scene.eraser(ahead: .seconds(31 * 86_400)).run(erasure)
    #expect(try await scene.ending.system { try await HeldRecords.lock(call.id, $0) } == nil)
    await scene.scene.pool.close()
  }

  @Test(arguments: [
    (false, ["ops@example.in held OK"]),
    (true, ["ops@example.in held OK", "ops@example.in held_recording OK"]),
  ])
  func `each reading is written down, in both logs, with its reason`(
    hearsSound: Bool, readings: [String]
  ) async throws {
    let (scene, call, _) = try await held()
    let reading = HeldReading(by: "ops@example.in", for: "Order 7 of 2027", hearsSound: hearsSound)
    for _ in 0..<2 {
      try await scene.ending.system { transaction in
        let record = try #require(try await HeldRecords.lock(call.id, transaction))
        try await HeldRecords.note(reading, of: record, transaction)
        try await HeldCalls.note(
          call.id, of: call.merchant, by: reading.reader, for: reading.reason,
          hearsSound: hearsSound, transaction)
      }
    }
    #expect(try await scene.ending.readings(of: call.id).suffix(readings.count) == readings)
    let rows = try await scene.ending.system {
      try await $0.query(
        "SELECT reason FROM call_access WHERE call_id = \(call.id.text) AND reason IS NOT NULL")
    }
    #expect(
      try rows.map { try $0.decode("reason", as: String.self) }.allSatisfy { $0 == reading.reason })
    #expect(rows.count == 2 * readings.count)
    let entries = try await scene.ending.system {
      try await $0.query(
        "SELECT FROM audit_entries WHERE kind = 'held.read' AND subject = \(call.id.text)")
    }
    #expect(entries.count == 2)
    await scene.scene.pool.close()
  }

  @Test func `a reading without a reason is refused by the table`() async throws {
    let (scene, call, _) = try await held()
    await #expect(throws: PostgresError.self) {
      try await scene.ending.system {
        try await $0.execute(
          """
          INSERT INTO call_access (merchant_id, call_id, principal, what, outcome, time)
          VALUES (\(call.merchant.text), \(call.id.text), 'ops@example.in', 'held', 'OK', now())
          """)
      }
    }
    await scene.scene.pool.close()
  }
}
