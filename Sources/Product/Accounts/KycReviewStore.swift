package import Domain
package import Postgres
internal import Protobuf
internal import VoiceAPI

/// The SQL of the operator's decisions on merchants.
package enum KycReviewStore {
  /// Decides on who a merchant is, and keeps the decision.
  package static func decide(
    _ review: KycReview, on merchant: MerchantID, _ transaction: Transaction
  ) async throws -> OnKycReview {
    if let refusal = try await refusal(of: review, merchant, transaction) { return refusal }
    let outcome = review.outcome
    _ = try await transaction.execute(
      """
      UPDATE merchants SET kyc_state = \(review.state.rawValue), revision = revision + 1,
        update_time = now(), kyc_expire = now()
          + \(outcome.duration?.microseconds)::bigint * interval '1 us'
      WHERE merchant_id = \(merchant.text)
      """)
    _ = try await transaction.execute(
      """
      INSERT INTO kyc_reviews (merchant_id, \(OperatorDecision.columns))
      VALUES (\(merchant.text), \(review.decision.values(outcome.name, for: outcome.duration)))
      """)
    return .decided
  }

  /// Why it cannot be decided so. Takes the merchant's row: nothing of it changes meanwhile.
  private static func refusal(
    of review: KycReview, _ merchant: MerchantID, _ transaction: Transaction
  ) async throws -> OnKycReview? {
    try await AccountStore.lock(merchant, transaction)
    let rows = try await transaction.query(
      """
      SELECT kyc_state, kyc::text AS kyc, pan_sealed IS NOT NULL AS has_pan
      FROM merchants WHERE merchant_id = \(merchant.text)
      """)
    guard let row = rows.first else { return .noSuchMerchant }
    if try await review.decision.isOwn(of: merchant, transaction) {
      return .reviewerIsTheMerchants
    }
    guard let state = KycState(rawValue: try row.decode("kyc_state")) else {
      throw PostgresError(.invalidValue, "merchants.kyc_state is unknown")
    }
    guard review.comesFrom.contains(state) else { return .stands(state) }
    guard review.state == .approved else { return nil }
    var kyc = try Payaid.Voice.V1.Kyc(json: Array(try row.decode("kyc", as: String.self).utf8))
    // It is sealed; whether there is one is what counts here.
    if try row.decode("has_pan") { kyc.pan = "sealed" }
    let missing = MerchantRules.missing(kyc)
    return missing.isEmpty ? nil : .incomplete(missing)
  }
}
