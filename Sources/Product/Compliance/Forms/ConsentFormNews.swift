internal import Buffers
internal import Domain
internal import Postgres
internal import VoiceAPI

/// What the audit log hears of consent forms, in the transaction that makes it true. A consent that is
/// given on one is told as every other.
enum ConsentFormNews {
  /// Tells that a person is asked.
  static func created(
    _ form: ConsentFormRecord, by actor: String, _ transaction: Transaction
  ) async throws {
    try await tell("consent_form.created", form, by: actor, transaction) {
      [
        "expires_at": .string(form.expireTime.iso8601),
        "purposes": .array(form.question.purposes.map { .string($0.name ?? "") }),
      ]
    }
  }

  /// Tells that the person said no to the notice of a digest.
  static func refused(
    _ form: ConsentFormRecord, notice digest: String, _ transaction: Transaction
  ) async throws {
    try await tell("consent_form.refused", form, by: form.id.text, transaction) {
      ["notice_sha256": .string(digest)]
    }
  }

  private static func tell(
    _ kind: String, _ form: ConsentFormRecord, by actor: String, _ transaction: Transaction,
    _ members: () -> JSONObject
  ) async throws {
    try await AuditLog.append(
      kind: kind, subject: form.id.text, actor: actor, merchant: form.merchant, transaction
    ) { digest in
      var payload = members()
      payload["consent_form"] = .string(form.id.text)
      payload["phone_number"] = .string(digest(form.question.phoneNumber.e164))
      return .object(payload)
    }
  }
}
