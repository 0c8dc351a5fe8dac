internal import Domain
internal import Postgres

/// All SQL of consents. What changes something runs in the caller's transaction.
enum ConsentStore {
  /// Most consents of one number: as many as ten years of weekly renewals leave.
  static let limit = 500

  /// Keeps a consent that was checked before.
  static func insert(
    _ id: ConsentID, of number: PhoneNumber, terms: ConsentTerms, statement: String,
    evidence: String, salt: [UInt8], merchant: MerchantID, _ transaction: Transaction
  ) async throws -> ConsentRecord {
    let rows = try await transaction.query(
      """
      INSERT INTO consents (consent_id, merchant_id, phone_number, basis, purposes, statement,
        evidence, grant_time, expire_time, create_time, salt)
      VALUES (\(id.text), \(merchant.text), \(number.e164), \(terms.basis.name),
        \(terms.purposes.compactMap(\.name)), \(statement), \(evidence), \(terms.grantTime),
        \(terms.expireTime), \(terms.recordTime), \(salt))
      RETURNING \(ConsentRecord.columns)
      """)
    return try ConsentRecord(rows[0])
  }

  /// The consent, or `nil` when there is none that may be seen.
  static func find(_ id: ConsentID, _ database: some Querying) async throws -> ConsentRecord? {
    try await database.query(
      "SELECT \(ConsentRecord.columns) FROM consents WHERE consent_id = \(id.text)"
    ).first.map(ConsentRecord.init)
  }

  /// One page, newest first; of one number where one is given.
  static func page(
    of number: PhoneNumber?, after cursor: String?, limit: Int, merchant: MerchantID,
    _ database: some Querying
  ) async throws -> [ConsentRecord] {
    var query: Query =
      "SELECT \(ConsentRecord.columns) FROM consents WHERE merchant_id = \(merchant.text)"
    if let number { query.append(" AND phone_number = \(number.e164)") }
    if let cursor { query.append(" AND consent_id < \(cursor)") }
    query.append(" ORDER BY consent_id DESC LIMIT \(limit)")
    return try await database.query(query).map(ConsentRecord.init)
  }

  /// The terms of all consents of a number, for the gate and for the clock.
  static func terms(
    of number: PhoneNumber, merchant: MerchantID, _ transaction: Transaction
  ) async throws -> [ConsentTerms] {
    try await transaction.query(
      """
      SELECT \(ConsentTerms.columns) FROM consents
      WHERE merchant_id = \(merchant.text) AND phone_number = \(number.e164)
      """
    ).map(ConsentTerms.init)
  }

  /// Takes a consent back; `nil` when that was done before.
  static func withdraw(
    _ id: ConsentID, at now: Moment, _ transaction: Transaction
  ) async throws -> ConsentRecord? {
    try await transaction.query(
      """
      UPDATE consents SET withdraw_time = \(now)
      WHERE consent_id = \(id.text) AND withdraw_time IS NULL
      RETURNING \(ConsentRecord.columns)
      """
    ).first.map(ConsentRecord.init)
  }
}
