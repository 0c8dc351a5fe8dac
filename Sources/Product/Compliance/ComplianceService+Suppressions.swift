internal import Buffers
internal import Domain
internal import Postgres
internal import Protobuf
package import RPCCore
package import VoiceAPI

/// The merchant's own do-not-call list.
extension ComplianceService {
  package func createSuppression(
    _ request: V1.CreateSuppressionRequest, _ context: RPCContext
  ) async throws -> V1.Suppression {
    let caller = try context.caller()
    let (number, reason) = try Self.checked(request.suppression ?? V1.Suppression())
    return try await transaction(caller) { transaction in
      try await Idempotency.once(
        transaction, caller, method: "CreateSuppression", requestID: request.requestId,
        request: request
      ) {
        try await NumberLock.take(number, caller.merchant, transaction)
        return try await list(number, reason, caller, transaction).proto
      }
    }
  }

  package func listSuppressions(
    _ request: V1.ListSuppressionsRequest, _ context: RPCContext
  ) async throws -> V1.ListSuppressionsResponse {
    let caller = try context.caller()
    let number = try ConsentRules.filter(request.phoneNumber)
    let arguments = [caller.merchant.text, "suppressions", request.phoneNumber]
    let page = try await tokens.page(
      request.pageSize, request.pageToken, of: arguments, cursor: { $0.suppressionId }
    ) { cursor, limit in
      try await SuppressionStore.page(
        of: number, after: cursor, limit: limit, merchant: caller.merchant, reader(caller)
      ).map(\.proto)
    }
    return .with {
      $0.suppressions = page.entries
      $0.nextPageToken = page.next
    }
  }

  /// Puts the number on the list. One that is there stays as it is; only an opt-out is noted again.
  private func list(
    _ number: PhoneNumber, _ reason: SuppressionReason, _ caller: Caller,
    _ transaction: Transaction
  ) async throws -> SuppressionRecord {
    let (now, merchant) = (now(), caller.merchant)
    let inserted = try await SuppressionStore.insert(
      SuppressionID(), of: number, reason: reason, at: now, salt: SaltedDigest().salt,
      merchant: merchant, transaction)
    if let inserted {
      try await Self.note("suppression.created", inserted, caller, transaction)
      return inserted
    }
    let there =
      reason == .optOut
      ? try await SuppressionStore.optOut(number, at: now, merchant: merchant, transaction)
      : try await SuppressionStore.find(number, merchant: merchant, transaction)
    guard let there else { throw RPCError(.aborted, "the number left the list; try again") }
    if reason == .optOut {
      try await Self.note("suppression.renewed", there, caller, transaction)
    }
    return there
  }

  /// Leaves an entry in the audit log.
  private static func note(
    _ kind: String, _ record: SuppressionRecord, _ caller: Caller, _ transaction: Transaction
  ) async throws {
    try await AuditLog.append(
      kind: kind, subject: record.id.text, actor: caller.principal, merchant: caller.merchant,
      transaction
    ) { own in
      // Entries of before have no salt of their own.
      let digest = record.salt.map { SaltedDigest(salt: $0) } ?? own
      var payload: JSONObject = [
        "phone_number": .string(digest(record.phoneNumber.e164)),
        "reason": .string(record.reason.rawValue), "suppression": .string(record.id.text),
      ]
      payload["opted_out_at"] = record.optOutTime.map { .string($0.iso8601) }
      return .object(payload)
    }
  }

  private static func checked(
    _ suppression: V1.Suppression
  ) throws -> (PhoneNumber, SuppressionReason) {
    var violations = FieldViolations()
    let number = ConsentRules.number(
      suppression.phoneNumber, "suppression.phoneNumber", &violations)
    let reason = SuppressionReason(
      rawValue: suppression.reason.isEmpty ? "other" : suppression.reason)
    violations.require(
      reason != nil, "suppression.reason",
      "is none of \(SuppressionReason.allCases.map(\.rawValue).joined(separator: ", "))")
    try violations.throwIfAny()
    guard let number, let reason else { throw RPCError(.internal, "the entry was not checked") }
    return (number, reason)
  }
}
