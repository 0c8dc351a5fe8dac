internal import COpenSSL

/// Signatures of RFC 8032: keys of 32 bytes, signatures of 64.
package enum Ed25519 {
  /// A key that signs.
  @safe
  package final class PrivateKey: Sendable {
    // OpenSSL only reads a key that is made.
    private nonisolated(unsafe) let raw: OpaquePointer
    /// The key that verifies, 32 bytes.
    package let publicKey: [UInt8]

    /// The key of a seed of 32 bytes. Throws `cryptography` for a seed of another length.
    package init(seed: [UInt8]) throws(TLSError) {
      ERR_clear_error()
      guard
        let raw = unsafe EVP_PKEY_new_raw_private_key(
          EVP_PKEY_ED25519, nil, seed, seed.count)
      else { throw TLSError.fromQueue(.cryptography, "signing key could not be made") }
      var (key, count) = ([UInt8](repeating: 0, count: 32), 32)
      guard unsafe EVP_PKEY_get_raw_public_key(raw, &key, &count) == 1 else {
        unsafe EVP_PKEY_free(raw)
        throw TLSError.fromQueue(.cryptography, "public key could not be read")
      }
      unsafe self.raw = raw
      publicKey = key
    }

    deinit { unsafe EVP_PKEY_free(raw) }

    /// The signature of a message, 64 bytes.
    package func sign(_ message: [UInt8]) throws(TLSError) -> [UInt8] {
      ERR_clear_error()
      guard let context = unsafe EVP_MD_CTX_new() else {
        throw TLSError.fromQueue(.cryptography, "signature could not be begun")
      }
      defer { unsafe EVP_MD_CTX_free(context) }
      var (signature, count) = ([UInt8](repeating: 0, count: 64), 64)
      guard unsafe EVP_DigestSignInit(context, nil, nil, nil, raw) == 1,
        unsafe EVP_DigestSign(context, &signature, &count, message, message.count) == 1
      else { throw TLSError.fromQueue(.cryptography, "message could not be signed") }
      return signature
    }
  }

  /// Whether `signature` is that of `message` by the owner of `publicKey`; bytes of other lengths are not.
  package static func isValid(
    _ signature: [UInt8], of message: [UInt8], publicKey: [UInt8]
  ) -> Bool {
    defer { ERR_clear_error() }
    guard signature.count == 64, publicKey.count == 32,
      let raw = unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, publicKey, 32)
    else { return false }
    defer { unsafe EVP_PKEY_free(raw) }
    guard let context = unsafe EVP_MD_CTX_new() else { return false }
    defer { unsafe EVP_MD_CTX_free(context) }
    return unsafe EVP_DigestVerifyInit(context, nil, nil, nil, raw) == 1
      && EVP_DigestVerify(context, signature, 64, message, message.count) == 1
  }
}
