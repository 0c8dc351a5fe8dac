package import Domain
package import Postgres
internal import Protobuf
internal import VoiceAPI

/// The SQL of what the operator records of merchants and telemarketers.
package enum DLTBindingStore {
  /// Records whether a merchant, by the entity id that it has now, is bound to its telemarketer: itself where
  /// it has such an id, else `platform`. Records nothing when `seen` is another entity or telemarketer.
  package static func record(
    _ binding: DLTBinding, of merchant: MerchantID, platform: String?,
    seen: (entity: String?, telemarketer: String?) = (nil, nil), _ transaction: Transaction
  ) async throws -> OnDLTBinding {
    // The ids do not change meanwhile.
    try await AccountStore.lock(merchant, transaction)
    guard let kyc = try await kyc(of: merchant, transaction) else { return .noSuchMerchant }
    if try await binding.decision.isOwn(of: merchant, transaction) {
      return .reviewerIsTheMerchants
    }
    let entity = kyc.dltEntityId
    guard !entity.isEmpty else { return .noEntity }
    guard
      let telemarketer = DLTChain.telemarketer(own: kyc.dltTelemarketerId, platform: platform)
    else { return .noTelemarketer }
    guard seen.entity ?? entity == entity, seen.telemarketer ?? telemarketer == telemarketer else {
      return .otherPair(entity: entity, telemarketer: telemarketer)
    }
    if binding.outcome == .unbound {
      let chain = try await DLTChain.find(
        entity: entity, telemarketer: telemarketer, of: merchant, transaction)
      guard case .bound = chain else { return .notBound }
    }
    try await insert(
      binding, of: merchant, entity: entity, telemarketer: telemarketer, transaction)
    return .recorded(entity: entity, telemarketer: telemarketer)
  }

  private static func insert(
    _ binding: DLTBinding, of merchant: MerchantID, entity: String, telemarketer: String,
    _ transaction: Transaction
  ) async throws {
    _ = try await transaction.execute(
      """
      INSERT INTO dlt_bindings
        (merchant_id, entity_id, telemarketer_id, \(OperatorDecision.columns))
      VALUES (\(merchant.text), \(entity), \(telemarketer),
        \(binding.decision.values(binding.outcomeName, for: binding.duration)))
      """)
  }

  private static func kyc(
    of merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Payaid.Voice.V1.Kyc? {
    let rows = try await transaction.query(
      "SELECT kyc::text AS kyc FROM merchants WHERE merchant_id = \(merchant.text)")
    return try rows.first.map {
      try Payaid.Voice.V1.Kyc(json: Array(try $0.decode("kyc", as: String.self).utf8))
    }
  }
}
