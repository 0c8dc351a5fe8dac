internal import Domain
package import Jobs
internal import Postgres

/// All SQL of consent forms. What changes something runs in the caller's transaction.
package enum ConsentFormStore {
  private static let tables: Query = "consent_forms f LEFT JOIN consents c USING (consent_id)"

  /// Keeps a form that was checked before.
  static func insert(
    _ id: ConsentFormID, _ question: ConsentFormRecord.Question, tokenHash: [UInt8], at now: Moment,
    until end: Moment, merchant: MerchantID, _ transaction: Transaction
  ) async throws -> ConsentFormRecord {
    try await transaction.execute(
      """
      INSERT INTO consent_forms (consent_form_id, merchant_id, phone_number, token_hash, purposes,
        language, offering, contact, consent_days, create_time, expire_time)
      VALUES (\(id.text), \(merchant.text), \(question.phoneNumber.e164), \(tokenHash),
        \(question.purposes.compactMap(\.name)), \(question.language?.rawValue ?? ""),
        \(question.offering), \(question.contact), \(question.consentDays), \(now), \(end))
      """)
    return ConsentFormRecord(
      id: id, merchant: merchant, question: question, createTime: now, expireTime: end, answer: nil)
  }

  /// The form, or `nil` when there is none that may be seen.
  static func find(
    _ id: ConsentFormID, _ database: some Querying
  ) async throws -> ConsentFormRecord? {
    try await database.query(
      "SELECT \(ConsentFormRecord.columns) FROM \(tables) WHERE f.consent_form_id = \(id.text)"
    ).first.map(ConsentFormRecord.init)
  }

  /// The same, kept from being answered by others to the end of the transaction.
  static func lock(
    _ id: ConsentFormID, _ transaction: Transaction
  ) async throws -> ConsentFormRecord? {
    try await transaction.execute(
      "SELECT FROM consent_forms WHERE consent_form_id = \(id.text) FOR UPDATE")
    // By a statement of its own, which sees what was committed while the lock was waited for.
    return try await find(id, transaction)
  }

  /// The form that a link leads to, and who asks; `nil` when none does. The reader has to see every
  /// merchant. Reads the table of accounts.
  static func find(
    tokenHash: [UInt8], _ database: some Querying
  ) async throws -> (form: ConsentFormRecord, asker: ConsentAsker)? {
    let row = try await database.query(
      """
      SELECT \(ConsentFormRecord.columns), \(ConsentAsker.columns)
      FROM \(tables) JOIN merchants m ON m.merchant_id = f.merchant_id
      WHERE f.token_hash = \(tokenHash)
      """
    ).first
    return try row.map { (try ConsentFormRecord($0), try ConsentAsker($0)) }
  }

  /// One page, newest first; of one number where one is given.
  static func page(
    of number: PhoneNumber?, after cursor: String?, limit: Int, merchant: MerchantID,
    _ database: some Querying
  ) async throws -> [ConsentFormRecord] {
    var query: Query =
      "SELECT \(ConsentFormRecord.columns) FROM \(tables) WHERE f.merchant_id = \(merchant.text)"
    if let number { query.append(" AND f.phone_number = \(number.e164)") }
    if let cursor { query.append(" AND f.consent_form_id < \(cursor)") }
    query.append(" ORDER BY f.consent_form_id DESC LIMIT \(limit)")
    return try await database.query(query).map(ConsentFormRecord.init)
  }

  /// How many forms of a number were made after `time`.
  static func count(
    of number: PhoneNumber, after time: Moment, merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Int {
    let rows = try await transaction.query(
      """
      SELECT count(*) AS count FROM consent_forms
      WHERE merchant_id = \(merchant.text) AND phone_number = \(number.e164)
        AND create_time > \(time)
      """)
    return try rows[0].decode("count")
  }

  /// Notes the answer to a form that is locked and has none: a consent, or no.
  static func answer(
    _ id: ConsentFormID, at now: Moment, notice: String, consent: ConsentID?,
    _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      UPDATE consent_forms
      SET answer_time = \(now), notice = \(notice), consent_id = \(consent?.text)
      WHERE consent_form_id = \(id.text)
      """)
  }

  /// Forgets forms on which nothing was given, a year after their links ended: as long as the DPDP
  /// Rules, 8(3), want it to be known that somebody was asked. What the audit log has of them goes, too:
  /// no erasure could find it any more.
  package static let retention = Retention("compliance.consent-forms") { transaction in
    let rows = try await transaction.query(
      """
      WITH gone AS (
        DELETE FROM consent_forms WHERE ctid = ANY(ARRAY(
          SELECT ctid FROM consent_forms
          WHERE consent_id IS NULL AND expire_time < now() - interval '365 days'
          ORDER BY expire_time LIMIT \(Retention.batch) FOR UPDATE SKIP LOCKED))
        RETURNING merchant_id, consent_form_id
      ), payloads AS (
        DELETE FROM audit_payloads USING audit_entries AS entries, gone
        WHERE entries.merchant_id = gone.merchant_id AND entries.subject = gone.consent_form_id
          AND audit_payloads.merchant_id = entries.merchant_id
          AND audit_payloads.entry_index = entries.entry_index
      )
      SELECT count(*) AS count FROM gone
      """)
    return try rows[0].decode("count")
  }
}
