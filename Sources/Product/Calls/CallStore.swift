package import Domain
internal import Jobs
package import Postgres
internal import Protobuf
package import VoiceAPI

/// All SQL of calls. Every function runs in the caller's transaction.
package enum CallStore {
  package typealias V1 = Payaid.Voice.V1

  /// Inserts a call in its first state with its metadata.
  static func insert(_ call: NewCall, _ transaction: Transaction) async throws -> CallRecord {
    let answered: Moment? = call.state == .inProgress ? WallClock.now : nil
    let rows = try await transaction.query(
      """
      INSERT INTO calls (call_id, merchant_id, agent_id, agent_version, direction, phone_number,
        caller_id, language, state, decision_id, dnd_checked, dnd_status, answer_time, owner,
        lease_until)
      VALUES (\(call.id.text), \(call.merchant.text), \(call.agent.text), \(call.agentVersion),
        \(call.direction), \(call.phoneNumber?.e164), \(call.callerID?.e164), \(call.language),
        \(call.state), \(call.decisionID), \(call.doNotDisturb != .notAsked), \(call.doNotDisturb.rawValue),
        \(answered), \(call.owner), now() + make_interval(secs => \(CallLease.seconds)))
      RETURNING \(CallRecord.columns)
      """)
    try await transaction.execute(
      """
      INSERT INTO call_metadata (call_id, merchant_id, variables, metadata, webhook_url)
      VALUES (\(call.id.text), \(call.merchant.text), \(call.variablesJSON)::jsonb,
        \(call.metadataJSON)::jsonb, \(call.webhookURL))
      """)
    return try CallRecord(rows[0])
  }

  /// The call, or `nil` when there is none that the transaction may see.
  package static func find(_ id: CallID, _ transaction: Transaction) async throws -> CallRecord? {
    try await transaction.query(
      "SELECT \(CallRecord.columns) FROM calls WHERE call_id = \(id.text)"
    ).first.map(CallRecord.init)
  }

  /// The call that the carrier calls `carrierID`.
  static func find(
    carrierID: String, _ transaction: Transaction
  ) async throws -> CallRecord? {
    try await transaction.query(
      "SELECT \(CallRecord.columns) FROM calls WHERE carrier_id = \(carrierID)"
    ).first.map(CallRecord.init)
  }

  /// Calls that `owner` dialled, or that came in, and that nobody answered in time, those asked about
  /// longest ago first; at most 20. Each is put off, so that none is in the way of the others. One that
  /// the carrier has not taken is left to its job.
  static func takeUnanswered(
    owner: String, _ transaction: Transaction
  ) async throws -> [CallRecord] {
    try await transaction.query(
      """
      UPDATE calls SET look_time = now() + interval '30 seconds'
      WHERE call_id = ANY(ARRAY(
        SELECT call_id FROM calls
        WHERE state IN ('dialing', 'ringing') AND look_time <= now() AND owner = \(owner)
          AND (carrier_id IS NOT NULL
            OR NOT \(JobQueue.isInFlight(kind: Dialer.jobKind, key: "calls.call_id")))
        ORDER BY look_time LIMIT 20 FOR UPDATE SKIP LOCKED))
      RETURNING \(CallRecord.columns)
      """
    ).map(CallRecord.init)
  }

  /// One page as the API lists it, newest first.
  static func page(
    _ request: V1.ListCallsRequest, after cursor: String?, limit: Int, merchant: MerchantID,
    _ database: some Querying
  ) async throws -> [V1.Call] {
    // A scalar subquery is asked once for each row of the page; a join could read the whole table,
    // since its planner does not know how short a page is.
    var query: Query = """
      SELECT \(CallRecord.columns), coalesce((SELECT recording_url IS NOT NULL FROM call_metadata
        WHERE call_metadata.call_id = calls.call_id), false) AS recording_available
      FROM calls WHERE merchant_id = \(merchant.text)
      """
    if let cursor { query.append(" AND call_id < \(cursor)") }
    if !request.agentId.isEmpty { query.append(" AND agent_id = \(request.agentId)") }
    if let state = CallState(request.state) { query.append(" AND state = \(state)") }
    if let from = request.startTime { query.append(" AND create_time >= \(Moment(from))") }
    if let to = request.endTime { query.append(" AND create_time < \(Moment(to))") }
    query.append(" ORDER BY call_id DESC LIMIT \(limit)")
    return try await database.query(query).map { row in
      var call = try CallRecord(row).proto
      call.recordingAvailable = try row.decode("recording_available")
      return call
    }
  }

  /// Moves a call to `state` where that is legal, and says so to its watchers; `nil` where it is
  /// not, which is how late and repeated news is dropped. A last state is that since `moment`, or
  /// since now.
  @discardableResult
  package static func move(
    _ id: CallID, to state: CallState, reason: String = "", at moment: Moment? = nil,
    _ transaction: Transaction
  ) async throws -> CallRecord? {
    let end: Query = "greatest(answer_time, coalesce(\(moment)::timestamptz, now()))"
    // A scalar subquery and no EXISTS: PostgreSQL makes a join of that, and then looks at the state
    // of before when it has waited for another move of the same call.
    let rows = try await transaction.query(
      """
      UPDATE calls SET previous_state = state, state = \(state), revision = revision + 1,
        end_reason = \(reason),
        answer_time = CASE WHEN \(state == .inProgress) THEN coalesce(answer_time, now())
                           ELSE answer_time END,
        dial_time = CASE WHEN \(state == .dialing) THEN now() ELSE dial_time END,
        end_time = CASE WHEN \(state.isTerminal) THEN \(end) END,
        duration_us = CASE WHEN \(state.isTerminal) AND answer_time IS NOT NULL
          THEN (extract(epoch FROM \(end) - answer_time) * 1000000)::bigint ELSE duration_us END,
        lease_until = CASE WHEN \(state.isTerminal) THEN NULL
          ELSE now() + make_interval(secs => \(CallLease.seconds)) END
      WHERE call_id = \(id.text) AND
        (SELECT true FROM call_moves WHERE from_state = calls.state AND to_state = \(state))
      RETURNING \(CallRecord.columns)
      """)
    guard let record = try rows.first.map(CallRecord.init) else { return nil }
    try await CallEventStore.append(.call(record.proto), to: record, transaction)
    CallFigures.process.moved(to: state)
    return record
  }

  /// Locks a call and gives its state; `nil` when there is none.
  static func lock(_ id: CallID, _ transaction: Transaction) async throws -> CallState? {
    try await transaction.query(
      "SELECT state FROM calls WHERE call_id = \(id.text) FOR UPDATE"
    ).first?.decode("state")
  }

  /// Locks a call that is not over, for its end: the database's time and, of a call whose process
  /// died, when that was last known to live. `nil` for a call that is over.
  static func lockOpen(
    _ id: CallID, _ transaction: Transaction
  ) async throws -> (now: Moment, lostTime: Moment?)? {
    let rows = try await transaction.query(
      """
      SELECT now() AS now, lost_time FROM calls
      WHERE call_id = \(id.text) AND end_time IS NULL FOR UPDATE
      """)
    guard let row = rows.first else { return nil }
    return (
      now: try row.decode("now", as: Moment.self),
      lostTime: try row.decode("lost_time", as: Moment?.self)
    )
  }

  /// Notes the carrier's name for a call.
  static func setCarrierID(
    _ carrierID: String, of id: CallID, _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      "UPDATE calls SET carrier_id = \(carrierID) WHERE call_id = \(id.text) AND carrier_id IS NULL"
    )
  }

  /// Writes what a call that is over has cost.
  static func setCost(
    telephony: Rupees, model: Rupees, of id: CallID, _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      UPDATE calls SET cost_telephony = \(telephony.micros), cost_model = \(model.micros),
        revision = revision + 1
      WHERE call_id = \(id.text)
      """)
  }
}

/// A call about to be inserted.
struct NewCall: Sendable {
  var id = CallID()
  var merchant: MerchantID
  var agent: AgentID
  var agentVersion: Int32?
  var direction: CallRecord.Direction
  var phoneNumber: PhoneNumber?
  var callerID: PhoneNumber?
  var language: String
  var state: CallState
  var decisionID: String?
  var doNotDisturb = DoNotDisturbStatus.notAsked
  var variablesJSON = "{}"
  var metadataJSON: String?
  var webhookURL = ""
  var owner: String?
}
