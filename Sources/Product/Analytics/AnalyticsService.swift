package import Domain
package import Postgres
internal import Protobuf
package import RPCCore
package import VoiceAPI

/// Serves `payaid.voice.v1.AnalyticsService`.
package struct AnalyticsService: Payaid.Voice.V1.AnalyticsServiceServing {
  package typealias V1 = Payaid.Voice.V1

  let pool: PostgresPool
  private let now: @Sendable () -> Moment

  /// Agents that a dashboard names at most.
  private static let agents = 50

  package init(pool: PostgresPool, now: @escaping @Sendable () -> Moment = { WallClock.now }) {
    self.pool = pool
    self.now = now
  }

  package func getDashboard(
    _ request: V1.GetDashboardRequest, _ context: RPCContext
  ) async throws -> V1.Dashboard {
    let merchant = try context.caller().merchant
    var violations = FieldViolations()
    let span = ReportSpan(request.period, at: now(), &violations)
    let agent = agent(request.agentId, &violations)
    try violations.throwIfAny()
    return try await pool.transaction(tenant: .merchant(merchant.text)) { transaction in
      try await require(agent, of: merchant, transaction)
      var figures = try await AnalyticsStore.totals(
        in: span, of: merchant, agent: agent, transaction)
      figures.callsByAgent = try await AnalyticsStore.callsByAgent(
        in: span, of: merchant, agent: agent, limit: Self.agents, transaction)
      figures.startTime = span.start.timestamp
      figures.endTime = span.end.timestamp
      return figures
    }
  }

  /// The agent that a request is about; `nil` for all.
  func agent(_ id: String, _ violations: inout FieldViolations) -> AgentID? {
    let agent = AgentID(id)
    violations.require(id.isEmpty || agent != nil, "agentId", "must be the id of an agent")
    return agent
  }

  /// Throws `notFound` when the merchant has no such agent, and had none.
  func require(
    _ agent: AgentID?, of merchant: MerchantID, _ database: some Querying
  ) async throws {
    guard let agent, !(try await AnalyticsStore.has(agent, merchant, database)) else { return }
    throw RPCError(.notFound, "agentId: there is no such agent")
  }

  package func getRevenue(
    _ request: V1.GetRevenueRequest, _ context: RPCContext
  ) async throws -> V1.RevenueReport {
    let merchant = try context.caller().merchant
    var violations = FieldViolations()
    let span = ReportSpan(request, at: now(), &violations)
    try violations.throwIfAny()
    let (usage, rents) = try await pool.transaction(tenant: .merchant(merchant.text)) {
      (
        try await AnalyticsStore.usage(in: span, of: merchant, $0),
        try await AnalyticsStore.rents(of: merchant, $0)
      )
    }
    var report = V1.RevenueReport()
    var total = Rupees.zero
    for month in span.months {
      let (calls, cost) = usage[month.description] ?? (0, .zero)
      total = total + cost
      report.months.append(
        .with {
          $0.month = month.description
          $0.usage = cost.money
          $0.mrr =
            rents.filter { $0.since < month.next.start }.map(\.rent)
            .reduce(.zero, +).money
          $0.calls = calls
        })
    }
    report.total = total.money
    return report
  }
}
