internal import Buffers
package import Domain
package import Postgres
internal import Protobuf
internal import VoiceAPI

/// All SQL of call templates and of what the operator decides of them.
package enum CallTemplateStore {
  /// The templates that are there, each with its last review.
  private static let reviewed: Query = """
    SELECT call_templates.merchant_id, \(CallTemplateRecord.columns) FROM call_templates
    LEFT JOIN LATERAL (SELECT outcome, reason, expire_time FROM call_template_reviews
      WHERE merchant_id = call_templates.merchant_id AND template_id = call_templates.template_id
      ORDER BY review_id DESC LIMIT 1) AS review ON true
    WHERE delete_time IS NULL
    """

  static func insert(
    _ record: CallTemplateRecord, merchant: MerchantID, _ transaction: Transaction
  ) async throws {
    let template = String(decoding: try record.template.storableJSON(), as: UTF8.self)
    try await transaction.execute(
      """
      INSERT INTO call_templates (template_id, merchant_id, dlt_template_id, template, create_time)
      VALUES (\(record.id.text), \(merchant.text), \(record.template.dltTemplateId),
        \(template)::jsonb, \(record.createTime))
      """)
  }

  /// The template of that id, or `nil` when there is none that may be seen.
  static func find(
    _ id: CallTemplateID, merchant: MerchantID, _ database: some Querying
  ) async throws -> CallTemplateRecord? {
    try await database.query(
      """
      \(reviewed) AND call_templates.merchant_id = \(merchant.text)
        AND call_templates.template_id = \(id.text)
      """
    ).first.map(CallTemplateRecord.init)
  }

  /// Those that an agent names; `nil` for one that is not there.
  static func terms(
    of ids: [String], merchant: MerchantID, _ transaction: Transaction
  ) async throws -> [CallTemplateTerms?] {
    guard !ids.isEmpty else { return [] }
    let found = try await transaction.query(
      """
      \(reviewed) AND call_templates.merchant_id = \(merchant.text)
        AND call_templates.template_id = ANY(\(ids))
      """
    ).map(CallTemplateRecord.init)
    return ids.map { id in found.first { $0.id.text == id }?.terms }
  }

  /// One page, newest first.
  static func page(
    after cursor: String?, limit: Int, merchant: MerchantID, _ database: some Querying
  ) async throws -> [CallTemplateRecord] {
    var query: Query = "\(reviewed) AND call_templates.merchant_id = \(merchant.text)"
    if let cursor { query.append(" AND call_templates.template_id < \(cursor)") }
    query.append(" ORDER BY call_templates.template_id DESC LIMIT \(limit)")
    return try await database.query(query).map(CallTemplateRecord.init)
  }

  /// Removes one; false when there is none that may be seen.
  static func delete(
    _ id: CallTemplateID, at now: Moment, merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Bool {
    try await transaction.execute(
      """
      UPDATE call_templates SET delete_time = \(now) WHERE merchant_id = \(merchant.text)
        AND template_id = \(id.text) AND delete_time IS NULL
      """) == 1
  }

  // MARK: The operator

  /// Those of all merchants' that wait for a decision, oldest first: JSON, one line each, with whose it is and the
  /// entity id by which the DLT platforms know that merchant. Reads the table of accounts.
  package static func waiting(limit: Int, _ transaction: Transaction) async throws -> [String] {
    let rows = try await transaction.query(
      """
      SELECT waiting.*, coalesce(kyc->>'dltEntityId', '') AS entity FROM (\(reviewed)
          AND outcome IS NULL ORDER BY call_templates.create_time LIMIT \(limit)) AS waiting
        JOIN merchants USING (merchant_id) ORDER BY waiting.create_time
      """)
    return try rows.map { row in
      let template = try CallTemplateRecord(row).proto(now: WallClock.now)
      var line = try JSONValue(parsing: try template.json()).objectValue ?? JSONObject()
      line["merchantId"] = .string(try row.decode("merchant_id"))
      line["dltEntityId"] = .string(try row.decode("entity"))
      return String(decoding: JSONValue.object(line).serialized(), as: UTF8.self)
    }
  }

  /// Decides on a template, and keeps the decision.
  package static func decide(
    _ review: CallTemplateReview, on id: CallTemplateID, _ transaction: Transaction
  ) async throws -> OnCallTemplateReview {
    // One decision at a time, since each depends on the last.
    let locked = try await transaction.query(
      "SELECT merchant_id FROM call_templates WHERE template_id = \(id.text) FOR NO KEY UPDATE")
    guard let owner = try locked.first?.decode("merchant_id", as: String.self),
      let merchant = MerchantID(owner),
      let record = try await find(id, merchant: merchant, transaction)
    else { return .noSuchTemplate }
    if try await review.decision.isOwn(of: merchant, transaction) {
      return .reviewerIsTheMerchants
    }
    guard review.mayFollow(record.review) else { return .stands(record.review) }
    let outcome = review.outcome
    try await transaction.execute(
      """
      INSERT INTO call_template_reviews
        (merchant_id, template_id, \(OperatorDecision.columns))
      VALUES (\(merchant.text), \(id.text),
        \(review.decision.values(outcome.name, for: outcome.duration)))
      """)
    return .decided(merchant)
  }
}
