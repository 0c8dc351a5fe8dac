/// Neighbouring leaves that are one subtree: perfect, or the ragged right end of the tree.
package struct MerkleSpan: Sendable {
  private let leaves: Range<Int64>

  private init(_ leaves: Range<Int64>) { self.leaves = leaves }

  /// The perfect subtrees that it consists of, from left to right.
  package var places: [MerklePlace] {
    var places: [MerklePlace] = []
    var start = leaves.lowerBound
    while start < leaves.upperBound {
      let level = Int64.bitWidth - 1 - (leaves.upperBound - start).leadingZeroBitCount
      places.append(MerklePlace(level: level, index: start >> Int64(level)))
      start += 1 << Int64(level)
    }
    return places
  }

  /// The root of a subtree, from the roots of its perfect subtrees from left to right.
  package static func root(of roots: [MerkleHash]) -> MerkleHash {
    guard var hash = roots.last else { return .empty }
    for left in roots.dropLast().reversed() { hash = .node(left, hash) }
    return hash
  }

  /// The largest power of two below `count`, which is 2 or more: where a tree is cut in two.
  private static func cut(_ count: Int64) -> Int64 {
    1 << Int64(Int64.bitWidth - 1 - (count - 1).leadingZeroBitCount)
  }

  /// What proves that leaf `index` is in the tree of `size` leaves: PATH of RFC 6962, 2.1.1, in the
  /// proof's order. Empty where there is no such leaf.
  package static func inclusion(of index: Int64, in size: Int64) -> [MerkleSpan] {
    guard (0..<max(size, 0)).contains(index) else { return [] }
    var (path, rest): ([MerkleSpan], Range<Int64>) = ([], 0..<size)
    while rest.count > 1 {
      let middle = rest.lowerBound + cut(Int64(rest.count))
      let (left, right) = (rest.lowerBound..<middle, middle..<rest.upperBound)
      path.append(MerkleSpan(index < middle ? right : left))
      rest = index < middle ? left : right
    }
    return path.reversed()
  }

  /// What proves that the tree of `size` leaves begins with that of `old`: PROOF of RFC 6962, 2.1.2, in
  /// the proof's order. Empty where nothing needs proof: none, or all, of its leaves.
  package static func consistency(from old: Int64, to size: Int64) -> [MerkleSpan] {
    guard old > 0, old < size else { return [] }
    var (path, rest): ([MerkleSpan], Range<Int64>) = ([], 0..<size)
    while rest.upperBound != old {
      let middle = rest.lowerBound + cut(Int64(rest.count))
      let (left, right) = (rest.lowerBound..<middle, middle..<rest.upperBound)
      path.append(MerkleSpan(old <= middle ? right : left))
      rest = old <= middle ? left : right
    }
    // A verifier has the old root already when it is a subtree of the new tree.
    if rest.lowerBound > 0 { path.append(MerkleSpan(rest)) }
    return path.reversed()
  }
}
