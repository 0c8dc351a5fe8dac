internal import Buffers
internal import TLS

/// Stands for personal data in the audit log: HMAC-SHA-256 under a random salt. Phone numbers are so
/// few that a bare digest could be turned back; once the salt is destroyed, this one says nothing.
package struct SaltedDigest: Sendable {
  /// Whoever keeps these bytes can show what was meant.
  let salt: [UInt8]

  init(salt: [UInt8] = RandomBytes.generate(16)) { self.salt = salt }

  /// The digest of a text, in hexadecimal.
  package func callAsFunction(_ text: String) -> String {
    Hex.encode(Digest.hmacSHA256(key: salt, Array(text.utf8)))
  }
}
