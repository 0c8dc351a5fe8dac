package import Domain
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
    let epoch: AuditEpoch
    let checkpoint: Checkpoint
    let note: String
    let verifier: NoteVerifier
  }

  private let pool: PostgresPool
  private let objects: any ObjectStore
  let keys: PurposeKeys
  private let now: @Sendable () -> Moment
  let clerk: AuditClerk
  private let refusals = MetricsRegistry.process.counter(
    "payaid_audit_refusals_total",
    help: "Audit logs that were not signed, as they do not continue what was signed before.")
  private let failures = MetricsRegistry.process.counter(
    "payaid_audit_failures_total",
    help: "Attempts to sign an audit log that failed for another reason; each is made again.")

  /// `keys` are the seeds of the signing keys, 32 bytes; a log is signed by one of them only.
  package init(
    pool: PostgresPool, objects: any ObjectStore, keys: PurposeKeys,
    now: @escaping @Sendable () -> Moment = { WallClock.now }
  ) {
    self.pool = pool
    self.objects = objects
    self.keys = keys
    self.now = now
    clerk = AuditClerk(pool: pool)
  }

  /// The current log as it is now, signed. Throws `dataLoss` when it does not continue what was signed
  /// before.
  func checkpoint(_ merchant: MerchantID) async throws -> Signed {
    try await alarmed(merchant) {
      try await clerk.settle(merchant)
      return try await locked(merchant) { transaction in
        let (epoch, tree) = try await AuditStore.end(of: merchant, transaction)
        let key = try await AuditEpochStore.start(of: epoch, transaction)?.key
        return try await sign(epoch, tree.size, tree.root, key, transaction)
      }
    }
  }

  /// A log that another has followed, as far as it came and could be signed; `nil` when there is no such
  /// log, or nothing of it was ever signed.
  func checkpoint(_ epoch: AuditEpoch) async throws -> Signed? {
    try await alarmed(epoch.merchant) {
      try await locked(epoch.merchant) { transaction in
        guard let next = try await AuditEpochStore.follower(of: epoch, transaction) else {
          return nil
        }
        let key = try await AuditEpochStore.start(of: epoch, transaction)?.key
        guard next.isContinuous else {
          return try await remembered(epoch, key, transaction)?.signed
        }
        return try await sign(epoch, next.size, next.root, key, transaction)
      }
    }
  }

  /// One signer of the merchant's logs at a time, to the end of the transaction.
  func locked<Result: Sendable>(
    _ merchant: MerchantID, _ body: @Sendable (Transaction) async throws -> Result
  ) async throws -> Result {
    try await pool.transaction(tenant: .merchant(merchant.text)) {
      try await AuditCheckpointStore.lock(merchant, $0)
      return try await body($0)
    }
  }

  /// A log that is not as it was signed, or whose rows contradict each other, is a loud error: `dataLoss`.
  func alarmed<Result: Sendable>(
    _ merchant: MerchantID, _ body: @Sendable () async throws -> Result
  ) async throws -> Result {
    do { return try await body() } catch  where Self.isLoss(error) {
      refusals.increment()
      Log("audit").error(
        "an audit log is not signed", ["merchant": "\(merchant.text)", "error": "\(error)"])
      throw error as? RPCError
        ?? RPCError(
          .dataLoss,
          "the rows of the audit log contradict each other; nothing is signed until the operator has "
            + "found out why")
    }
  }

  /// Whether a log is other than it was, not only out of reach.
  static func isLoss(_ error: any Error) -> Bool {
    switch error {
    case let error as RPCError: error.code == .dataLoss
    case let error as PostgresError: error.kind == .invalidValue
    default: false
    }
  }

  private func sign(
    _ epoch: AuditEpoch, _ size: Int64, _ root: MerkleHash, _ number: Int64?,
    _ transaction: Transaction
  ) async throws -> Signed {
    let memory = try await remembered(epoch, number, transaction)
    let key = try memory?.key ?? key(number ?? keys.current, of: epoch)
    let now = Checkpoint(origin: epoch.name, size: size, root: root)
    if let old = memory?.signed {
      guard try await isContinued(old.checkpoint, by: now, in: epoch, transaction) else {
        throw Self.notContinued(old.checkpoint.size)
      }
      if old.checkpoint == now { return old }
    }
    let note = try SignedNote(signing: now.text, with: key).description
    let signed = Signed(epoch: epoch, checkpoint: now, note: note, verifier: key.verifier)
    if now.size > 0 { try await keep(signed, epoch, transaction) }
    return signed
  }

  static func notContinued(_ size: Int64) -> RPCError {
    RPCError(
      .dataLoss,
      "the audit log does not continue its checkpoint of \(size) entries; nothing is signed until the "
        + "operator has found out why")
  }

  func isContinued(
    _ old: Checkpoint, by now: Checkpoint, in epoch: AuditEpoch, _ transaction: Transaction
  ) async throws -> Bool {
    guard old.size <= now.size else { return false }
    let proof = try await AuditStore.proof(
      MerkleSpan.consistency(from: old.size, to: now.size), in: epoch, transaction)
    return MerkleProof.isConsistent(from: old.size, old.root, to: now.size, now.root, proof)
  }

  // MARK: Keys

  /// The key of a log that comes from the master key of that number.
  func key(_ number: Int64, of epoch: AuditEpoch) throws -> NoteSigner {
    guard let seed = keys.key(number) else {
      throw RPCError(.unavailable, "the key of the audit log is not here yet")
    }
    return try NoteSigner(name: epoch.name, seed: seed)
  }

  // MARK: Memory

  /// What was signed last, by which key and of which master key's number; by the database's word where the
  /// object store has nothing. `number` is `nil` for a first log, which stays with the key that signed it first.
  func remembered(
    _ epoch: AuditEpoch, _ number: Int64?, _ transaction: Transaction
  ) async throws -> (signed: Signed, key: NoteSigner, number: Int64)? {
    let saved = try await object("latest", of: epoch)
    let last = try await AuditCheckpointStore.last(of: epoch, transaction)
    if saved == nil, last != nil {
      Log("audit").warning(
        "an audit log's last checkpoint is not among the objects",
        ["merchant": "\(epoch.merchant.text)"])
    }
    guard let note = saved ?? last else { return nil }
    let numbers = number.map { [$0] } ?? (MasterKey.firstNumber...keys.current).reversed()
    for (number, key) in try numbers.map({ ($0, try key($0, of: epoch)) }) {
      if let checkpoint = Checkpoint(note: note, signedBy: key.verifier) {
        let signed = Signed(
          epoch: epoch, checkpoint: checkpoint, note: note, verifier: key.verifier)
        return (signed, key, number)
      }
    }
    throw RPCError(
      .dataLoss, "the audit log's last checkpoint is not signed by this server's key")
  }

  func object(_ name: String, of epoch: AuditEpoch) async throws -> String? {
    do {
      return String(decoding: try await objects.get(Self.key(name, epoch)), as: UTF8.self)
    } catch let error as ObjectError where error.kind == .notFound {
      return nil
    }
  }

  /// Each note under its size, for who compares, and the last one, for the next signature.
  private func keep(
    _ signed: Signed, _ epoch: AuditEpoch, _ transaction: Transaction
  ) async throws {
    let (note, size, now) = (Array(signed.note.utf8), signed.checkpoint.size, now())
    try await objects.put(note, key: Self.key("\(size)", epoch))
    try await objects.put(note, key: Self.key("latest", epoch))
    try await AuditNews.signed(signed, of: epoch, at: now, transaction)
    try await AuditCheckpointStore.insert(
      signed.note, size: size, at: now, of: epoch, transaction)
  }

  private static func key(_ name: String, _ epoch: AuditEpoch) -> ObjectKey {
    let folder = epoch.merchant.text + (epoch.number == 1 ? "" : "/epoch-\(epoch.number)")
    guard let key = ObjectKey("audit/\(folder)/\(name)") else {
      preconditionFailure("our bug: a merchant's id is no name of an object")
    }
    return key
  }
}

// MARK: - Recurring work

extension AuditSigner {
  private static let kind = "audit.checkpoints"
  private static let batch = 1_000
  /// Two batches, two objects a log.
  private static let longestRun = Duration.seconds(900)

  /// A minute after an entry was written it is under a signature.
  package static let schedule = JobSchedule(
    name: kind, kind: kind, queue: Retention.queue.name, .every(.seconds(60)))

  /// What runs it.
  package var handler: JobHandler {
    JobHandler(kind: Self.kind, timeout: Self.longestRun) { _ in try await signAll() }
  }

  /// Signs every log that has grown, or will from the inbox, those first that were not signed for the longest time.
  /// One that cannot be signed does not keep the others from it; what it failed with is thrown at the end, but for
  /// `dataLoss`, of which the alarm tells.
  package func signAll() async throws {
    let merchants = try await pool.transaction(tenant: .system) {
      let waiting = try await AuditInboxStore.merchants(limit: Self.batch, $0)
      let unsigned = try await AuditCheckpointStore.unsigned(limit: Self.batch, $0)
      return unsigned + waiting.filter { !unsigned.contains($0) }
    }
    var failure: (any Error)?
    for merchant in merchants {
      try Task.checkCancellation()
      do { _ = try await checkpoint(merchant) } catch  where Self.isLoss(error) {
        continue
      } catch {
        failures.increment()
        Log("audit").error(
          "an audit log could not be signed",
          ["merchant": "\(merchant.text)", "error": "\(error)"])
        failure = error
      }
    }
    if let failure { throw failure }
  }
}
