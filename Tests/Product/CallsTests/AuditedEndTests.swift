internal import Buffers
internal import Compliance
internal import Domain
internal import Postgres
internal import Testing
internal import TransparencyLog

@testable internal import Calls

@Suite struct AuditedEndTests {
  @Test func `the end of a call is in the log, once, with what it was`() async throws {
    let scene = try await Scene.make()
    let call = try await scene.insert(scene.call())
    try await scene.move(call.id, to: .dialing)
    try await scene.move(call.id, to: .ringing)
    let clerk = AuditClerk(pool: scene.pool)
    #expect(try await clerk.settle(scene.merchant) == 0)
    try await scene.move(call.id, to: .noAnswer)
    #expect(try await clerk.settle(scene.merchant) == 1)
    #expect(try await clerk.settle(scene.merchant) == 0)
    let found = try await scene.audited()
    #expect(found.map(\.entry.event) == ["call.ended"])
    #expect(found[0].entry.subject == call.id.text && found[0].entry.actor == "system:calls")
    let payload = try JSONValue(parsing: found[0].payload)
    #expect(payload["state"]?.stringValue == "no_answer")
    #expect(payload["agent_id"]?.stringValue == scene.agent.text)
    #expect(payload["direction"]?.stringValue == "outbound")
    #expect(payload["cost_micros"]?.stringValue == "0")
    #expect(payload["end_time"]?.stringValue?.hasSuffix("Z") == true)
    #expect(payload["phone_number"]?.stringValue?.utf8.count == 64)
    #expect(!String(decoding: found[0].payload, as: UTF8.self).contains("9876543210"))
    await scene.pool.close()
  }

  @Test func `a deleted recording is in the log`() async throws {
    let scene = try await Scene.make()
    let call = try await scene.insert(scene.call())
    try await scene.pool.transaction(tenant: .system) {
      try await CallMetadataStore.setRecording(call.id, url: "file", wrappedKey: [1], $0)
      try await CallMetadataStore.clearRecordings(of: [call.id.text], $0)
      try await CallMetadataStore.clearRecordings(of: [call.id.text], $0)
    }
    #expect(try await AuditClerk(pool: scene.pool).settle(scene.merchant) == 1)
    let found = try await scene.audited()
    #expect(found.map(\.entry.event) == ["recording.deleted"])
    #expect(found[0].payload == Array("{}".utf8))
    await scene.pool.close()
  }

  @Test func `clerks at once put each end into the log once`() async throws {
    let scene = try await Scene.make()
    for _ in 0..<70 {
      let call = try await scene.insert(scene.call())
      try await scene.move(call.id, to: .canceled)
    }
    let made = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<4 {
        group.addTask { try await AuditClerk(pool: scene.pool).settle(scene.merchant) }
      }
      return try await group.reduce(0, +)
    }
    #expect(made == 70)
    let found = try await scene.audited()
    #expect(Set(found.map(\.entry.subject)).count == 70)
    #expect(found.map(\.entry.seq) == Array(0..<70))
    await scene.pool.close()
  }

  @Test func `what is rolled back leaves nothing`() async throws {
    let scene = try await Scene.make()
    let call = try await scene.insert(scene.call())
    struct Stop: Error {}
    await #expect(throws: Stop.self) {
      try await scene.pool.transaction(tenant: .system) {
        try await CallStore.move(call.id, to: .canceled, $0)
        throw Stop()
      }
    }
    #expect(try await AuditClerk(pool: scene.pool).settle(scene.merchant) == 0)
    await scene.pool.close()
  }
}

extension Scene {
  fileprivate func move(_ id: CallID, to state: CallState) async throws {
    let moved = try await pool.transaction(tenant: .system) {
      try await CallStore.move(id, to: state, $0)
    }
    #expect(moved != nil)
  }

  /// The log's entries with their payloads.
  fileprivate func audited() async throws -> [(entry: LogEntry, payload: [UInt8])] {
    try await pool.transaction(tenant: .system) {
      try await $0.query(
        """
        SELECT entries.payload AS entry, payloads.payload FROM audit_entries AS entries
        JOIN audit_payloads AS payloads USING (merchant_id, entry_index) ORDER BY entry_index
        """)
    }.map { row in
      let entry = try #require(LogEntry(try row.decode("entry", as: [UInt8].self)))
      return (entry, try row.decode("payload"))
    }
  }
}
