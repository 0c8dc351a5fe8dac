internal import Domain
internal import Postgres

/// The SQL of what compliance itself has of a person. Every function runs in the caller's transaction.
enum PersonStore {
  /// What was erased of a person's consents or listings: their ids, and the last opt-out among them.
  struct Erased: Sendable {
    var ids: [String] = []
    var optOutTime: Moment?

    init(_ rows: [Row]) throws {
      for row in rows {
        ids.append(try row.decode("id"))
        guard let time = try row.decode("opt_out_time", as: Moment?.self) else { continue }
        optOutTime = max(optOutTime ?? time, time)
      }
    }
  }

  /// Takes number, statement, evidence and salt from consents that were recorded by `moment`.
  static func eraseConsents(
    of number: PhoneNumber, recordedBy moment: Moment, _ merchant: MerchantID,
    _ transaction: Transaction
  ) async throws -> Erased {
    try Erased(
      try await transaction.query(
        """
        UPDATE consents SET phone_number = NULL, statement = '', evidence = '', salt = NULL
        WHERE merchant_id = \(merchant.text) AND phone_number = \(number.e164)
          AND create_time <= \(moment)
        RETURNING consent_id AS id,
          CASE WHEN basis = 'explicit' THEN withdraw_time END AS opt_out_time
        """))
  }

  /// Deletes the forms by which the person was asked up to `moment`, and those whose consent is erased;
  /// their ids.
  static func eraseForms(
    of number: PhoneNumber, askedBy moment: Moment, _ merchant: MerchantID,
    _ transaction: Transaction
  ) async throws -> [String] {
    let rows = try await transaction.query(
      """
      DELETE FROM consent_forms AS forms
      WHERE forms.merchant_id = \(merchant.text) AND forms.phone_number = \(number.e164)
        AND (forms.consent_id IS NULL AND forms.create_time <= \(moment)
          OR EXISTS (SELECT FROM consents WHERE consents.consent_id = forms.consent_id
            AND consents.phone_number IS NULL))
      RETURNING consent_form_id
      """)
    return try rows.map { try $0.decode("consent_form_id") }
  }

  /// Takes the number off the merchant's own do-not-call list.
  static func eraseSuppressions(
    of number: PhoneNumber, _ merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Erased {
    try Erased(
      try await transaction.query(
        """
        DELETE FROM suppressions
        WHERE merchant_id = \(merchant.text) AND phone_number = \(number.e164)
        RETURNING suppression_id AS id,
          coalesce(opt_out_time, CASE WHEN reason = 'opt_out' THEN create_time END) AS opt_out_time
        """))
  }

  /// Takes the number from verdicts that refused the person's calls, at most `limit`; the ids of these calls,
  /// most of which were never made.
  static func eraseRefusals(
    of digest: [UInt8], limit: Int, _ merchant: MerchantID, _ transaction: Transaction
  ) async throws -> [String] {
    let rows = try await transaction.query(
      """
      UPDATE decisions SET number_digest = NULL
      WHERE decision_id = ANY(ARRAY(
        SELECT decision_id FROM decisions
        WHERE merchant_id = \(merchant.text) AND number_digest = \(digest) LIMIT \(limit)))
      RETURNING call_id
      """)
    return try rows.map { try $0.decode("call_id") }
  }

  /// Deletes what the audit log's entries about these subjects commit to, with the salts: the entries
  /// stay, and say nothing of it any more. How many there were.
  static func erasePayloads(
    about subjects: [String], of merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Int {
    try await transaction.execute(
      """
      DELETE FROM audit_payloads USING audit_entries AS entries
      WHERE entries.merchant_id = \(merchant.text) AND entries.subject = ANY(\(subjects)::text[])
        AND audit_payloads.merchant_id = entries.merchant_id
        AND audit_payloads.entry_index = entries.entry_index
      """)
  }
}
