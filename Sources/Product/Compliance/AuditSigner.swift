internal import Domain
package import Jobs
package import Objects
package import Postgres
internal import RPCCore
internal import Telemetry
internal import TransparencyLog

/// Signs how far merchants' audit logs have come.
///
/// What it signed last it keeps in the object store, out of the database's reach, and it signs no tree
/// that does not begin with that one. So a table that was rewritten, or a backup that was restored,
/// becomes a refusal and an alarm, not a second history.
package struct AuditSigner: Sendable {
  /// A checkpoint and who can check it.
  struct Signed: Sendable {
    let checkpoint: Checkpoint
    let note: String
    let verifier: NoteVerifier
  }

  private let pool: PostgresPool
  private let objects: any ObjectStore
  private let seed: [UInt8]
  private let clerk: AuditClerk
  private let refusals = MetricsRegistry.process.counter(
    "payaid_audit_refusals_total",
    help: "Audit logs that were not signed, as they do not continue what was signed before.")

  /// `seed`, 32 bytes, is that of the key, which never changes.
  package init(pool: PostgresPool, objects: any ObjectStore, seed: [UInt8]) {
    self.pool = pool
    self.objects = objects
    self.seed = seed
    clerk = AuditClerk(pool: pool)
  }

  /// The log as it is now, signed. Throws `dataLoss` when it does not continue what was signed before.
  func checkpoint(_ merchant: MerchantID) async throws -> Signed {
    try await clerk.settle(merchant)
    return try await sign(merchant)
  }

  private func sign(_ merchant: MerchantID) async throws -> Signed {
    do {
      return try await pool.transaction(tenant: .merchant(merchant.text)) {
        try await sign(merchant, $0)
      }
    } catch let error as RPCError where error.code == .dataLoss {
      refusals.increment()
      Log("audit").error("an audit log is not signed", ["merchant": "\(merchant.text)"])
      throw error
    }
  }

  private func sign(
    _ merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Signed {
    try await AuditCheckpointStore.lock(merchant, transaction)
    let key = try key(of: merchant)
    let tree = try await AuditStore.tree(of: merchant, transaction) ?? MerkleFrontier()
    let now = Checkpoint(origin: key.verifier.name, size: tree.size, root: tree.root)
    let old = try await remembered(merchant, key.verifier, transaction)
    if let old {
      guard try await isContinued(old.checkpoint, by: now, merchant, transaction) else {
        throw RPCError(
          .dataLoss,
          "the audit log does not continue its checkpoint of \(old.checkpoint.size) "
            + "entries; nothing is signed until the operator has found out why")
      }
      if old.checkpoint == now { return old }
    }
    let note = try SignedNote(signing: now.text, with: key).description
    if now.size > 0 { try await keep(note, of: now.size, merchant, transaction) }
    return Signed(checkpoint: now, note: note, verifier: key.verifier)
  }

  private func key(of merchant: MerchantID) throws -> NoteSigner {
    try NoteSigner(name: AuditLog.name(of: merchant), seed: seed)
  }

  private func isContinued(
    _ old: Checkpoint, by now: Checkpoint, _ merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Bool {
    guard old.size <= now.size else { return false }
    let proof = try await AuditStore.proof(
      MerkleSpan.consistency(from: old.size, to: now.size), merchant, transaction)
    return MerkleProof.isConsistent(from: old.size, old.root, to: now.size, now.root, proof)
  }

  // MARK: Memory

  /// What was signed last; by the database's word where the object store has nothing.
  private func remembered(
    _ merchant: MerchantID, _ key: NoteVerifier, _ transaction: Transaction
  ) async throws -> Signed? {
    var note = try await AuditCheckpointStore.last(of: merchant, transaction)
    do {
      note = String(decoding: try await objects.get(Self.latest(merchant)), as: UTF8.self)
    } catch let error as ObjectError where error.kind == .notFound {
      if note != nil {
        Log("audit").warning(
          "an audit log's last checkpoint is not among the objects",
          ["merchant": "\(merchant.text)"])
      }
    }
    guard let note else { return nil }
    guard let checkpoint = Checkpoint(note: note, signedBy: key) else {
      throw RPCError(
        .dataLoss, "the audit log's last checkpoint is not signed by this server's key")
    }
    return Signed(checkpoint: checkpoint, note: note, verifier: key)
  }

  /// Each note under its size, for who compares, and the last one, for the next signature.
  private func keep(
    _ note: String, of size: Int64, _ merchant: MerchantID, _ transaction: Transaction
  ) async throws {
    try await objects.put(Array(note.utf8), key: Self.object(merchant, "\(size)"))
    try await objects.put(Array(note.utf8), key: Self.latest(merchant))
    try await AuditCheckpointStore.insert(
      note, size: size, at: WallClock.now, merchant, transaction)
  }

  private static func latest(_ merchant: MerchantID) -> ObjectKey { object(merchant, "latest") }

  private static func object(_ merchant: MerchantID, _ name: String) -> ObjectKey {
    guard let key = ObjectKey("audit/\(merchant.text)/\(name)") else {
      preconditionFailure("our bug: a merchant's id is no name of an object")
    }
    return key
  }
}

// MARK: - Recurring work

extension AuditSigner {
  private static let kind = "audit.checkpoints"
  private static let batch = 1_000

  /// A minute after an entry was written it is under a signature.
  package static let schedule = JobSchedule(
    name: kind, kind: kind, queue: Retention.queue.name, .every(.seconds(60)))

  /// What runs it.
  package var handler: JobHandler {
    JobHandler(kind: Self.kind) { _ in try await signAll() }
  }

  /// Signs every log that has grown. One that cannot be signed does not keep the others from it.
  package func signAll() async throws {
    try await clerk.settleAll()
    let merchants = try await pool.transaction(tenant: .system) {
      try await AuditCheckpointStore.unsigned(limit: Self.batch, $0)
    }
    for merchant in merchants {
      do { _ = try await sign(merchant) } catch let error as RPCError {
        guard error.code == .dataLoss else { throw error }
      }
    }
  }
}
