internal import Buffers
internal import Domain
internal import Postgres
internal import TransparencyLog

/// What merchants hear of their audit logs: a checkpoint a day, kept where nobody here can change it.
enum AuditNews {
  /// Tells of a checkpoint, unless one was told of on that day in India; before it is stored.
  static func signed(
    _ signed: AuditSigner.Signed, of epoch: AuditEpoch, at now: Moment, _ transaction: Transaction
  ) async throws {
    let last = try await AuditCheckpointStore.lastTime(of: epoch.merchant, transaction)
    guard last.map({ $0 < IndianTime(now).moment(secondOfDay: 0) }) ?? true else { return }
    try await EventOutbox.append(
      ProductEvent(.auditSigned, merchant: epoch.merchant, subject: epoch.name) {
        write(signed, epoch, to: &$0)
      }, transaction)
  }

  private static func write(
    _ signed: AuditSigner.Signed, _ epoch: AuditEpoch, to json: inout JSONWriter
  ) {
    json.key("epoch")
    json.number(epoch.number)
    json.key("size")
    json.number(signed.checkpoint.size)
    for (key, value) in [
      ("origin", epoch.name), ("note", signed.note), ("verifier_key", "\(signed.verifier)"),
    ] {
      json.key(key)
      json.string(value)
    }
  }
}
