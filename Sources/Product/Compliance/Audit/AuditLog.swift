package import Buffers
package import Domain
package import Postgres
internal import TLS
internal import TransparencyLog

/// A merchant's audit log: entries in order, each the leaf of a Merkle tree (RFC 6962), never changed.
package enum AuditLog {
  /// Appends an entry in the caller's transaction and returns its index.
  ///
  /// `payload` says what happened, as strings, arrays and objects; personal data only as digests of the
  /// salt that it is given, but for the address of who decided or read something for the operator: that is
  /// plain, and an erasure of a person leaves it. The entry holds no more of it than a digest, so payload and salt can be
  /// erased while the log still proves all the rest.
  @discardableResult
  package static func append(
    kind: String, subject: String, actor: String, merchant: MerchantID,
    _ transaction: Transaction, payload: (SaltedDigest) throws -> JSONValue
  ) async throws -> Int64 {
    let salt = RandomBytes.generate(32)
    guard let payload = CanonicalJSON.encode(try payload(SaltedDigest(salt: salt))) else {
      preconditionFailure("our bug: the payload of \(kind) has no canonical form")
    }
    var head = try await AuditStore.lock(merchant, transaction)
    // The order of entries is that of the lock; clocks of several servers may disagree on it.
    let now = WallClock.now
    let time = max(now, head.lastTime ?? now)
    let entry = LogEntry(
      actor: actor, commit: LogEntry.commit(payload, salt: salt), event: kind,
      log: head.epoch.name, prev: head.lastHash, seq: head.frontier.size, subject: subject,
      ts: time.iso8601)
    let leaf = MerkleHash.leaf(entry.bytes)
    head.append(leaf)
    try await AuditStore.insert(
      entry, at: time, leaf: leaf, salt: salt, payload: payload, head, transaction)
    return entry.seq
  }
}

/// The end of a log, while its lock is held.
struct AuditHead: Sendable {
  let epoch: AuditEpoch
  /// The tree of all its entries.
  private(set) var frontier: MerkleFrontier
  /// Nodes that were completed and are not stored yet.
  private(set) var nodes: [MerkleNode] = []
  /// The leaf hash and time of the last entry; zero and `nil` before the first.
  private(set) var lastHash = MerkleHash.zero
  private(set) var lastTime: Moment?

  init(_ epoch: AuditEpoch, _ frontier: MerkleFrontier) {
    self.epoch = epoch
    self.frontier = frontier
  }

  mutating func append(_ leaf: MerkleHash) {
    nodes += frontier.append(leaf)
    lastHash = leaf
  }

  /// Takes up an entry that is in the log; those that are in the tree already tell what comes before
  /// the next one.
  mutating func read(_ index: Int64, _ leaf: MerkleHash, at time: Moment) {
    if index == frontier.size { nodes += frontier.append(leaf) }
    (lastHash, lastTime) = (leaf, time)
  }
}
