internal import TLS

/// Keeps what is secret from being read in the database; each kind of secret has a seal with keys of
/// its own.
///
/// A plain digest of a request with a password in it, or of a short number, could be guessed at
/// leisure, so digests are keyed; what must be read again is encrypted.
package struct DataSeal: Sendable {
  private let digestKey: [UInt8]
  private let cipher: MarkedCipher

  /// A seal made of one key of this installation, 32 bytes that are kept outside of the database.
  package init(key: [UInt8]) throws {
    _ = try AES256GCM(key: key)
    self.init(keys: PurposeKeys(only: key), digestKey: key)
  }

  /// A seal for one purpose that follows the ring: the current key seals, each opens what it sealed.
  /// Digests stay those of the first, since they are looked for.
  package init(_ ring: KeyRing, _ purpose: String) {
    self.init(keys: ring.keys(purpose), digestKey: ring.key(purpose))
  }

  private init(keys: PurposeKeys, digestKey: [UInt8]) {
    self.digestKey = Digest.hmacSHA256(key: digestKey, Array("digest".utf8))
    cipher = MarkedCipher(keys: keys.part("answer"))
  }

  /// Tells equal bytes from others, 32 bytes.
  package func digest(_ bytes: [UInt8]) -> [UInt8] {
    Digest.hmacSHA256(key: digestKey, bytes)
  }

  /// `bytes`, to be opened with the same context only: what they are, whose, and in which row, so
  /// that nobody who writes to the database can put them in another's place.
  package func seal(_ bytes: [UInt8], for context: [String]) throws -> [UInt8] {
    try cipher.seal(bytes, authenticating: Self.bytes(of: context))
  }

  /// What was sealed for `context`; throws `TLSError` for anything else,
  /// and `MissingKey` when the key that sealed it is not here.
  package func open(_ sealed: [UInt8], for context: [String]) throws -> [UInt8] {
    try cipher.open(sealed, authenticating: Self.bytes(of: context))
  }

  /// The same sealed by the current key; nil when that sealed it already.
  package func renew(_ sealed: [UInt8], for context: [String]) throws -> [UInt8]? {
    try cipher.renew(sealed, authenticating: Self.bytes(of: context))
  }

  /// Each part behind its length, so that no two contexts read the same.
  private static func bytes(of context: [String]) -> [UInt8] {
    context.flatMap { Array("\($0.utf8.count):\($0)".utf8) }
  }
}
