internal import Buffers
internal import TLS

/// A hash of the Merkle tree of RFC 6962, section 2.1: SHA-256, 32 bytes.
package struct MerkleHash: Sendable, Hashable {
  package let bytes: [UInt8]

  /// `nil` for bytes of another number.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.size else { return nil }
    self.bytes = bytes
  }

  /// `nil` for a text that is not 64 lower-case hexadecimal digits.
  package init?(hex: some StringProtocol) {
    guard let bytes = Hex.decode(hex), bytes.count == Self.size, Hex.encode(bytes) == hex else {
      return nil
    }
    self.bytes = bytes
  }

  private init(digest: [UInt8]) { bytes = digest }

  /// Bytes of a hash.
  package static let size = 32

  /// The root of a tree without a leaf.
  package static let empty = MerkleHash(digest: Digest.sha256([]))

  /// What stands before the first leaf.
  package static let zero = MerkleHash(digest: [UInt8](repeating: 0, count: size))

  /// The hash of a leaf. Its prefix differs from a node's, so that no leaf can look like one.
  package static func leaf(_ entry: [UInt8]) -> MerkleHash {
    MerkleHash(digest: Digest.sha256([0] + entry))
  }

  /// The hash of two subtrees side by side.
  package static func node(_ left: MerkleHash, _ right: MerkleHash) -> MerkleHash {
    MerkleHash(digest: Digest.sha256([1] + left.bytes + right.bytes))
  }

  /// 64 lower-case hexadecimal digits.
  package var hex: String { Hex.encode(bytes) }
}
