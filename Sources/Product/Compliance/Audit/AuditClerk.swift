package import Domain
package import Postgres
internal import Buffers

/// Puts what waits in the inbox into its merchant's audit log: the ends of calls, recordings that were
/// deleted, and what the operator decided. It is called before a log is signed, so what happened is signed within a minute.
package struct AuditClerk: Sendable {
  private let pool: PostgresPool

  package init(pool: PostgresPool) { self.pool = pool }

  /// Entries of one transaction, for which calls of that merchant wait.
  private static let batch = 20

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
      let note = try await AuditInboxStore.note(
        on: item.kind, item.subject, of: merchant, transaction)
      try await AuditLog.append(
        kind: item.kind.rawValue, subject: note.subject, actor: note.actor, merchant: merchant,
        transaction
      ) { .object(note.payload($0)) }
    }
    return items.count
  }
}

/// What the log says of something that waited in the inbox.
struct AuditNote: Sendable {
  /// What it is about.
  let subject: String
  let actor: String
  /// The columns that are texts, and times, as the log shows them.
  var texts: [(name: String, value: String)] = []
  /// A person's number, which the log has as a digest.
  var phoneNumber: PhoneNumber?

  func payload(_ digest: SaltedDigest) -> JSONObject {
    var payload = JSONObject()
    for (name, value) in texts { payload[name] = .string(value) }
    payload["phone_number"] = phoneNumber.map { .string(digest($0.e164)) }
    return payload
  }
}
