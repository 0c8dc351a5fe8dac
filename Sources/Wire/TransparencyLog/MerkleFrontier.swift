/// A tree that only grows, by the roots of its perfect subtrees: all that is needed to go on, and to
/// tell its root. One root for each bit of its size, the largest subtree first.
package struct MerkleFrontier: Sendable, Equatable {
  /// How many leaves the tree has.
  package private(set) var size: Int64 = 0
  private var roots: [MerkleHash] = []

  /// A tree without a leaf.
  package init() {}

  /// A tree as ``bytes`` gave it; `nil` when their number is not that of a tree of `size` leaves.
  package init?(size: Int64, bytes: [UInt8]) {
    guard size >= 0, bytes.count == size.nonzeroBitCount * MerkleHash.size else { return nil }
    self.size = size
    for start in stride(from: 0, to: bytes.count, by: MerkleHash.size) {
      guard let root = MerkleHash(Array(bytes[start..<(start + MerkleHash.size)])) else {
        return nil
      }
      roots.append(root)
    }
  }

  /// The roots, one behind the other.
  package var bytes: [UInt8] { roots.flatMap(\.bytes) }

  /// The root of the whole tree.
  package var root: MerkleHash { MerkleSpan.root(of: roots) }

  /// Adds a leaf; gives the nodes above the leaves that it completes, the lowest first.
  package mutating func append(_ leaf: MerkleHash) -> [MerkleNode] {
    var (hash, place) = (leaf, MerklePlace(level: 0, index: size))
    var completed: [MerkleNode] = []
    while place.index & 1 == 1, let left = roots.popLast() {
      hash = .node(left, hash)
      place = MerklePlace(level: place.level + 1, index: place.index >> 1)
      completed.append(MerkleNode(place: place, hash: hash))
    }
    roots.append(hash)
    size += 1
    return completed
  }
}

/// Where a perfect subtree stands: it has 2 to the power of `level` leaves, the first of which is
/// number `index` times as many. Level 0 are the leaves.
package struct MerklePlace: Sendable, Hashable {
  package let level: Int
  package let index: Int64

  package init(level: Int, index: Int64) {
    self.level = level
    self.index = index
  }
}

/// The root of a perfect subtree. Once it is complete it never changes.
package struct MerkleNode: Sendable {
  package let place: MerklePlace
  package let hash: MerkleHash
}
