/// Checks proofs of RFC 6962 as RFC 9162 has it, 2.1.3.2 and 2.1.4.2. Strict: one hash too many or too
/// few is no proof.
package enum MerkleProof {
  /// Whether `proof` shows that `leaf` is number `index` in the tree of `size` leaves and that root.
  package static func includes(
    _ leaf: MerkleHash, at index: Int64, in size: Int64, root: MerkleHash, _ proof: [MerkleHash]
  ) -> Bool {
    guard index >= 0, index < size else { return false }
    var path = Path(index, size - 1)
    var hash = leaf
    for next in proof {
      guard !path.isAtRoot else { return false }
      hash = path.climb() ? .node(next, hash) : .node(hash, next)
    }
    return path.isAtRoot && hash == root
  }

  /// Whether `proof` shows that the tree of `size` leaves and root `root` begins with that of `old`
  /// leaves and root `oldRoot`.
  package static func isConsistent(
    from old: Int64, _ oldRoot: MerkleHash, to size: Int64, _ root: MerkleHash,
    _ proof: [MerkleHash]
  ) -> Bool {
    guard old >= 0, old <= size else { return false }
    if old == size { return proof.isEmpty && oldRoot == root }
    if old == 0 { return proof.isEmpty && oldRoot == .empty }
    var hashes = proof[...]
    guard let first = old.nonzeroBitCount == 1 ? oldRoot : hashes.popFirst() else { return false }
    var path = Path(old - 1, size - 1)
    path.skipRightEdges()
    var (before, after) = (first, first)
    for next in hashes {
      guard !path.isAtRoot else { return false }
      if path.climb() {
        (before, after) = (.node(next, before), .node(next, after))
      } else {
        after = .node(after, next)
      }
    }
    return path.isAtRoot && !proof.isEmpty && before == oldRoot && after == root
  }

  /// The way from a leaf to the root, beside that of the last leaf.
  private struct Path {
    private var node: Int64
    private var last: Int64

    init(_ node: Int64, _ last: Int64) {
      self.node = node
      self.last = last
    }

    var isAtRoot: Bool { last == 0 }

    /// One level up, past levels at which the node has no neighbour; whether the proof's hash is at the
    /// left.
    mutating func climb() -> Bool {
      let isLeft = node & 1 == 1 || node == last
      if isLeft {
        while node & 1 == 0, node != 0 { rise() }
      }
      rise()
      return isLeft
    }

    /// Up to the root of the largest subtree that ends with the node.
    mutating func skipRightEdges() {
      while node & 1 == 1 { rise() }
    }

    private mutating func rise() {
      node >>= 1
      last >>= 1
    }
  }
}
