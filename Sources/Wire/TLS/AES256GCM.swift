internal import COpenSSL

/// AES-256 in Galois/counter mode: nobody without the key reads or changes what it seals.
///
/// A sealed message is nonce (12 bytes), ciphertext, tag (16 bytes). The nonce is random, so one key
/// must not seal more than 2^32 messages.
package struct AES256GCM: Sendable {
  /// What sealing adds to the length of a message.
  package static let overhead = nonceLength + tagLength

  private static let nonceLength = 12
  private static let tagLength = 16
  private let key: [UInt8]

  /// A cipher for a key of exactly 32 bytes.
  package init(key: [UInt8]) throws(TLSError) {
    guard key.count == 32 else {
      throw TLSError(.configuration, "aes-256 key has \(key.count) bytes, not 32")
    }
    self.key = key
  }

  /// A fresh key.
  package static func generateKey() -> [UInt8] { RandomBytes.generate(32) }

  /// Seals `plaintext`; `authenticating` is protected with it but not contained.
  package func seal(
    _ plaintext: [UInt8], authenticating context: [UInt8] = []
  ) throws(TLSError) -> [UInt8] {
    let cipher = try Cipher()
    let nonce = RandomBytes.generate(Self.nonceLength)
    var body = [UInt8](repeating: 0, count: plaintext.count)
    var tag = [UInt8](repeating: 0, count: Self.tagLength)
    var count: Int32 = 0
    var last: Int32 = 0
    let isDone =
      unsafe EVP_EncryptInit_ex(cipher.raw, EVP_aes_256_gcm(), nil, key, nonce) == 1
      && EVP_EncryptUpdate(cipher.raw, nil, &count, context, Int32(context.count)) == 1
      && EVP_EncryptUpdate(cipher.raw, &body, &count, plaintext, Int32(plaintext.count)) == 1
      && EVP_EncryptFinal_ex(cipher.raw, nil, &last) == 1
      && EVP_CIPHER_CTX_ctrl(
        cipher.raw, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagLength), &tag) == 1
    guard isDone else { throw TLSError.fromQueue(.cryptography, "sealing failed") }
    return nonce + body + tag
  }

  /// Opens what `seal` made with the same key and context; throws `notAuthentic` for anything else.
  package func open(
    _ sealed: [UInt8], authenticating context: [UInt8] = []
  ) throws(TLSError) -> [UInt8] {
    guard sealed.count >= Self.overhead else {
      throw TLSError(.notAuthentic, "sealed message has \(sealed.count) bytes; 28 is the least")
    }
    let cipher = try Cipher()
    let nonce = Array(sealed.prefix(Self.nonceLength))
    let body = Array(sealed[Self.nonceLength..<(sealed.count - Self.tagLength)])
    var tag = Array(sealed.suffix(Self.tagLength))
    var plaintext = [UInt8](repeating: 0, count: body.count)
    var count: Int32 = 0
    var last: Int32 = 0
    let isAuthentic =
      unsafe EVP_DecryptInit_ex(cipher.raw, EVP_aes_256_gcm(), nil, key, nonce) == 1
      && EVP_DecryptUpdate(cipher.raw, nil, &count, context, Int32(context.count)) == 1
      && EVP_DecryptUpdate(cipher.raw, &plaintext, &count, body, Int32(body.count)) == 1
      && EVP_CIPHER_CTX_ctrl(
        cipher.raw, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagLength), &tag) == 1
      && EVP_DecryptFinal_ex(cipher.raw, nil, &last) == 1
    ERR_clear_error()
    guard isAuthentic else {
      throw TLSError(.notAuthentic, "sealed message was changed or the key is another")
    }
    return plaintext
  }
}

/// Owns an EVP_CIPHER_CTX.
@safe
private struct Cipher: ~Copyable {
  let raw: OpaquePointer

  init() throws(TLSError) {
    ERR_clear_error()
    guard let raw = unsafe EVP_CIPHER_CTX_new() else {
      throw TLSError.fromQueue(.cryptography, "cipher could not be made")
    }
    unsafe self.raw = raw
  }

  deinit { unsafe EVP_CIPHER_CTX_free(raw) }
}
