/// Tells HTTP/2 from HTTP/1.1 by the first bytes of a connection.
enum Sniffer {
  enum Version: Equatable { case http1, http2 }

  private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  /// `nil` while `bytes` may still become either. TLS decides by `alpn` when it settled on one.
  static func version(of bytes: [UInt8], alpn: String?) -> Version? {
    switch alpn {
    case "h2": return .http2
    case "http/1.1": return .http1
    default: break
    }
    let common = min(bytes.count, preface.count)
    guard bytes[..<common].elementsEqual(preface[..<common]) else { return .http1 }
    return common == preface.count ? .http2 : nil
  }
}
