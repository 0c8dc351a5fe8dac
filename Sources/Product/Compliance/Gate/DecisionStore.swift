internal import Domain
internal import Postgres
internal import Protobuf
internal import VoiceAPI

/// All SQL of verdicts.
enum DecisionStore {
  typealias V1 = Payaid.Voice.V1

  /// Keeps a verdict on a call of `agent` and returns it with its id; `refused` is the digest of whose
  /// call it refuses.
  static func insert(
    _ decision: Gate.Decision, call: CallID, agent: String, refused digest: [UInt8]?,
    merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Gate.Decision {
    var decision = decision
    let time = Moment(decision.evaluateTime ?? WallClock.now.timestamp)
    decision.decisionId = DecisionID(milliseconds: time.milliseconds).text
    let verdict = decision.verdict == .allow ? "allow" : "block"
    _ = try await transaction.query(
      """
      INSERT INTO decisions (decision_id, merchant_id, call_id, agent_id, verdict, rules_version,
        decision, evaluate_time, number_digest)
      VALUES (\(decision.decisionId), \(merchant.text), \(call.text), \(agent), \(verdict),
        \(decision.rulesVersion), \(String(decoding: try decision.json(), as: UTF8.self))::jsonb,
        \(time), \(digest))
      """)
    return decision
  }

  /// When a call has to be over, by the last verdict on it; `nil` when no rule says so.
  static func latestEnd(
    of call: CallID, _ merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Moment? {
    let rows = try await transaction.query(
      """
      SELECT (decision->>'latestEndTime')::timestamptz AS latest_end FROM decisions
      WHERE merchant_id = \(merchant.text) AND call_id = \(call.text)
      ORDER BY evaluate_time DESC LIMIT 1
      """)
    return try rows.first?.decode("latest_end", as: Moment?.self)
  }

  /// The verdict of that id, or `nil` when there is none that may be seen.
  static func find(_ id: DecisionID, _ database: some Querying) async throws -> Gate.Decision? {
    try await database.query("\(columns) WHERE decision_id = \(id.text)").first.map(read)
  }

  /// One page, newest first.
  static func page(
    _ wanted: V1.ListDecisionsRequest, of number: PhoneNumber?, after cursor: String?, limit: Int,
    merchant: MerchantID, _ database: some Querying
  ) async throws -> [Gate.Decision] {
    var query: Query = "\(columns) WHERE merchant_id = \(merchant.text)"
    if let cursor { query.append(" AND decision_id < \(cursor)") }
    if !wanted.callId.isEmpty { query.append(" AND call_id = \(wanted.callId)") }
    switch wanted.verdict {
    case .allow: query.append(" AND verdict = 'allow'")
    // As the index of refusals has it.
    case .block: query.append(" AND verdict = 'block'")
    case .unspecified, .unrecognized: break
    }
    if let number {
      // As an array the calls are found first: a person has few.
      query.append(
        """
         AND call_id = ANY (ARRAY(SELECT call_id FROM calls
          WHERE merchant_id = \(merchant.text) AND phone_number = \(number.e164)))
        """)
    }
    if let from = wanted.startTime.map(Moment.init) {
      query.append(
        " AND decision_id >= \(DecisionID.lowest(from: from).text) AND evaluate_time >= \(from)")
    }
    if let to = wanted.endTime.map(Moment.init) {
      query.append(
        " AND decision_id <= \(DecisionID.highest(before: to).text) AND evaluate_time < \(to)")
    }
    query.append(" ORDER BY decision_id DESC LIMIT \(limit)")
    return try await database.query(query).map(read)
  }

  /// Reads the table of calls, where one that was refused when it was asked for is not.
  private static let columns: Query = """
    SELECT decision::text AS decision, call_id, agent_id,
      (SELECT true FROM calls WHERE calls.call_id = decisions.call_id) AS call_made,
      (SELECT phone_number FROM calls WHERE calls.call_id = decisions.call_id) AS phone_number
    FROM decisions
    """

  private static func read(_ row: Row) throws -> Gate.Decision {
    var decision = try Gate.Decision(
      json: Array(try row.decode("decision", as: String.self).utf8))
    decision.callId = try row.decode("call_id")
    decision.callMade = try row.decode("call_made", as: Bool?.self) ?? false
    decision.agentId = try row.decode("agent_id", as: String?.self) ?? ""
    decision.phoneNumber = try row.decode("phone_number", as: String?.self) ?? ""
    return decision
  }
}
