internal import CCurl
internal import TLS

/// A client's trust, as curl options.
struct CurlTrust {
  private let certificates: [UInt8]?
  private let checksName: Bool

  init(_ trust: TLSTrust) {
    switch trust {
    case .systemRoots: (certificates, checksName) = (nil, true)
    case .authorities(let pem): (certificates, checksName) = (pem, true)
    case .pinned(let pem): (certificates, checksName) = (pem, false)
    }
  }

  func apply(to easy: UnsafeMutableRawPointer) {
    unsafe CCurl_set_long(easy, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    guard let certificates else { return }
    unsafe certificates.withUnsafeBytes { pem in
      var blob = unsafe curl_blob(
        data: UnsafeMutableRawPointer(mutating: pem.baseAddress), len: pem.count, flags: 1)
      unsafe CCurl_set_pointer(easy, CURLOPT_CAINFO_BLOB, &blob)  // flag 1 is CURL_BLOB_COPY
    }
    unsafe CCurl_set_long(easy, CURLOPT_SSL_VERIFYHOST, checksName ? 2 : 0)
  }
}

/// What curl's codes mean for somebody who may try again.
enum CurlFailure {
  static func kind(_ code: CURLcode, sent: Bool) -> HTTPClientError.Kind {
    switch code {
    case CURLE_OPERATION_TIMEDOUT: sent ? .timedOut : .connectFailed
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_SSL_CONNECT_ERROR,
      CURLE_PEER_FAILED_VERIFICATION:
      sent ? .exchangeFailed : .connectFailed
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .badRequest
    default: .exchangeFailed
    }
  }
}
