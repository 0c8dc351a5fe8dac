/// Checks bundles, offline. The key comes from who verifies, never from the bundle.
package struct LogVerifier: Sendable {
  private let key: NoteVerifier

  package init(key: NoteVerifier) { self.key = key }

  /// How far a clock may go back from one entry to the next; several servers write one log.
  private static let clockTolerance: Int64 = 5_000_000

  /// What `bundle` proves, and that it continues the checkpoint `since`. Throws what is wrong with it.
  package func verify(_ bundle: LogBundle, since: String? = nil) throws(LogVerdict) -> LogReport {
    let checkpoint = try signed(bundle.checkpoint, "checkpoint.txt")
    let leaves = bundle.entries.map { MerkleHash.leaf($0) }
    let places = try places(of: leaves, bundle, checkpoint)
    let entries = try read(bundle.entries, at: places, checkpoint)
    try checkOrder(entries, places, leaves)
    // Last, since what comes before says where.
    if bundle.proofs?.inclusion == nil, Self.root(of: leaves[...]) != checkpoint.root {
      throw .invalid("the entries are not those that were signed: their root is another")
    }
    let shown = try check(bundle.payloads, against: entries)
    let old = try since.map { (note) throws(LogVerdict) in
      try signed(note, "the older checkpoint")
    }
    if let old { try checkGrowth(from: old, to: checkpoint, leaves, bundle.proofs) }
    guard !entries.isEmpty || checkpoint.size == 0 || old != nil else {
      throw .incomplete("there is not one entry")
    }
    return LogReport(
      checkpoint: checkpoint, entries: entries.count, payloads: shown,
      erased: entries.values.count { $0 != nil } - shown, since: old?.size)
  }

  private func signed(_ note: String, _ name: String) throws(LogVerdict) -> Checkpoint {
    guard let checkpoint = Checkpoint(note: note, signedBy: key) else {
      throw .invalid("\(name) is no checkpoint that \(key.name) has signed with this key")
    }
    return checkpoint
  }

  // MARK: Tree

  /// Where in the log the entries stand: all of it, or where proofs put them.
  private func places(
    of leaves: [MerkleHash], _ bundle: LogBundle, _ checkpoint: Checkpoint
  ) throws(LogVerdict) -> [Int64] {
    guard let inclusion = bundle.proofs?.inclusion else {
      guard leaves.count == checkpoint.size else {
        throw .invalid(
          "there are \(leaves.count) entries without proofs; the log has \(checkpoint.size)")
      }
      return Array(0..<checkpoint.size)
    }
    guard inclusion.count == leaves.count else {
      throw .invalid("there are \(inclusion.count) proofs for \(leaves.count) entries")
    }
    for (leaf, proof) in zip(leaves, inclusion) {
      guard
        MerkleProof.includes(
          leaf, at: proof.seq, in: checkpoint.size, root: checkpoint.root, proof.hashes)
      else { throw .invalid("entry \(proof.seq) is not proved to be in the log") }
    }
    return inclusion.map(\.seq)
  }

  private static func root(of leaves: ArraySlice<MerkleHash>) -> MerkleHash {
    var tree = MerkleFrontier()
    for leaf in leaves { _ = tree.append(leaf) }
    return tree.root
  }

  private func checkGrowth(
    from old: Checkpoint, to new: Checkpoint, _ leaves: [MerkleHash], _ proofs: LogBundle.Proofs?
  ) throws(LogVerdict) {
    guard old.size <= new.size else {
      throw .invalid("the log has \(new.size) entries; once it had \(old.size)")
    }
    if proofs?.inclusion == nil {
      guard Self.root(of: leaves.prefix(Int(old.size))) == old.root else {
        throw .invalid("the log's first \(old.size) entries are not those that were signed then")
      }
      return
    }
    let proof = proofs?.consistency.first { $0.size == old.size && $0.root == old.root }
    guard let hashes = proof?.hashes ?? (old == new ? [] : nil) else {
      throw .incomplete(
        "proofs.json has no proof that the log continues that of \(old.size) entries")
    }
    guard MerkleProof.isConsistent(from: old.size, old.root, to: new.size, new.root, hashes) else {
      throw .invalid("the log is not proved to continue that of \(old.size) entries")
    }
  }

  // MARK: Entries

  /// The entries by their place; `nil` for one of an older format, which says nothing of itself.
  private func read(
    _ lines: [[UInt8]], at places: [Int64], _ checkpoint: Checkpoint
  ) throws(LogVerdict) -> [Int64: LogEntry?] {
    var entries: [Int64: LogEntry?] = [:]
    for (line, place) in zip(lines, places) {
      let entry = LogEntry(line)
      guard entry != nil || CanonicalJSON.isOlderEntry(line) else {
        throw .invalid("entry \(place) is not in the canonical form of an entry")
      }
      if let entry, entry.seq != place || entry.log != checkpoint.origin {
        throw .invalid("entry \(place) says that it is entry \(entry.seq) of \(entry.log)")
      }
      guard entries.updateValue(entry, forKey: place) == nil else {
        throw .invalid("entry \(place) is there twice")
      }
    }
    return entries
  }

  /// Neighbours are chained, and time does not go back.
  private func checkOrder(
    _ entries: [Int64: LogEntry?], _ places: [Int64], _ leaves: [MerkleHash]
  ) throws(LogVerdict) {
    let hashes = Dictionary(zip(places, leaves)) { first, _ in first }
    var last: Int64?
    for place in places.sorted() {
      guard let entry = entries[place] ?? nil else { continue }
      let before = place == 0 ? MerkleHash.zero : hashes[place - 1]
      guard before == nil || before == entry.prev else {
        throw .invalid("entry \(place) does not follow the one before it")
      }
      guard let time = LogTime.microseconds(entry.ts) else {
        throw .invalid("entry \(place) has no time")
      }
      guard time >= (last ?? time) - Self.clockTolerance else {
        throw .invalid("entry \(place) is older than the one before it")
      }
      last = time
    }
  }

  /// How many entries show what they commit to.
  private func check(
    _ payloads: [LogBundle.Payload], against entries: [Int64: LogEntry?]
  ) throws(LogVerdict) -> Int {
    var seen: Set<Int64> = []
    for payload in payloads {
      guard let entry = entries[payload.seq] ?? nil, seen.insert(payload.seq).inserted else {
        throw .invalid("the payload of entry \(payload.seq) is there twice, or the entry is not")
      }
      guard LogEntry.commit(payload.bytes, salt: payload.salt) == entry.commit else {
        throw .invalid("the payload of entry \(payload.seq) is not the one it commits to")
      }
    }
    return seen.count
  }
}
