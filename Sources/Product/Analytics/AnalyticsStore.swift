internal import Domain
internal import Postgres
internal import Protobuf
internal import VoiceAPI

/// The SQL of reports. It reads the tables of calls, agents and numbers.
enum AnalyticsStore {
  typealias V1 = Payaid.Voice.V1

  /// Calls of a merchant in a span, found by their ids.
  static func calls(
    in span: ReportSpan, of merchant: MerchantID, agent: AgentID? = nil
  ) -> Query {
    let (first, last) = (CallID.lowest(from: span.start), CallID.highest(before: span.end))
    var query: Query = """
      calls.merchant_id = \(merchant.text) AND call_id >= \(first.text) AND call_id <= \(last.text)
        AND create_time >= \(span.start) AND create_time < \(span.end)
      """
    if let agent { query.append(" AND agent_id = \(agent.text)") }
    return query
  }

  /// All figures but those by agent.
  static func totals(
    in span: ReportSpan, of merchant: MerchantID, agent: AgentID?, _ database: some Querying
  ) async throws -> V1.Dashboard {
    var query: Query = """
      SELECT count(*) AS total, count(end_time) AS ended,
        count(*) FILTER (WHERE state = 'completed') AS completed,
        coalesce(avg(duration_us) FILTER (WHERE state = 'completed'), 0)::bigint AS duration,
        coalesce(sum(cost_telephony + cost_model), 0)::bigint AS cost,
        count(*) FILTER (WHERE state = 'completed' AND sentiment = 'positive') AS positive,
        count(*) FILTER (WHERE state = 'completed' AND sentiment = 'neutral') AS neutral,
        count(*) FILTER (WHERE state = 'completed' AND sentiment = 'negative') AS negative
      FROM calls LEFT JOIN call_metadata USING (call_id) WHERE
      """
    query.append(" \(calls(in: span, of: merchant, agent: agent))")
    let row = try await database.query(query)[0]
    var figures = V1.Dashboard()
    figures.totalCalls = try row.decode("total")
    figures.completedCalls = try row.decode("completed")
    let ended: Int64 = try row.decode("ended")
    if ended > 0 { figures.successRate = Double(figures.completedCalls) / Double(ended) }
    if figures.completedCalls > 0 {
      figures.averageDuration =
        Duration.microseconds(
          try row.decode("duration", as: Int64.self)
        ).protobuf
    }
    figures.totalCost = Rupees(micros: try row.decode("cost")).money
    figures.sentiment = try sentiment(row, of: figures.completedCalls)
    return figures
  }

  private static func sentiment(
    _ row: Row, of completed: Int64
  ) throws -> V1.Dashboard.SentimentBreakdown {
    var found = V1.Dashboard.SentimentBreakdown()
    found.positive = try row.decode("positive")
    found.neutral = try row.decode("neutral")
    found.negative = try row.decode("negative")
    found.unknown = completed - found.positive - found.neutral - found.negative
    return found
  }

  /// The agents that had most calls.
  static func callsByAgent(
    in span: ReportSpan, of merchant: MerchantID, agent: AgentID?, limit: Int,
    _ database: some Querying
  ) async throws -> [V1.Dashboard.AgentCalls] {
    let calls = calls(in: span, of: merchant, agent: agent)
    return try await database.query(
      """
      SELECT agent_id, name, found.calls FROM (SELECT agent_id, count(*) AS calls FROM calls
          WHERE \(calls) GROUP BY agent_id ORDER BY calls DESC, agent_id LIMIT \(limit)) AS found
        JOIN agents USING (agent_id) WHERE agents.merchant_id = \(merchant.text)
      ORDER BY found.calls DESC, agent_id
      """
    ).map { row in
      var found = V1.Dashboard.AgentCalls()
      found.agentId = try row.decode("agent_id")
      found.agentName = try row.decode("name")
      found.calls = try row.decode("calls")
      return found
    }
  }

  /// Whether the merchant has, or had, this agent.
  static func has(
    _ agent: AgentID, _ merchant: MerchantID, _ database: some Querying
  ) async throws -> Bool {
    let rows = try await database.query(
      """
      SELECT 1 AS one FROM agents
      WHERE merchant_id = \(merchant.text) AND agent_id = \(agent.text)
      """)
    return !rows.isEmpty
  }

  /// Calls and what they cost, by month.
  static func usage(
    in span: ReportSpan, of merchant: MerchantID, _ database: some Querying
  ) async throws -> [String: (calls: Int64, cost: Rupees)] {
    // India's clock is 5.5 hours ahead all year; names of zones need files that a database may lack.
    var query: Query = """
      SELECT to_char((create_time AT TIME ZONE 'UTC') + interval '330 minutes', 'YYYY-MM') AS month,
        count(*) AS calls, coalesce(sum(cost_telephony + cost_model), 0)::bigint AS cost
      FROM calls WHERE
      """
    query.append(" \(calls(in: span, of: merchant)) GROUP BY month")
    var usage: [String: (Int64, Rupees)] = [:]
    for row in try await database.query(query) {
      usage[try row.decode("month")] = (
        try row.decode("calls"), Rupees(micros: try row.decode("cost"))
      )
    }
    return usage
  }

  /// What the merchant's numbers cost a month, and since when it has each.
  static func rents(
    of merchant: MerchantID, _ database: some Querying
  ) async throws -> [(since: Moment, rent: Rupees)] {
    try await database.query(
      """
      SELECT create_time, monthly_rent FROM phone_numbers
      WHERE merchant_id = \(merchant.text) AND state = 'active' AND monthly_rent IS NOT NULL
      """
    ).map {
      (try $0.decode("create_time"), Rupees(micros: try $0.decode("monthly_rent")))
    }
  }
}
