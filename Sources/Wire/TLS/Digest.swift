internal import COpenSSL

/// Digests and keyed digests of complete inputs.
package enum Digest {
  /// SHA-256: 32 bytes.
  package static func sha256(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    let input = Array(bytes)
    var output = [UInt8](repeating: 0, count: 32)
    let result = unsafe EVP_Digest(input, input.count, &output, nil, DigestMethod.sha256.raw, nil)
    precondition(result == 1, "sha-256 is part of every openssl")
    return output
  }

  /// SHA-1: 20 bytes. For protocols that fix it (WebSocket), never for security.
  package static func sha1(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    let input = Array(bytes)
    var output = [UInt8](repeating: 0, count: 20)
    unsafe SHA1(input, input.count, &output)
    return output
  }

  /// HMAC with SHA-256: 32 bytes.
  package static func hmacSHA256(
    key: some Sequence<UInt8>, _ bytes: some Sequence<UInt8>
  ) -> [UInt8] {
    unsafe hmac(EVP_sha256(), key: Array(key), Array(bytes), size: 32)
  }

  /// HMAC with SHA-1: 20 bytes. For vendors that fix it.
  package static func hmacSHA1(
    key: some Sequence<UInt8>, _ bytes: some Sequence<UInt8>
  ) -> [UInt8] {
    unsafe hmac(EVP_sha1(), key: Array(key), Array(bytes), size: 20)
  }

  private static func hmac(
    _ algorithm: OpaquePointer?, key: [UInt8], _ input: [UInt8], size: Int
  ) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: size)
    var count: UInt32 = 0
    let result = unsafe HMAC(
      algorithm, key, Int32(key.count), input, input.count, &output, &count)
    precondition(unsafe result != nil && Int(count) == size, "hmac is part of every openssl")
    return output
  }
}

/// An algorithm, fetched once: to find it by name takes locks, and as long as a short digest itself.
@safe
private struct DigestMethod: @unchecked Sendable {  // OpenSSL never changes one that was fetched
  let raw: OpaquePointer?

  static let sha256 = unsafe DigestMethod(raw: EVP_MD_fetch(nil, "SHA256", nil))
}

/// A SHA-256 that is fed piece by piece.
@safe
package struct StreamingSHA256: ~Copyable {
  private let raw: OpaquePointer

  /// A digest of nothing so far.
  package init() throws(TLSError) {
    guard let raw = unsafe EVP_MD_CTX_new() else {
      throw TLSError.fromQueue(.cryptography, "digest could not be made")
    }
    guard unsafe EVP_DigestInit_ex(raw, EVP_sha256(), nil) == 1 else {
      unsafe EVP_MD_CTX_free(raw)
      throw TLSError.fromQueue(.cryptography, "digest could not be begun")
    }
    unsafe self.raw = raw
  }

  deinit { unsafe EVP_MD_CTX_free(raw) }

  /// Adds bytes to what is digested.
  package mutating func update(_ bytes: [UInt8]) {
    _ = unsafe EVP_DigestUpdate(raw, bytes, bytes.count)
  }

  /// Ends the digest: 32 bytes.
  package consuming func finish() -> [UInt8] {
    var output = [UInt8](repeating: 0, count: 32)
    _ = unsafe EVP_DigestFinal_ex(raw, &output, nil)
    return output
  }
}

/// Bytes from the operating system's random source by way of OpenSSL.
package enum RandomBytes {
  /// `count` bytes nobody can foresee. Traps when there is no randomness at all.
  package static func generate(_ count: Int) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: count)
    let result = unsafe RAND_bytes(&output, Int32(count))
    precondition(result == 1, "the system has no random source")
    return output
  }
}

/// Whether two secrets are equal, in a time that depends on their length only.
package func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  guard left.count == right.count else { return false }
  return unsafe CRYPTO_memcmp(left, right, left.count) == 0
}

/// The same for texts, byte by byte.
package func constantTimeEquals(_ left: String, _ right: String) -> Bool {
  var (left, right) = (left, right)
  return left.withUTF8 { left in
    right.withUTF8 { right in
      guard left.count == right.count, !left.isEmpty else { return left.count == right.count }
      return unsafe CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
    }
  }
}
