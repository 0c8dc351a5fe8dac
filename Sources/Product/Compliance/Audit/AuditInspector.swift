package import Jobs
package import Postgres
internal import Domain
internal import Telemetry
internal import TransparencyLog
internal import VoiceAPI

/// Reads whole audit logs again and compares them with what was signed: a signer looks at the tree alone,
/// and so does not see an entry that was changed beside it.
package struct AuditInspector: Sendable {
  private let pool: PostgresPool
  private let findings = MetricsRegistry.process.counter(
    "payaid_audit_findings_total",
    help: "Audit logs whose entries are not those that were signed.")

  package init(pool: PostgresPool) { self.pool = pool }

  private static let kind = "audit.inspection"
  /// Entries that are hashed at a time: a millisecond or two of a loop that carries calls.
  private static let batch = 100

  /// Once a day, before calls begin: at half past five in India.
  package static let schedule = JobSchedule(
    name: kind, kind: kind, queue: Retention.queue.name, .every(.seconds(86_400)))

  /// What runs it.
  package var handler: JobHandler {
    JobHandler(kind: Self.kind, timeout: .seconds(3_600)) { _ in try await inspectAll() }
  }

  /// Inspects every log that was signed and is whole; how many are not as they were.
  @discardableResult
  package func inspectAll() async throws -> Int {
    var (last, count) = ("", 0)
    while let merchant = try await next(after: last) {
      last = merchant.text
      for (epoch, note) in try await signed(of: merchant)
      where !(try await isIntact(epoch, note)) {
        count += 1
        findings.increment()
        Log("audit").error(
          "an audit log's entries are not those that were signed",
          ["merchant": "\(merchant.text)"])
      }
    }
    return count
  }

  private func next(after last: String) async throws -> MerchantID? {
    try await pool.transaction(tenant: .system) {
      try await AuditCheckpointStore.next(after: last, $0)
    }
  }

  /// The current log and those that were closed, with what was signed of each last. One that was left behind
  /// for what it lost has been reported.
  private func signed(of merchant: MerchantID) async throws -> [(AuditEpoch, note: String)] {
    try await pool.transaction(tenant: .merchant(merchant.text)) { transaction in
      let starts = try await AuditEpochStore.starts(after: 0, of: merchant, transaction)
      let current = try await AuditEpochStore.current(of: merchant, transaction)
      let epochs = [current] + starts.filter(\.isContinuous).map(\.before)
      var signed: [(AuditEpoch, note: String)] = []
      for epoch in epochs {
        let note = try await AuditCheckpointStore.last(of: epoch, transaction)
        if let note { signed.append((epoch, note)) }
      }
      return signed
    }
  }

  /// Whether the entries below the last checkpoint have its root, and say what they commit to.
  private func isIntact(_ epoch: AuditEpoch, _ note: String) async throws -> Bool {
    guard let text = SignedNote(parsing: note)?.text, let signed = Checkpoint(text) else {
      return false
    }
    var tree = MerkleFrontier()
    while tree.size < signed.size {
      let start = tree.size
      let entries = try await pool.transaction(tenant: .merchant(epoch.merchant.text)) {
        try await AuditStore.page(after: start - 1, limit: Self.batch, in: epoch, $0)
      }
      guard !entries.isEmpty else { return false }
      for entry in entries where tree.size < signed.size {
        guard entry.index == tree.size else { return false }
        if let read = LogEntry(entry.entry), !entry.salt.isEmpty,
          LogEntry.commit(entry.payload, salt: entry.salt) != read.commit
        {
          return false
        }
        _ = tree.append(.leaf(entry.entry))
      }
    }
    return tree.root == signed.root
  }
}
