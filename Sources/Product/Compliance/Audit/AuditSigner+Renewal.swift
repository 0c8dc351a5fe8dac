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
        throw JobControl.discard(
          reason: error.message + (renewal.acceptsLoss ? "" : "; --accept-loss was not given"))
      }
    }
  }

  /// How long a request waits for its key at a time.
  private static let keyPause = Duration.seconds(30)

  /// Ends the merchant's log and begins another; nothing when that has been done, or the log is whole and under
  /// the current key. Throws `JobControl.snooze` before the key that was the newest one seals here.
  package func renew(_ renewal: AuditRenewal) async throws {
    guard keys.current >= renewal.key else { throw JobControl.snooze(Self.keyPause) }
    let merchant = renewal.merchant
    let old = try await alarmed(merchant) {
      do { try await clerk.settle(merchant) } catch  where renewal.acceptsLoss {
        Log("audit").warning(
          "an audit log cannot be appended to", ["merchant": "\(merchant.text)"])
      }
      return try await locked(merchant) { try await follow(renewal, $0) }
    }
    // Of what was lost there may be nothing that this server has signed.
    do { _ = try await checkpoint(old) } catch  where renewal.acceptsLoss && Self.isLoss(error) {}
    _ = try await checkpoint(merchant)
  }

  /// The epoch that was followed, now or before, or needs no other.
  private func follow(
    _ renewal: AuditRenewal, _ transaction: Transaction
  ) async throws -> AuditEpoch {
    let merchant = renewal.merchant
    let old = AuditEpoch(merchant: merchant, number: renewal.after)
    try await AuditStore.lockRow(of: merchant, transaction)
    guard try await AuditEpochStore.current(of: merchant, transaction) == old else { return old }
    let current = keys.current
    let end = try await state(of: old, renewal, transaction)
    if end.isContinuous, end.key ?? current == current { return old }
    let next = try await unused(after: old, transaction)
    let key = try key(current, of: next)
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
        epoch: next, key: current, before: old, size: closed.size, root: closed.root,
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

  /// What is there of a log.
  private struct End {
    var tree = MerkleFrontier()
    /// What was signed of it last.
    var note = ""
    /// The number of the master key that it is under; `nil` before it is signed.
    var key: Int64?
    /// Whether it continues what was signed of it.
    var isContinuous = false
  }

  private func state(
    of epoch: AuditEpoch, _ renewal: AuditRenewal, _ transaction: Transaction
  ) async throws -> End {
    var end = End()
    do {
      end.key = try await AuditEpochStore.start(of: epoch, transaction)?.key
      let memory = try await remembered(epoch, end.key, transaction)
      end.note = memory?.signed.note ?? ""
      end.key = end.key ?? memory?.number
      end.tree = try await AuditStore.end(of: epoch.merchant, transaction).tree
      if let old = memory?.signed.checkpoint {
        let now = Checkpoint(origin: epoch.name, size: end.tree.size, root: end.tree.root)
        guard try await isContinued(old, by: now, in: epoch, transaction) else {
          throw Self.notContinued(old.size)
        }
      }
      end.isContinuous = true
    } catch  where renewal.acceptsLoss && Self.isLoss(error) {}
    return end
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
