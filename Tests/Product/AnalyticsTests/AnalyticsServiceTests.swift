import Accounts
import Agents
import Analytics
import Calls
import Compliance
import Domain
import Jobs
import Postgres
import Protobuf
import RPCCore
import Schema
import ScratchPostgres
import Testing
import VoiceAPI

@Suite struct AnalyticsServiceTests {
  typealias V1 = Payaid.Voice.V1

  @Test func `a dashboard counts the calls of its period`() async throws {
    let scene = try await AnalyticsScene.make()
    try await scene.add("completed", daysAgo: 0, seconds: 60, cost: 2_500_000, mood: "positive")
    try await scene.add("completed", daysAgo: 0, seconds: 30, cost: 1_000_001, mood: "negative")
    try await scene.add("completed", daysAgo: 2, seconds: 30, cost: 1_000_000)
    try await scene.add("failed", daysAgo: 2, mood: "neutral")
    try await scene.add("queued", daysAgo: 2)
    try await scene.add("completed", daysAgo: 20, seconds: 10, cost: 5)
    try await scene.add("completed", daysAgo: 40, seconds: 10, cost: 7)

    let today = try await scene.dashboard(.today)
    #expect(today.totalCalls == 2 && today.completedCalls == 2 && today.successRate == 1)
    #expect(today.averageDuration?.seconds == 45)
    #expect(today.totalCost == Rupees(micros: 3_500_001).money)
    let week = try await scene.dashboard(.week)
    #expect(week.totalCalls == 5 && week.completedCalls == 3 && week.successRate == 0.75)
    let mood = try #require(week.sentiment)
    #expect(mood.positive == 1 && mood.negative == 1 && mood.neutral == 0 && mood.unknown == 1)
    let month = try await scene.dashboard(.month)
    #expect(month.totalCalls == 6 && month.endTime == AnalyticsScene.now.timestamp)
    await scene.pool.close()
  }

  @Test func `without a call there is nothing to divide by`() async throws {
    let scene = try await AnalyticsScene.make()
    let empty = try await scene.dashboard(.month)
    #expect(empty.totalCalls == 0 && empty.successRate == 0 && empty.averageDuration == nil)
    #expect(empty.totalCost == Rupees.zero.money && empty.callsByAgent.isEmpty)
    await scene.pool.close()
  }

  @Test func `calls are counted by agent, most first, and of one agent alone`() async throws {
    let scene = try await AnalyticsScene.make()
    let other = try await scene.agent("Ravi", of: scene.merchant)
    try await scene.add("failed", daysAgo: 0)
    for _ in 0..<3 { try await scene.add("completed", daysAgo: 0, agent: other) }
    let all = try await scene.dashboard(.today)
    #expect(all.callsByAgent.map(\.calls) == [3, 1])
    #expect(all.callsByAgent.map(\.agentName) == ["Ravi", "Asha"])
    let one = try await scene.dashboard(.today, agent: other.text)
    #expect(one.totalCalls == 3 && one.callsByAgent.map(\.agentId) == [other.text])
    await scene.pool.close()
  }

  @Test func `a merchant sees its own calls and agents alone`() async throws {
    let scene = try await AnalyticsScene.make()
    let stranger = try await scene.agent("Other", of: scene.rival)
    try await scene.add("completed", daysAgo: 0, cost: 9, agent: stranger, merchant: scene.rival)
    #expect(try await scene.dashboard(.today).totalCalls == 0)
    #expect(
      await scene.code { try await scene.dashboard(.today, agent: stranger.text) } == .notFound)
    #expect(try await scene.revenue().total == Rupees.zero.money)
    await scene.pool.close()
  }

  @Test(arguments: ["agt_x", "call_01M8QKMKV12HKT0ZY9KVQ1SVRV", "'; DROP TABLE calls--"])
  func `what is no agent's id is refused`(id: String) async throws {
    let scene = try await AnalyticsScene.make()
    #expect(await scene.code { try await scene.dashboard(.today, agent: id) } == .invalidArgument)
    #expect(await scene.code { try await scene.dashboard(.unrecognized(9)) } == .invalidArgument)
    await scene.pool.close()
  }

  @Test func `revenue is by month in India, with the rents of that time`() async throws {
    let scene = try await AnalyticsScene.make()
    // The last microsecond of October and the first of November, in India.
    let border = Moment(seconds: 1_793_471_400)
    try await scene.add("completed", at: border - .microseconds(1), cost: 1_000_000)
    try await scene.add("completed", at: border, cost: 2_000_000)
    try await scene.rent("+918047120001", 500_000_000, since: border - .seconds(1))
    try await scene.rent("+918047120002", 200_000_000, since: border)
    let report = try await scene.revenue("2026-10-01")
    #expect(report.months.map(\.month) == ["2026-10", "2026-11"])
    #expect(report.months.map(\.calls) == [1, 1])
    #expect(report.months.map(\.usage) == [1_000_000, 2_000_000].map { Rupees(micros: $0).money })
    #expect(
      report.months.map(\.mrr) == [500_000_000, 700_000_000].map { Rupees(micros: $0).money })
    #expect(report.total == Rupees(micros: 3_000_000).money)
    let part = try await scene.revenue("2026-11-02", "2026-11-30")
    #expect(part.months.map(\.calls) == [0])
    #expect(await scene.code { try await scene.revenue("2026-11-31") } == .invalidArgument)
    await scene.pool.close()
  }
}

/// Two merchants with calls that a test makes, at noon in India on Thursday, 2026-11-26.
struct AnalyticsScene {
  typealias V1 = Payaid.Voice.V1

  static let now = Moment(seconds: 1_795_631_400 + 43_200)

  let pool: PostgresPool
  let merchant: MerchantID
  let rival: MerchantID
  let asha: AgentID
  let service: AnalyticsService

  static func make() async throws -> AnalyticsScene {
    let pool = try await ScratchPostgres.database(
      migrations: BaseMigrations.all + JobsMigrations.all + AccountsMigrations.all
        + DomainMigrations.all + AgentsMigrations.all + ComplianceMigrations.all
        + CallsMigrations.all)
    let (merchant, rival) = try await pool.transaction(tenant: .system) {
      (
        try await AccountStore.ensureMerchant(name: "A", email: "a@example.in", $0),
        try await AccountStore.ensureMerchant(name: "B", email: "b@example.in", $0)
      )
    }
    let asha = try await agent("Asha", of: merchant, pool)
    return AnalyticsScene(
      pool: pool, merchant: merchant, rival: rival, asha: asha,
      service: AnalyticsService(pool: pool, now: { now }))
  }

  private static func agent(
    _ name: String, of merchant: MerchantID, _ pool: PostgresPool
  ) async throws -> AgentID {
    let id = AgentID()
    try await pool.transaction(tenant: .merchant(merchant.text)) {
      try await $0.execute(
        """
        INSERT INTO agents (agent_id, merchant_id, name, language, voice_id, system_prompt, state,
          config)
        VALUES (\(id.text), \(merchant.text), \(name), 'hi', 'v', 'p', 'active', '{}')
        """)
    }
    return id
  }

  func agent(_ name: String, of merchant: MerchantID) async throws -> AgentID {
    try await Self.agent(name, of: merchant, pool)
  }

  func add(
    _ state: String, daysAgo: Int64, seconds: Int64 = 0, cost: Int64 = 0, mood: String? = nil,
    agent: AgentID? = nil, merchant owner: MerchantID? = nil
  ) async throws {
    try await add(
      state, at: Self.now - .seconds(daysAgo * 86_400 + 60), seconds: seconds, cost: cost,
      mood: mood, agent: agent, merchant: owner)
  }

  func add(
    _ state: String, at time: Moment, seconds: Int64 = 0, cost: Int64 = 0, mood: String? = nil,
    agent: AgentID? = nil, merchant owner: MerchantID? = nil
  ) async throws {
    let (id, owner) = (CallID(milliseconds: time.milliseconds), owner ?? merchant)
    let before: String? =
      switch state {
      case "queued": nil
      case "completed": "in_progress"
      default: "dialing"
      }
    let end: Moment? = state == "queued" ? nil : time + .seconds(seconds)
    try await pool.transaction(tenant: .merchant(owner.text)) {
      try await $0.execute(
        """
        INSERT INTO calls (call_id, merchant_id, agent_id, direction, phone_number, language, state,
          previous_state, create_time, end_time, duration_us, cost_telephony, cost_model)
        VALUES (\(id.text), \(owner.text), \((agent ?? asha).text), 'outbound', '+919876500001',
          'hi', \(state), \(before), \(time), \(end), \(seconds * 1_000_000), \(cost / 2),
          \(cost - cost / 2))
        """)
      try await $0.execute(
        """
        INSERT INTO call_metadata (call_id, merchant_id, sentiment)
        VALUES (\(id.text), \(owner.text), \(mood))
        """)
    }
  }

  func rent(_ number: String, _ rent: Int64, since time: Moment) async throws {
    try await pool.transaction(tenant: .merchant(merchant.text)) {
      try await $0.execute(
        """
        INSERT INTO phone_numbers
          (phone_number, merchant_id, state, carrier_id, monthly_rent, create_time)
        VALUES (\(number), \(merchant.text), 'active', \(number), \(rent), \(time))
        """)
    }
  }

  private var context: RPCContext {
    let context = RPCContext(
      method: MethodDescriptor(service: "test.Test", name: "Test", kind: .unary))
    context.identity = Caller(merchant: merchant, principal: "key_test")
    return context
  }

  func dashboard(_ period: V1.Period, agent: String = "") async throws -> V1.Dashboard {
    try await service.getDashboard(
      .with { ($0.period, $0.agentId) = (period, agent) }, context)
  }

  func revenue(_ first: String = "", _ last: String = "") async throws -> V1.RevenueReport {
    try await service.getRevenue(
      .with { ($0.startDate, $0.endDate) = (first, last) }, context)
  }

  /// The code that a call fails with; nil when it succeeds.
  func code(_ call: () async throws -> some Any) async -> StatusCode? {
    do {
      _ = try await call()
      return nil
    } catch {
      return (error as? RPCError)?.code
    }
  }
}
