internal import Buffers
internal import Domain
internal import Postgres

/// What merchants and the audit log hear of erasures: how much, never whose.
enum ErasureNews {
  /// Tells that an erasure was asked for.
  static func created(
    _ record: ErasureRecord, _ caller: Caller, _ transaction: Transaction
  ) async throws {
    try await AuditLog.append(
      kind: "erasure.created", subject: record.id.text, actor: caller.principal,
      merchant: record.merchant, transaction
    ) { _ in
      var payload: JSONObject = ["reason": .string(record.reason.rawValue)]
      payload["hold_until"] = record.holdUntil.map { .string($0.iso8601) }
      return .object(payload)
    }
  }

  /// Tells that more is to be kept of one that is under way.
  static func extended(
    _ record: ErasureRecord, _ caller: Caller, _ transaction: Transaction
  ) async throws {
    try await AuditLog.append(
      kind: "erasure.extended", subject: record.id.text, actor: caller.principal,
      merchant: record.merchant, transaction
    ) { _ in
      var payload: JSONObject = ["recovery_calls": .string(record.isRecovery ? "yes" : "no")]
      payload["hold_until"] = record.holdUntil.map { .string($0.iso8601) }
      return .object(payload)
    }
  }

  /// Tells the merchant that an erasure is over.
  static func ended(_ record: ErasureRecord, _ transaction: Transaction) async throws {
    let type: EventType = record.state == .done ? .erasureCompleted : .erasureFailed
    try await EventOutbox.append(
      ProductEvent(type, merchant: record.merchant, subject: record.id.text) {
        write(record, to: &$0)
      }, transaction)
  }

  private static func write(_ record: ErasureRecord, to json: inout JSONWriter) {
    for (key, value) in [
      ("erasure_id", record.id.text), ("state", record.state.rawValue),
      ("reason", record.reason.rawValue), ("error", record.error),
    ] {
      json.key(key)
      json.string(value)
    }
    json.key("erased")
    json.beginObject()
    for (name, count) in record.counts.columns {
      json.key(name)
      json.number(Int64(count))
    }
    json.endObject()
  }

  /// Leaves the certificate in the audit log: what is gone, what is kept until when, by which rule.
  static func certify(
    _ record: ErasureRecord, _ kept: [KeptCalls], _ transaction: Transaction
  ) async throws {
    try await AuditLog.append(
      kind: "person.erased", subject: record.id.text, actor: "system:erasure",
      merchant: record.merchant, transaction
    ) { _ in .object(certificate(record, kept)) }
  }

  /// All of it as strings, as the log has nothing else.
  static func certificate(_ record: ErasureRecord, _ kept: [KeptCalls]) -> JSONObject {
    var payload: JSONObject = ["reason": .string(record.reason.rawValue)]
    for (name, count) in record.counts.columns { payload[name] = .string("\(count)") }
    payload["requested_at"] = .string(record.createTime.iso8601)
    payload["finished_at"] = record.finishTime.map { .string($0.iso8601) }
    payload["kept"] = .array(
      kept.map {
        .object([
          "calls": .string("\($0.count)"), "rule": .string($0.rule),
          "until": .string($0.until.iso8601),
        ])
      })
    return payload
  }
}
