internal import Buffers
internal import TLS

/// A key that verifies notes, `NAME+ID+BASE64` in C2SP's form: eight hexadecimal digits, and the base64 of
/// 0x01, for Ed25519, and the key.
package struct NoteVerifier: Sendable, Equatable, CustomStringConvertible {
  package let name: String
  /// The key itself, 32 bytes.
  let key: [UInt8]

  init(name: String, key: [UInt8]) {
    self.name = name
    self.key = key
  }

  /// Reads a key; `nil` for a text that is none, or whose id is not that of its name and key.
  package init?(_ text: String) {
    let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, Self.isName(parts[0]), let bytes = Base64.decode(String(parts[2])),
      bytes.count == 33, bytes.first == Self.algorithm, Base64.encode(bytes) == parts[2]
    else { return nil }
    self.init(name: String(parts[0]), key: Array(bytes.dropFirst()))
    guard Hex.encode(id) == parts[1] else { return nil }
  }

  /// The first bytes of a digest of name and key.
  var id: [UInt8] {
    Array(Digest.sha256(Array(name.utf8) + [0x0A, Self.algorithm] + key).prefix(4))
  }

  package var description: String {
    "\(name)+\(Hex.encode(id))+\(Base64.encode([Self.algorithm] + key))"
  }

  private static let algorithm: UInt8 = 1

  /// Whether it is the key of RFC 8032, 7.1, test 1, whose secret is printed beside it: anybody signs with it.
  package var isPublished: Bool {
    Hex.encode(key) == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
  }

  /// Whether a key may be called so: something without spaces and plus signs.
  static func isName(_ text: Substring) -> Bool {
    !text.isEmpty
      && text.unicodeScalars.allSatisfy {
        !$0.properties.isWhitespace && $0 != "+"
      }
  }
}

/// A key that signs notes under a name.
package struct NoteSigner: Sendable {
  private let key: Ed25519.PrivateKey
  package let verifier: NoteVerifier

  /// The key of a seed of 32 bytes. Throws for another length; a name with spaces or plus signs is our bug.
  package init(name: String, seed: [UInt8]) throws {
    precondition(NoteVerifier.isName(name[...]), "our bug: \(name) is no name of a key")
    key = try Ed25519.PrivateKey(seed: seed)
    verifier = NoteVerifier(name: name, key: key.publicKey)
  }

  func sign(_ message: [UInt8]) throws -> [UInt8] { try key.sign(message) }
}
