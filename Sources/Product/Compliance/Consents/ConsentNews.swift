internal import Buffers
internal import Domain
internal import Postgres

/// What merchants and the audit log hear of consents, in the transaction that makes it true.
enum ConsentNews {
  /// Tells of a consent that was recorded at `now`.
  static func created(
    _ record: ConsentRecord, at now: Moment, in book: ConsentBook, _ transaction: Transaction
  ) async throws {
    let digest = SaltedDigest(salt: record.salt ?? [])
    var entry = entry(record)
    entry["basis"] = .string(record.terms.basis.name ?? "")
    entry["evidence"] = .string(digest(record.evidence))
    entry["expires_at"] = ConsentClock.expiry(of: record.terms).map { .string($0.iso8601) }
    entry["granted_at"] = .string(record.terms.grantTime.iso8601)
    entry["purposes"] = .array(record.terms.purposes.map { .string($0.name ?? "") })
    entry["statement"] = .string(digest(record.statement))
    try await tell(.consentCreated, record, entry, now, book, transaction)
  }

  /// Tells of a consent that was withdrawn at `now`.
  static func withdrawn(
    _ record: ConsentRecord, at now: Moment, in book: ConsentBook, _ transaction: Transaction
  ) async throws {
    var entry = entry(record)
    entry["withdrawn_at"] = record.terms.withdrawTime.map { .string($0.iso8601) }
    try await tell(.consentWithdrawn, record, entry, now, book, transaction)
  }

  /// What every entry about a consent holds. Its digests are under the consent's own salt.
  private static func entry(_ record: ConsentRecord) -> JSONObject {
    var entry: JSONObject = ["consent": .string(record.id.text)]
    if let number = record.phoneNumber, let salt = record.salt {
      entry["phone_number"] = .string(SaltedDigest(salt: salt)(number.e164))
    }
    return entry
  }

  private static func tell(
    _ type: EventType, _ record: ConsentRecord, _ entry: JSONObject, _ now: Moment,
    _ book: ConsentBook, _ transaction: Transaction
  ) async throws {
    try await EventOutbox.append(
      ProductEvent(type, merchant: book.merchant, subject: record.id.text) {
        write(record, now, to: &$0)
      }, transaction)
    try await AuditLog.append(
      kind: type.rawValue, subject: record.id.text, actor: book.actor, merchant: book.merchant,
      transaction
    ) { _ in .object(entry) }
  }

  private static func write(_ record: ConsentRecord, _ now: Moment, to json: inout JSONWriter) {
    json.key("consent_id")
    json.string(record.id.text)
    json.key("basis")
    json.string(record.terms.basis.name ?? "")
    json.key("purposes")
    json.beginArray()
    for purpose in record.terms.purposes { json.string(purpose.name ?? "") }
    json.endArray()
    json.key("state")
    json.string(ConsentClock.state(of: record.terms, at: now).name)
    for (key, time) in [
      ("granted_at", record.terms.grantTime), ("expires_at", ConsentClock.expiry(of: record.terms)),
      ("withdrawn_at", record.terms.withdrawTime),
    ] {
      json.key(key)
      if let time { json.string(time.iso8601) } else { json.null() }
    }
  }
}
