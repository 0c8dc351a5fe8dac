import Buffers
import Testing
import TransparencyLog

@Suite struct MerkleTreeTests {
  @Test(arguments: 0...8) func `the published leaves have the published roots`(size: Int) {
    #expect(PublishedTree.frontier(size).root.hex == PublishedTree.roots[size])
  }

  @Test func `a frontier comes back from its bytes, and goes on`() throws {
    for size in 0...8 {
      let frontier = PublishedTree.frontier(size)
      var read = try #require(MerkleFrontier(size: Int64(size), bytes: frontier.bytes))
      #expect(read == frontier)
      for leaf in PublishedTree.leaves.dropFirst(size) { _ = read.append(leaf) }
      #expect(read.root.hex == PublishedTree.roots[8])
    }
  }

  @Test(arguments: [(-1, 0), (1, 0), (1, 31), (2, 64), (3, 32), (7, 64)])
  func `bytes of another number are no frontier`(size: Int64, count: Int) {
    #expect(MerkleFrontier(size: size, bytes: [UInt8](repeating: 0, count: count)) == nil)
  }

  @Test(
    arguments: [
      (0, 8, ["96a296d2", "5f083f0a", "6b47aaf2"]), (5, 8, ["bc1a0643", "ca854ea1", "d37ee418"]),
      (2, 3, ["fac54203"]), (1, 5, ["6e340b9c", "5f083f0a", "bc1a0643"]),
      (6, 7, ["0ebc5d34", "d37ee418"]),
    ] as [(Int64, Int64, [String])])
  func `inclusion proofs are the published ones`(index: Int64, size: Int64, proof: [String]) {
    let tree = GrownTree(PublishedTree.leaves.prefix(Int(size)))
    let hashes = tree.proof(MerkleSpan.inclusion(of: index, in: size))
    #expect(hashes.map { String($0.hex.prefix(8)) } == proof)
  }

  @Test(
    arguments: [
      (1, 8, ["96a296d2", "5f083f0a", "6b47aaf2"]), (6, 8, ["0ebc5d34", "ca854ea1", "d37ee418"]),
      (2, 5, ["5f083f0a", "bc1a0643"]), (3, 7, ["0298d122", "07506a85", "fac54203", "837dbb15"]),
      (4, 7, ["837dbb15"]), (6, 7, ["0ebc5d34", "b08693ec", "d37ee418"]),
    ] as [(Int64, Int64, [String])])
  func `consistency proofs are the published ones`(old: Int64, size: Int64, proof: [String]) {
    let tree = GrownTree(PublishedTree.leaves.prefix(Int(size)))
    let hashes = tree.proof(MerkleSpan.consistency(from: old, to: size))
    #expect(hashes.map { String($0.hex.prefix(8)) } == proof)
  }
}

@Suite struct MerkleProofTests {
  private static let sizes = 1...40

  @Test(arguments: sizes) func `every leaf is proved, and nothing else is`(size: Int) {
    let tree = GrownTree(size: size)
    let (count, root) = (Int64(size), GrownTree.root(tree.leaves[...]))
    #expect(tree.frontier.root == root)
    for index in 0..<count {
      let proof = tree.proof(MerkleSpan.inclusion(of: index, in: count))
      let leaf = tree.leaves[Int(index)]
      #expect(MerkleProof.includes(leaf, at: index, in: count, root: root, proof))
      for wrong in Self.broken(proof) {
        #expect(!MerkleProof.includes(leaf, at: index, in: count, root: root, wrong))
      }
      #expect(!MerkleProof.includes(.zero, at: index, in: count, root: root, proof))
      #expect(!MerkleProof.includes(leaf, at: index, in: count, root: .zero, proof))
      #expect(!MerkleProof.includes(leaf, at: count + index, in: count, root: root, proof))
      #expect(!MerkleProof.includes(leaf, at: -1 - index, in: count, root: root, proof))
      for other in [index ^ 1, index + 1, index - 1, index * 2] where other != index {
        #expect(!MerkleProof.includes(leaf, at: other, in: count, root: root, proof))
      }
    }
  }

  @Test(arguments: sizes) func `every older tree is proved, and nothing else is`(size: Int) {
    let tree = GrownTree(size: size)
    let (count, root) = (Int64(size), tree.frontier.root)
    for old in 0...count {
      let proof = tree.proof(MerkleSpan.consistency(from: old, to: count))
      let oldRoot = GrownTree.root(tree.leaves.prefix(Int(old)))
      #expect(MerkleProof.isConsistent(from: old, oldRoot, to: count, root, proof))
      for wrong in Self.broken(proof) {
        #expect(!MerkleProof.isConsistent(from: old, oldRoot, to: count, root, wrong))
      }
      #expect(!MerkleProof.isConsistent(from: old, .zero, to: count, root, proof))
      #expect(!MerkleProof.isConsistent(from: old, oldRoot, to: old - 1, root, proof))
      #expect(!MerkleProof.isConsistent(from: -1, oldRoot, to: count, root, proof))
      if old > 0 {
        #expect(!MerkleProof.isConsistent(from: old, oldRoot, to: count, .zero, proof))
      }
      if old > 0, old < count {
        #expect(!MerkleProof.isConsistent(from: old, root, to: count, oldRoot, proof))
      }
    }
  }

  /// The proof with one thing wrong.
  private static func broken(_ proof: [MerkleHash]) -> [[MerkleHash]] {
    var all = [proof + [.zero], [.zero] + proof, proof + proof + [.empty]]
    if !proof.isEmpty { all += [[], Array(proof.dropLast()), Array(proof.dropFirst())] }
    if let first = proof.first { all.append(proof + [first]) }
    for place in proof.indices {
      var bytes = proof[place].bytes
      bytes[(place * 7) & 31] ^= 1 << UInt8(place & 7)
      var wrong = proof
      if let hash = MerkleHash(bytes) { wrong[place] = hash }
      all.append(wrong)
    }
    return all
  }
}
