internal import COpenSSL

/// Certificates for development: EC P-256, signed by themselves.
public enum SelfSignedCertificate {
  /// How long browsers take a certificate for valid at most.
  public static let validDays = 397

  /// A fresh identity for localhost, 127.0.0.1, ::1 and `names` (DNS names or IP addresses).
  public static func generate(names: [String] = []) throws(TLSError) -> TLSIdentity {
    var list = ["DNS:localhost", "IP:127.0.0.1", "IP:::1"]
    for name in names { list.append(try subjectName(name)) }
    ERR_clear_error()
    guard let key = unsafe COpenSSL_generate_p256(), let raw = unsafe X509_new() else {
      throw TLSError.fromQueue(.cryptography, "key or certificate could not be made")
    }
    let privateKey = unsafe PrivateKey(owning: key)
    let certificate = unsafe Certificate(owning: raw)
    try fill(certificate, privateKey)
    try add(NID_subject_alt_name, list.joined(separator: ","), to: certificate)
    try add(NID_basic_constraints, "critical,CA:FALSE", to: certificate)
    try add(NID_ext_key_usage, "serverAuth,clientAuth", to: certificate)
    guard unsafe X509_sign(certificate.raw, privateKey.raw, EVP_sha256()) > 0 else {
      throw TLSError.fromQueue(.cryptography, "certificate could not be signed")
    }
    return try pem(certificate, privateKey)
  }

  /// A name in OpenSSL's notation; a comma or colon would smuggle in another one.
  private static func subjectName(_ name: String) throws(TLSError) -> String {
    let isAddress =
      unsafe a2i_IPADDRESS(name).map { octets in
        unsafe ASN1_OCTET_STRING_free(octets)
        return true
      } ?? false
    if isAddress { return "IP:\(name)" }
    let isName = name.utf8.allSatisfy {
      switch $0 {
      case 48...57, 65...90, 97...122, 42, 45, 46, 95: true
      default: false
      }
    }
    guard isName, (1...253).contains(name.utf8.count) else {
      throw TLSError(.configuration, "certificate name is neither a dns name nor an ip address")
    }
    return "DNS:\(name)"
  }

  private static func fill(
    _ certificate: borrowing Certificate, _ key: borrowing PrivateKey
  ) throws(TLSError) {
    let raw = unsafe certificate.raw
    var serial = RandomBytes.generate(8)
    serial[0] &= 0x7f
    let number = serial.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let name = unsafe X509_get_subject_name(raw)
    let text = Array("payaid-voice development".utf8)
    let isDone =
      unsafe X509_set_version(raw, 2) == 1
      && ASN1_INTEGER_set_uint64(X509_get_serialNumber(raw), number) == 1
      && X509_gmtime_adj(X509_getm_notBefore(raw), -300) != nil
      && X509_gmtime_adj(X509_getm_notAfter(raw), validDays * 86_400) != nil
      && X509_NAME_add_entry_by_txt(
        name, "CN", Int32(MBSTRING_FLAG) | 1, text, Int32(text.count), -1, 0) == 1
      && X509_set_issuer_name(raw, name) == 1
      && X509_set_pubkey(raw, key.raw) == 1
    guard isDone else { throw TLSError.fromQueue(.cryptography, "certificate could not be filled") }
  }

  private static func add(
    _ kind: Int32, _ value: String, to certificate: borrowing Certificate
  ) throws(TLSError) {
    ERR_clear_error()
    var context = unsafe X509V3_CTX()
    unsafe X509V3_set_ctx(&context, certificate.raw, certificate.raw, nil, nil, 0)
    guard let part = unsafe X509V3_EXT_nconf_nid(nil, &context, kind, value) else {
      throw TLSError.fromQueue(.configuration, "certificate extension could not be made")
    }
    defer { unsafe X509_EXTENSION_free(part) }
    guard unsafe X509_add_ext(certificate.raw, part, -1) == 1 else {
      throw TLSError.fromQueue(.cryptography, "certificate extension could not be added")
    }
  }

  private static func pem(
    _ certificate: borrowing Certificate, _ key: borrowing PrivateKey
  ) throws(TLSError) -> TLSIdentity {
    let chain = try MemoryBIO()
    let secret = try MemoryBIO()
    guard unsafe PEM_write_bio_X509(chain.raw, certificate.raw) == 1,
      unsafe PEM_write_bio_PrivateKey(secret.raw, key.raw, nil, nil, 0, nil, nil) == 1
    else { throw TLSError.fromQueue(.cryptography, "certificate could not be written as pem") }
    return TLSIdentity(certificateChain: chain.takeAll(), privateKey: secret.takeAll())
  }
}
