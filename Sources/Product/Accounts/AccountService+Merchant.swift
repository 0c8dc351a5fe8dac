internal import Domain
internal import Postgres
internal import Protobuf
package import RPCCore
internal import Schema
package import VoiceAPI

extension AccountService {
  package func getMerchant(
    _ request: V1.GetMerchantRequest, _ context: RPCContext
  ) async throws -> V1.Merchant {
    let caller = try context.caller()
    let reader = pool.autocommit(.merchant(caller.merchant.text))
    let row = try await AccountStore.find(caller.merchant, seal, reader)
    guard let row else { throw Self.noSuchMerchant }
    return try await shown(row, reader)
  }

  package func updateMerchant(
    _ request: V1.UpdateMerchantRequest, _ context: RPCContext
  ) async throws -> V1.Merchant {
    let caller = try context.caller()
    do {
      return try await change(caller) { transaction, events in
        events.append(.merchant(caller.merchant))
        return try await Idempotency.once(
          transaction, caller, method: "UpdateMerchant", requestID: request.requestId,
          request: request, seal: seal
        ) {
          try await update(request, caller.merchant, transaction)
        }
      }
    } catch let error as PostgresError where error.isUniqueViolation("merchants_email_key") {
      throw RPCError(.alreadyExists, "merchant.email: there is a merchant with this address")
    }
  }

  private func update(
    _ request: V1.UpdateMerchantRequest, _ id: MerchantID, _ transaction: Transaction
  ) async throws -> V1.Merchant {
    guard let current = try await AccountStore.find(id, seal, transaction) else {
      throw Self.noSuchMerchant
    }
    var new = request.merchant ?? V1.Merchant()
    try Etag.check(new.etag, against: Etag.text(revision: current.revision))
    // What was read masked and comes back so has not changed.
    if let pan = current.merchant.kyc?.pan, new.kyc?.pan == BusinessNumber.masked(pan: pan) {
      new.kyc?.pan = pan
    }
    var merged = try Self.merge.merged(
      current.merchant, new, paths: request.updateMask?.paths ?? [])
    merged.email = merged.email.lowercased()
    try MerchantRules.check(merged, webhook: webhook)
    let isSame = merged.kycOrEmpty == current.merchant.kycOrEmpty
    let isComplete = MerchantRules.missing(merged.kycOrEmpty).isEmpty
    let updated = try await AccountStore.update(
      merged, kyc: isSame ? nil : current.kycState.changed(isComplete: isComplete), seal,
      transaction)
    try await webhook.follow(merged.webhookUrl, of: id, transaction)
    return try await shown(updated, transaction)
  }

  /// As the API shows a merchant, with what the operator recorded of its telemarketer.
  private func shown(_ row: MerchantRow, _ database: some Querying) async throws -> V1.Merchant {
    let now = WallClock.now
    var merchant = row.proto(now: now)
    guard let kyc = merchant.kyc, !kyc.dltEntityId.isEmpty,
      let id = MerchantID(merchant.merchantId)
    else { return merchant }
    let telemarketer = DLTChain.telemarketer(own: kyc.dltTelemarketerId, platform: telemarketer)
    let chain = try await DLTChain.find(
      entity: kyc.dltEntityId, telemarketer: telemarketer, of: id, database)
    merchant.kyc?.dltBinding = chain.proto(telemarketer, now: now)
    return merchant
  }

  private static let merge = FieldMerge<V1.Merchant>(
    "a merchant",
    outputOnly: [
      "merchant_id", "state", "create_time", "update_time", "etag", "kyc.state",
      "kyc.missing_fields", "kyc.expire_time", "kyc.review_reason", "kyc.dlt_binding",
    ])

  private static var noSuchMerchant: RPCError { RPCError(.notFound, "there is no such merchant") }
}

extension Payaid.Voice.V1.Merchant {
  fileprivate var kycOrEmpty: Payaid.Voice.V1.Kyc { kyc ?? .init() }
}
