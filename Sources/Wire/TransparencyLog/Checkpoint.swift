internal import Buffers

/// How far a log has come: its size and root under the log's name, in the three lines of C2SP's
/// tlog-checkpoint.
package struct Checkpoint: Sendable, Equatable {
  /// The log's name.
  package let origin: String
  /// How many leaves.
  package let size: Int64
  /// The root of the tree.
  package let root: MerkleHash

  package init(origin: String, size: Int64, root: MerkleHash) {
    self.origin = origin
    self.size = size
    self.root = root
  }

  /// Reads the text of a note; `nil` when it is no checkpoint of exactly three lines.
  package init?(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == 4, lines[3].isEmpty, !lines[0].isEmpty, let size = Self.size(lines[1]),
      let bytes = Base64.decode(String(lines[2])), Base64.encode(bytes) == lines[2],
      let root = MerkleHash(bytes)
    else { return nil }
    self.init(origin: String(lines[0]), size: size, root: root)
  }

  /// The note that `key` has signed for its log; `nil` for any other.
  package init?(note: String, signedBy key: NoteVerifier) {
    guard let signed = SignedNote(parsing: note), signed.isSigned(by: key) else { return nil }
    self.init(signed.text)
    guard origin == key.name else { return nil }
  }

  /// A size as it is written: decimal, without sign or leading zeros.
  package static func size(_ text: some StringProtocol) -> Int64? {
    guard let size = Int64(text), size >= 0, String(size) == text else { return nil }
    return size
  }

  /// The three lines.
  package var text: String { "\(origin)\n\(size)\n\(Base64.encode(root.bytes))\n" }
}
