internal import Buffers
package import HTTP
package import RPCServer
internal import TLS

/// One file that does not change, in each coding that makes it shorter. Coded once, for whoever asks.
package struct SiteFile: Sendable {
  /// The file in one coding; nil is the plain one.
  private struct Form: Sendable {
    let coding: ContentCoding?
    let body: [UInt8]
    /// Strong, so another one for each coding (RFC 9110, 8.8.3.3).
    let etag: String
  }

  private let contentType: String
  private let plain: Form
  private let coded: [Form]

  /// A file by its path's extension and its bytes.
  package init(path: String, bytes: [UInt8]) {
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

  /// The answer to a GET with these headers, which may keep it as `cacheControl` says: the form that the
  /// client wants, or a 304 when it has that.
  package func answer(
    to request: HTTPHeaders, cacheControl: String, _ others: HTTPHeaders = HTTPHeaders()
  ) -> HTTPExchangeResponse {
    let form = form(accepting: request.tokens("accept-encoding"))
    var headers: HTTPHeaders = [
      "content-type": contentType, "etag": form.etag, "cache-control": cacheControl,
    ]
    headers.add(contentsOf: others)
    if !coded.isEmpty { headers.add("vary", "accept-encoding") }
    if Self.names(form.etag, request) {
      return HTTPExchangeResponse(status: .notModified, headers: headers)
    }
    if let coding = form.coding { headers.add("content-encoding", coding.rawValue) }
    return HTTPExchangeResponse(headers: headers, body: form.body)
  }

  private func form(accepting codings: [Substring]) -> Form {
    guard let coding = ContentCoding(accepting: codings) else { return plain }
    return coded.first { $0.coding == coding } ?? plain
  }

  /// Whether If-None-Match names a tag, by weak comparison as a read wants it (RFC 9110, 13.1.2).
  private static func names(_ etag: String, _ request: HTTPHeaders) -> Bool {
    request.all("if-none-match").flatMap { $0.split(separator: ",") }.contains { item in
      let item = item.drop { $0 == " " }.prefix { $0 != " " }
      return item == "*" || (item.hasPrefix("W/") ? item.dropFirst(2) : item) == etag
    }
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
