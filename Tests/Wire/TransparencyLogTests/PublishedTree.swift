import Buffers
import TransparencyLog

/// The eight leaves that RFC 6962's implementations publish with their roots and proofs.
enum PublishedTree {
  static let leaves = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
  ].map { MerkleHash.leaf(Hex.decode($0) ?? []) }

  /// By size, from 0.
  static let roots = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ]

  static func frontier(_ size: Int) -> MerkleFrontier {
    var frontier = MerkleFrontier()
    for leaf in leaves.prefix(size) { _ = frontier.append(leaf) }
    return frontier
  }
}

/// A whole tree in memory: grown leaf by leaf, its nodes kept as a database would.
struct GrownTree {
  private(set) var leaves: [MerkleHash] = []
  private(set) var nodes: [MerklePlace: MerkleHash] = [:]
  private(set) var frontier = MerkleFrontier()

  init(_ leaves: some Sequence<MerkleHash>) {
    for leaf in leaves { append(leaf) }
  }

  init(size: Int) { self.init((0..<size).map { MerkleHash.leaf([UInt8($0 & 255), 7]) }) }

  mutating func append(_ leaf: MerkleHash) {
    nodes[MerklePlace(level: 0, index: frontier.size)] = leaf
    for node in frontier.append(leaf) { nodes[node.place] = node.hash }
    leaves.append(leaf)
  }

  /// The root of the first `size` leaves, by RFC 6962's own definition.
  static func root(_ leaves: ArraySlice<MerkleHash>) -> MerkleHash {
    guard leaves.count > 1 else { return leaves.first ?? .empty }
    var half = 1
    while half * 2 < leaves.count { half *= 2 }
    let middle = leaves.startIndex + half
    return .node(root(leaves[..<middle]), root(leaves[middle...]))
  }

  func proof(_ spans: [MerkleSpan]) -> [MerkleHash] {
    spans.map { MerkleSpan.root(of: $0.places.compactMap { nodes[$0] }) }
  }
}
