internal import TLS

/// Keeps what is secret from being read in the database.
///
/// A plain digest of a request with a password in it, or of a short number, could be guessed at
/// leisure, so digests are keyed; what must be read again is encrypted.
package struct DataSeal: Sendable {
  private let digestKey: [UInt8]
  private let cipher: AES256GCM

  /// A seal made of one key of this installation, 32 bytes.
  package init(key: [UInt8]) throws {
    digestKey = Digest.hmacSHA256(key: key, Array("digest".utf8))
    cipher = try AES256GCM(key: Digest.hmacSHA256(key: key, Array("answer".utf8)))
  }

  /// Tells equal bytes from others, 32 bytes.
  package func digest(_ bytes: [UInt8]) -> [UInt8] {
    Digest.hmacSHA256(key: digestKey, bytes)
  }

  /// `bytes`, to be opened with the same context only.
  package func seal(_ bytes: [UInt8], for context: [UInt8]) throws -> [UInt8] {
    try cipher.seal(bytes, authenticating: context)
  }

  /// What was sealed for `context`.
  package func open(_ sealed: [UInt8], for context: [UInt8]) throws -> [UInt8] {
    try cipher.open(sealed, authenticating: context)
  }
}
