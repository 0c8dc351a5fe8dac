internal import Domain
internal import Postgres

/// All SQL of erasures and of the calls that are kept in spite of them.
enum ErasureStore {
  /// Writes a request down; `nil` when the number's erasure is under way.
  static func insert(
    _ id: ErasureID, _ request: ErasureRules.Checked, digest: [UInt8], sealed: [UInt8],
    at now: Moment, merchant: MerchantID, _ transaction: Transaction
  ) async throws -> ErasureRecord? {
    try await transaction.query(
      """
      INSERT INTO erasures (erasure_id, merchant_id, number_digest, number_sealed, reason,
        is_recovery, hold_until, create_time)
      VALUES (\(id.text), \(merchant.text), \(digest), \(sealed), \(request.reason.rawValue),
        \(request.isRecovery), \(request.holdUntil), \(now))
      ON CONFLICT (merchant_id, number_digest) WHERE state IN ('pending', 'running') DO NOTHING
      RETURNING \(ErasureRecord.columns)
      """
    ).first.map(ErasureRecord.init)
  }

  /// The number's erasure that is under way, locked so that it does not end; `nil` when there is none.
  static func lockUnderWay(
    _ digest: [UInt8], _ merchant: MerchantID, _ transaction: Transaction
  ) async throws -> ErasureRecord? {
    try await transaction.query(
      """
      SELECT \(ErasureRecord.columns) FROM erasures
      WHERE merchant_id = \(merchant.text) AND number_digest = \(digest)
        AND state IN ('pending', 'running')
      FOR UPDATE
      """
    ).first.map(ErasureRecord.init)
  }

  /// Has an erasure that is under way keep what other terms want, too; `nil` when it does already.
  static func extend(
    _ id: ErasureID, to terms: KeepingTerms, _ transaction: Transaction
  ) async throws -> ErasureRecord? {
    try await transaction.query(
      """
      UPDATE erasures SET is_recovery = is_recovery OR \(terms.isRecovery),
        hold_until = greatest(hold_until, \(terms.holdUntil)::timestamptz)
      WHERE erasure_id = \(id.text) AND state IN ('pending', 'running')
        AND (\(terms.isRecovery) AND NOT is_recovery
          OR \(terms.holdUntil)::timestamptz > coalesce(hold_until, '-infinity'))
      RETURNING \(ErasureRecord.columns)
      """
    ).first.map(ErasureRecord.init)
  }

  /// The erasure, or `nil` when there is none that may be seen.
  static func find(_ id: ErasureID, _ database: some Querying) async throws -> ErasureRecord? {
    try await database.query(
      "SELECT \(ErasureRecord.columns) FROM erasures WHERE erasure_id = \(id.text)"
    ).first.map(ErasureRecord.init)
  }

  /// One page, newest first.
  static func page(
    after cursor: String?, limit: Int, merchant: MerchantID, _ database: some Querying
  ) async throws -> [ErasureRecord] {
    var query: Query =
      "SELECT \(ErasureRecord.columns) FROM erasures WHERE merchant_id = \(merchant.text)"
    if let cursor { query.append(" AND erasure_id < \(cursor)") }
    query.append(" ORDER BY erasure_id DESC LIMIT \(limit)")
    return try await database.query(query).map(ErasureRecord.init)
  }

  /// Moves an erasure to `state` where that is legal; the erasure as it then is. One that ends knows
  /// no number any more.
  static func move(
    _ id: ErasureID, to state: ErasureState, error: String = "", at now: Moment,
    _ transaction: Transaction
  ) async throws -> ErasureRecord? {
    let isOver = state.next.isEmpty
    let from = ErasureState.allCases.filter { $0.next.contains(state) }.map(\.rawValue)
    return try await transaction.query(
      """
      UPDATE erasures SET state = \(state.rawValue), error = left(\(error), 500),
        start_time = coalesce(start_time, \(now)),
        finish_time = CASE WHEN \(isOver) THEN \(now)::timestamptz END,
        number_sealed = CASE WHEN \(isOver) THEN NULL ELSE number_sealed END
      WHERE erasure_id = \(id.text) AND state = ANY(\(from)::text[])
      RETURNING \(ErasureRecord.columns)
      """
    ).first.map(ErasureRecord.init)
  }

  /// Adds to what is gone, in the transaction in which it goes.
  static func add(
    _ counts: ErasureCounts, to id: ErasureID, _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      UPDATE erasures SET calls = calls + \(counts.calls),
        recordings = recordings + \(counts.recordings), consents = consents + \(counts.consents),
        suppressions = suppressions + \(counts.suppressions),
        audit_payloads = audit_payloads + \(counts.auditPayloads),
        messages = messages + \(counts.messages), answers = answers + \(counts.answers)
      WHERE erasure_id = \(id.text)
      """)
  }

  // MARK: What is kept

  /// Notes that a rule keeps a call, and its number.
  static func hold(
    _ call: CallID, by rule: String, until moment: Moment, _ erasure: ErasureRecord,
    _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      INSERT INTO erasure_holds
        (merchant_id, erasure_id, call_id, number_sealed, rule, keep_until)
      SELECT merchant_id, erasure_id, \(call.text), number_sealed, \(rule), \(moment)
      FROM erasures WHERE erasure_id = \(erasure.id.text) AND number_sealed IS NOT NULL
      ON CONFLICT DO NOTHING
      """)
  }

  /// Keeps a call longer that is kept; `false` when it is kept so long already.
  static func extend(
    _ call: CallID, by rule: String, until moment: Moment, _ erasure: ErasureID,
    _ transaction: Transaction
  ) async throws -> Bool {
    try await transaction.execute(
      """
      UPDATE erasure_holds SET rule = \(rule), keep_until = \(moment)
      WHERE erasure_id = \(erasure.text) AND call_id = \(call.text) AND keep_until < \(moment)
      """) > 0
  }

  /// Calls that are kept, in the order of their ids, after one; at most `limit`.
  static func held(
    _ erasure: ErasureID, after last: CallID?, limit: Int, _ transaction: Transaction
  ) async throws -> [CallID] {
    try await transaction.query(
      """
      SELECT call_id FROM erasure_holds
      WHERE erasure_id = \(erasure.text) AND call_id > \(last?.text ?? "")
      ORDER BY call_id LIMIT \(limit)
      """
    ).compactMap { CallID(try $0.decode("call_id", as: String.self)) }
  }

  /// Calls whose time is over at `now`, at most `limit`.
  static func due(
    _ erasure: ErasureID, at now: Moment, limit: Int, _ transaction: Transaction
  ) async throws -> [CallID] {
    try await transaction.query(
      """
      SELECT call_id FROM erasure_holds
      WHERE erasure_id = \(erasure.text) AND keep_until <= \(now) ORDER BY call_id LIMIT \(limit)
      """
    ).compactMap { CallID(try $0.decode("call_id", as: String.self)) }
  }

  /// Forgets that calls were kept.
  static func release(
    _ calls: [CallID], of erasure: ErasureID, _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      DELETE FROM erasure_holds
      WHERE erasure_id = \(erasure.text) AND call_id = ANY(\(calls.map(\.text))::text[])
      """)
  }

  /// Erasures that keep calls whose time was over at `now`, at most `limit`.
  static func overdue(
    at now: Moment, limit: Int, _ transaction: Transaction
  ) async throws -> [ErasureID] {
    try await transaction.query(
      """
      SELECT erasure_id FROM erasure_holds WHERE keep_until <= \(now)
      GROUP BY erasure_id LIMIT \(limit)
      """
    ).compactMap { ErasureID(try $0.decode("erasure_id", as: String.self)) }
  }

  /// When the next call's time is over; `nil` when none is kept.
  static func nextRelease(
    _ erasure: ErasureID, _ transaction: Transaction
  ) async throws -> Moment? {
    let rows = try await transaction.query(
      "SELECT min(keep_until) AS next FROM erasure_holds WHERE erasure_id = \(erasure.text)")
    return try rows[0].decode("next", as: Moment?.self)
  }

  /// What is kept of these erasures, by rule.
  static func kept(
    of erasures: [ErasureID], _ database: some Querying
  ) async throws -> [ErasureID: [KeptCalls]] {
    var kept: [ErasureID: [KeptCalls]] = [:]
    for row in try await database.query(
      """
      SELECT erasure_id, rule, count(*) AS count, max(keep_until) AS until FROM erasure_holds
      WHERE erasure_id = ANY(\(erasures.map(\.text))::text[])
      GROUP BY erasure_id, rule ORDER BY erasure_id, rule
      """)
    {
      guard let id = ErasureID(try row.decode("erasure_id", as: String.self)) else { continue }
      kept[id, default: []].append(
        KeptCalls(
          rule: try row.decode("rule"), count: try row.decode("count"),
          until: try row.decode("until")))
    }
    return kept
  }
}
