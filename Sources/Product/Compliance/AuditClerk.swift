package import Domain
package import Postgres
internal import Buffers

/// Puts what waits in the inbox into its merchant's audit log: the ends of calls, and recordings that were
/// deleted. It is called before a log is signed, so what happened is signed within a minute.
package struct AuditClerk: Sendable {
  private let pool: PostgresPool

  package init(pool: PostgresPool) { self.pool = pool }

  /// Entries of one transaction, for which calls of that merchant wait.
  private static let batch = 20
  private static let merchants = 1_000

  /// Empties the inbox; how many entries that made.
  @discardableResult
  package func settleAll() async throws -> Int {
    let merchants = try await pool.transaction(tenant: .system) {
      try await AuditInboxStore.merchants(limit: Self.merchants, $0)
    }
    var count = 0
    for merchant in merchants { count += try await settle(merchant) }
    return count
  }

  /// Empties the inbox of a merchant; how many entries that made.
  @discardableResult
  package func settle(_ merchant: MerchantID) async throws -> Int {
    var count = 0
    while true {
      let made = try await pool.transaction(tenant: .merchant(merchant.text)) {
        try await settleSome(merchant, $0)
      }
      count += made
      if made < Self.batch { return count }
    }
  }

  private func settleSome(
    _ merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Int {
    let items = try await AuditInboxStore.take(limit: Self.batch, of: merchant, transaction)
    for item in items {
      let call =
        item.kind == "call.ended"
        ? try await AuditInboxStore.call(item.subject, transaction) : nil
      try await AuditLog.append(
        kind: item.kind, subject: item.subject, actor: "system:calls", merchant: merchant,
        transaction
      ) { digest in .object(call?.payload(digest) ?? JSONObject()) }
    }
    return items.count
  }
}

/// What the log says of a call that is over: its record, without speech, the number as a digest.
struct EndedCall: Sendable {
  /// The columns that are texts, and times, as the log shows them.
  let texts: [(name: String, value: String)]
  let phoneNumber: PhoneNumber?

  func payload(_ digest: SaltedDigest) -> JSONObject {
    var payload = JSONObject()
    for (name, value) in texts { payload[name] = .string(value) }
    payload["phone_number"] = phoneNumber.map { .string(digest($0.e164)) }
    return payload
  }
}
