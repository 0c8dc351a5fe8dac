internal import Accounts
internal import Agents
internal import Buffers
internal import Compliance
internal import Domain
internal import Jobs
internal import Postgres
internal import Protobuf
internal import ScratchPostgres
import Testing
internal import VoiceAPI

@testable internal import Calls

@Suite struct CallStoreTests {
  /// The shortest legal way to each state.
  private static let ways: [CallState: [CallState]] = [
    .queued: [], .blocked: [.blocked], .dialing: [.dialing], .ringing: [.dialing, .ringing],
    .inProgress: [.inProgress], .completed: [.inProgress, .completed], .failed: [.failed],
    .busy: [.dialing, .busy], .noAnswer: [.dialing, .noAnswer], .canceled: [.canceled],
  ]

  @Test func `from every state, exactly the legal moves are made, and the database agrees`()
    async throws
  {
    let scene = try await Scene.make()
    for from in CallState.allCases {
      for to in CallState.allCases {
        let call = try await scene.insert(scene.call())
        try await scene.pool.transaction(tenant: .system) { transaction in
          for state in Self.ways[from] ?? [] {
            try await CallStore.move(call.id, to: state, transaction)
          }
        }
        let moved = try await scene.pool.transaction(tenant: .system) {
          try await CallStore.move(call.id, to: to, reason: "test", $0)
        }
        #expect((moved?.state == to) == from.next.contains(to), "\(from) to \(to)")
        #expect((moved?.endTime != nil) == (moved != nil && to.isTerminal), "\(from) to \(to)")
      }
    }
    await scene.pool.close()
  }

  @Test func `a move that waited for another one starts from where that one led`() async throws {
    let scene = try await Scene.make()
    let call = try await scene.insert(scene.call())
    let second = try await scene.pool.transaction(tenant: .system) { transaction in
      try await CallStore.move(call.id, to: .dialing, transaction)
      let second = Task {
        try await scene.pool.transaction(tenant: .system) {
          try await CallStore.move(call.id, to: .canceled, $0)
        }
      }
      try await transaction.untilWaitedFor()
      return second
    }
    #expect(try await second.value?.state == .canceled)
    await scene.pool.close()
  }

  @Test func `a move around the table is refused by the database`() async throws {
    let scene = try await Scene.make()
    let call = try await scene.insert(scene.call())
    let error = await #expect(throws: PostgresError.self) {
      try await scene.pool.transaction(tenant: .system) {
        try await $0.execute(
          """
          UPDATE calls SET previous_state = state, state = 'completed', end_time = now()
          WHERE call_id = \(call.id.text)
          """)
      }
    }
    #expect(error?.isForeignKeyViolation() == true)
    await scene.pool.close()
  }

  @Test func `events are numbered without gaps, also when they come at a time`() async throws {
    let scene = try await Scene.make()
    let call = try await scene.insert(scene.call(in: .inProgress))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<20 {
        group.addTask {
          try await scene.pool.transaction(tenant: .system) {
            try await CallEventStore.append(.call(call.proto), to: call, $0)
          }
        }
      }
      try await group.waitForAll()
    }
    let events = try await scene.pool.transaction(tenant: .system) {
      try await CallEventStore.events(of: call.id, after: 0, $0)
    }
    #expect(events.map(\.sequence) == (1...20).map { Int64($0) })
    await scene.pool.close()
  }

  @Test func `another merchant sees nothing of a call and changes nothing`() async throws {
    let scene = try await Scene.make()
    let call = try await scene.insert(scene.call())
    let other = try await scene.pool.transaction(tenant: .system) {
      try await AccountStore.ensureMerchant(name: "Rival", email: "rival@example.in", $0)
    }
    #expect(other != scene.merchant)
    try await scene.pool.transaction(tenant: .merchant(other.text)) { transaction in
      let found = try await CallStore.find(call.id, transaction)
      let moved = try await CallStore.move(call.id, to: .canceled, transaction)
      let agent = try await AgentStore.find(scene.agent, transaction)
      let deleted = try await AgentStore.markDeleted(scene.agent, transaction)
      #expect(found == nil && moved == nil && agent == nil && !deleted)
    }
    let foreign = await #expect(throws: PostgresError.self) {
      try await scene.pool.transaction(tenant: .merchant(other.text)) {
        _ = try await CallStore.insert(scene.call(), $0)
      }
    }
    #expect(foreign?.sqlState == .insufficientPrivilege)
    await scene.pool.close()
  }

  @Test func `a page says of each call whether there is a recording`() async throws {
    let scene = try await Scene.make()
    var calls: [CallRecord] = []
    for _ in 0..<3 { calls.append(try await scene.insert(scene.call())) }
    let recorded = calls[1].id
    try await scene.pool.transaction(tenant: .system) {
      try await CallMetadataStore.setRecording(recorded, url: "file", wrappedKey: [1], $0)
    }
    let page = try await CallStore.page(
      CallStore.V1.ListCallsRequest(), after: nil, limit: 10, merchant: scene.merchant,
      scene.pool.autocommit(.merchant(scene.merchant.text)))
    #expect(Set(page.map(\.callId)) == Set(calls.map(\.id.text)))
    #expect(page.filter(\.recordingAvailable).map(\.callId) == [recorded.text])
    await scene.pool.close()
  }

  @Test func `audit entries are dense and cannot be changed`() async throws {
    let scene = try await Scene.make()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<20 {
        group.addTask {
          try await scene.pool.transaction(tenant: .merchant(scene.merchant.text)) {
            _ = try await AuditLog.append(
              kind: "test", subject: "s", actor: "test", merchant: scene.merchant, $0
            ) { _ in ["number": .string("\(number)")] }
          }
        }
      }
      try await group.waitForAll()
    }
    let rows = try await scene.pool.transaction(tenant: .system) {
      try await $0.query("SELECT entry_index FROM audit_entries ORDER BY entry_index")
    }
    #expect(try rows.map { try $0.decode("entry_index", as: Int64.self) } == Array(0..<20))
    for change: Query in ["UPDATE audit_entries SET subject = 'x'", "DELETE FROM audit_entries"] {
      let error = await #expect(throws: PostgresError.self) {
        try await scene.pool.transaction(tenant: .system) { _ = try await $0.execute(change) }
      }
      #expect(error?.sqlState?.code == "23001")
    }
    await scene.pool.close()
  }
}

@Suite struct RowSecurityTests {
  @Test func `every table of a merchant's has forced row security and a policy for both ways`()
    async throws
  {
    let scene = try await Scene.make()
    let tables = try await scene.pool.query(
      """
      SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS forced,
        EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd = '*'
          AND pg_get_expr(p.polqual, c.oid) LIKE '%payaid_visible(merchant_id)%') AS has_policy
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'merchant_id'
      WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
      """)
    #expect(tables.count >= 13)
    for table in tables {
      let name = try table.decode("name", as: String.self)
      #expect(try table.decode("forced") == true, "\(name)")
      #expect(try table.decode("has_policy") == true, "\(name)")
    }
    await scene.pool.close()
  }
}
