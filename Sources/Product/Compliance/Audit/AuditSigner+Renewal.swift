internal import Buffers
internal import Domain
package import Jobs
internal import Postgres
internal import RPCCore
internal import Telemetry
internal import TransparencyLog

/// How one log follows another: for another key, or when one does not continue what was signed of it.
///
/// A log that is whole is closed by an entry that names the next one and its key, under the old key; the
/// next one's first entry names the closed one's size and root, under the new key. Where something was
/// lost there is no such entry, and the first one tells what was signed and what was found.
extension AuditSigner {
  /// What runs it.
  package var renewal: JobHandler {
    JobHandler(AuditRenewal.self) { renewal, _ in
      do { try await renew(renewal) } catch let error as RPCError where error.code == .dataLoss {
        throw JobControl.discard(reason: "\(error.message); --accept-loss was not given")
      }
    }
  }

  /// Ends the merchant's log and begins another; nothing when that has been done.
  package func renew(_ renewal: AuditRenewal) async throws {
    let merchant = renewal.merchant
    do { try await clerk.settle(merchant) } catch  where renewal.acceptsLoss {
      Log("audit").warning(
        "an audit log cannot be appended to", ["merchant": "\(merchant.text)"])
    }
    let old = try await alarmed(merchant) { try await follow(renewal, $0) }
    _ = try await checkpoint(old)
    _ = try await checkpoint(merchant)
  }

  /// The epoch that was followed, now or before.
  private func follow(
    _ renewal: AuditRenewal, _ transaction: Transaction
  ) async throws -> AuditEpoch {
    let merchant = renewal.merchant
    let old = AuditEpoch(merchant: merchant, number: renewal.after)
    try await AuditStore.lockRow(of: merchant, transaction)
    guard try await AuditEpochStore.current(of: merchant, transaction) == old else { return old }
    let end = try await state(of: old, renewal, transaction)
    let next = try await unused(after: old, transaction)
    let key = try key(keys.current, of: next)
    if end.isContinuous {
      try await AuditLog.append(
        kind: "log.closed", subject: next.name, actor: "operator", merchant: merchant, transaction
      ) { _ in
        [
          "by": .string(renewal.by), "next_key": .string("\(key.verifier)"),
          "next_log": .string(next.name), "reason": .string(renewal.reason),
        ]
      }
    }
    let closed =
      end.isContinuous ? try await AuditStore.end(of: merchant, transaction).tree : end.tree
    try await AuditEpochStore.begin(
      AuditEpochStart(
        epoch: next, key: keys.current, before: old, size: closed.size, root: closed.root,
        isContinuous: end.isContinuous, time: WallClock.now), transaction)
    try await AuditLog.append(
      kind: "log.began", subject: old.name, actor: "operator", merchant: merchant, transaction
    ) { _ in
      [
        "by": .string(renewal.by), "is_continuous": .string(end.isContinuous ? "yes" : "no"),
        "last_checkpoint": .string(end.note), "previous_log": .string(old.name),
        "previous_root": .string(closed.root.hex), "previous_size": .string("\(closed.size)"),
        "reason": .string(renewal.reason),
      ]
    }
    return old
  }

  /// What is there of a log, and whether it continues what was signed of it.
  private func state(
    of epoch: AuditEpoch, _ renewal: AuditRenewal, _ transaction: Transaction
  ) async throws -> (tree: MerkleFrontier, note: String, isContinuous: Bool) {
    var tree = MerkleFrontier()
    var note = ""
    do {
      let starts = try await AuditEpochStore.starts(
        after: epoch.number - 1, of: epoch.merchant, transaction)
      let memory = try await remembered(epoch, number(of: epoch, starts), transaction)
      note = memory?.signed.note ?? ""
      tree = try await AuditStore.end(of: epoch.merchant, transaction).tree
      let now = Checkpoint(origin: epoch.name, size: tree.size, root: tree.root)
      guard let old = memory?.signed.checkpoint else { return (tree, note, true) }
      guard try await isContinued(old, by: now, in: epoch, transaction) else {
        throw Self.notContinued(old.size)
      }
      return (tree, note, true)
    } catch  where renewal.acceptsLoss && Self.isLoss(error) {
      return (tree, note, false)
    }
  }

  /// Whether a log is other than it was, not only out of reach.
  private static func isLoss(_ error: any Error) -> Bool {
    switch error {
    case let error as RPCError: error.code == .dataLoss
    case let error as PostgresError: error.kind == .invalidValue
    default: false
    }
  }

  /// An epoch that no history has used, also none that the database has forgotten.
  private func unused(
    after old: AuditEpoch, _ transaction: Transaction
  ) async throws -> AuditEpoch {
    let known = try await AuditEpochStore.starts(after: 0, of: old.merchant, transaction)
    var number = max(old.number, known.last?.epoch.number ?? 1)
    repeat {
      number += 1
      let epoch = AuditEpoch(merchant: old.merchant, number: number)
      if try await object("latest", of: epoch) == nil { return epoch }
    } while true
  }
}
