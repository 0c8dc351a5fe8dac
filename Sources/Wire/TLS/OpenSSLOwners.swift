internal import COpenSSL

/// Owns a BIO that reads from or writes to memory.
@safe
struct MemoryBIO: ~Copyable {
  let raw: OpaquePointer

  init() throws(TLSError) {
    guard let raw = unsafe BIO_new(BIO_s_mem()) else {
      throw TLSError.fromQueue(.cryptography, "memory buffer could not be made")
    }
    unsafe self.raw = raw
  }

  /// A BIO that holds a copy of `bytes`.
  init(_ bytes: [UInt8]) throws(TLSError) {
    guard let raw = unsafe BIO_new(BIO_s_mem()) else {
      throw TLSError.fromQueue(.cryptography, "memory buffer could not be made")
    }
    let count = unsafe BIO_write(raw, bytes, Int32(bytes.count))
    guard count == Int32(bytes.count) || bytes.isEmpty else {
      unsafe BIO_free(raw)
      throw TLSError.fromQueue(.cryptography, "memory buffer could not be filled")
    }
    unsafe self.raw = raw
  }

  /// Takes everything out.
  func takeAll() -> [UInt8] {
    let count = unsafe BIO_ctrl_pending(raw)
    if count == 0 { return [] }
    return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      let got = unsafe BIO_read(raw, buffer.baseAddress, Int32(count))
      initialized = max(0, Int(got))
    }
  }

  deinit { unsafe BIO_free(raw) }
}

/// Owns an X509 certificate.
@safe
struct Certificate: ~Copyable {
  let raw: OpaquePointer

  init(owning raw: OpaquePointer) {
    unsafe self.raw = raw
  }

  deinit { unsafe X509_free(raw) }
}

/// Owns a private key.
@safe
struct PrivateKey: ~Copyable {
  let raw: OpaquePointer

  init(owning raw: OpaquePointer) {
    unsafe self.raw = raw
  }

  /// The first private key of a PEM text, which must not be encrypted.
  init(pem: [UInt8]) throws(TLSError) {
    let source = try MemoryBIO(pem)
    ERR_clear_error()
    // The callback answers "no password"; OpenSSL would ask the terminal otherwise.
    guard
      let raw = unsafe PEM_read_bio_PrivateKey(source.raw, nil, { _, _, _, _ in 0 }, nil)
    else { throw TLSError.fromQueue(.configuration, "private key is not a plain pem key") }
    unsafe self.raw = raw
  }

  deinit { unsafe EVP_PKEY_free(raw) }
}

/// Calls `body` for each certificate of a PEM text, in order; at least one must be there.
func forEachCertificate(
  pem: [UInt8], _ body: (borrowing Certificate, _ index: Int) throws(TLSError) -> Void
) throws(TLSError) {
  let source = try MemoryBIO(pem)
  ERR_clear_error()
  var index = 0
  while let raw = unsafe PEM_read_bio_X509(source.raw, nil, nil, nil) {
    let certificate = unsafe Certificate(owning: raw)
    try body(certificate, index)
    index += 1
  }
  // The text ends with "no start line", which is no failure once a certificate was read.
  guard index > 0 else {
    throw TLSError.fromQueue(.configuration, "pem text holds no certificate")
  }
  ERR_clear_error()
}
