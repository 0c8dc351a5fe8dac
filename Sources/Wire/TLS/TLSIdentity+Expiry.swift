internal import COpenSSL

extension TLSIdentity {
  /// When the own certificate ends, in seconds since 1970.
  public func expiry() throws(TLSError) -> Int64 {
    var end: Int64?
    try forEachCertificate(pem: certificateChain) { (certificate, index) throws(TLSError) in
      if index == 0 { end = try Self.expiry(of: certificate) }
    }
    guard let end else { throw TLSError(.configuration, "pem text holds no certificate") }
    return end
  }

  private static func expiry(of certificate: borrowing Certificate) throws(TLSError) -> Int64 {
    ERR_clear_error()
    var (days, seconds) = (Int32(0), Int32(0))
    guard let epoch = unsafe ASN1_TIME_set(nil, 0) else {
      throw TLSError.fromQueue(.cryptography, "time could not be made")
    }
    defer { unsafe ASN1_TIME_free(epoch) }
    let end = unsafe X509_get0_notAfter(certificate.raw)
    guard unsafe ASN1_TIME_diff(&days, &seconds, epoch, end) == 1 else {
      throw TLSError.fromQueue(.configuration, "certificate has an end that is no time")
    }
    return Int64(days) * 86_400 + Int64(seconds)
  }
}
