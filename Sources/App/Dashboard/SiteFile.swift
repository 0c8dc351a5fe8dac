internal import Buffers
internal import HTTP
internal import RPCServer
internal import TLS

/// One file of a site, in each coding that makes it shorter. Coded once, for whoever asks.
struct SiteFile: Sendable {
  /// The file in one coding; nil is the plain one.
  struct Form: Sendable {
    let coding: ContentCoding?
    let body: [UInt8]
    /// Strong, so another one for each coding (RFC 9110, 8.8.3.3).
    let etag: String
  }

  let contentType: String
  private let plain: Form
  private let coded: [Form]

  /// A file by its path's extension and its bytes.
  init(path: String, bytes: [UInt8]) {
    let type = Self.contentType(of: path)
    let hash = Hex.encode(Digest.sha256(bytes).prefix(12))
    contentType = type
    plain = Form(coding: nil, body: bytes, etag: "\"\(hash)\"")
    coded = ContentCoding.allCases.compactMap { coding in
      guard Self.isText(type), let body = coding.encode(bytes), body.count < bytes.count else {
        return nil
      }
      return Form(coding: coding, body: body, etag: "\"\(hash)-\(coding.rawValue)\"")
    }
  }

  /// Whether what is sent depends on Accept-Encoding.
  var varies: Bool { !coded.isEmpty }

  /// The form that a client wants which accepts `codings`.
  func form(accepting codings: [Substring]) -> Form {
    guard let coding = ContentCoding(accepting: codings) else { return plain }
    return coded.first { $0.coding == coding } ?? plain
  }

  private static func isText(_ type: String) -> Bool {
    type.hasPrefix("text/") || type.hasPrefix("application/json") || type == "image/svg+xml"
  }

  private static func contentType(of path: String) -> String {
    switch path.split(separator: ".").last {
    case "html": "text/html; charset=utf-8"
    case "css": "text/css; charset=utf-8"
    case "js": "text/javascript; charset=utf-8"
    case "json": "application/json"
    case "txt": "text/plain; charset=utf-8"
    case "svg": "image/svg+xml"
    case "png": "image/png"
    case "ico": "image/x-icon"
    case "woff2": "font/woff2"
    default: "application/octet-stream"
    }
  }
}
