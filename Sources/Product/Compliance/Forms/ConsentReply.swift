package import HTTP

/// What a visit leads to: a page, or the way back to one.
package struct ConsentReply: Sendable {
  package let status: HTTPStatus
  package let headers: HTTPHeaders
  package let body: [UInt8]

  /// A page. None is kept by a browser, framed, or named to other sites.
  init(_ status: HTTPStatus = .ok, _ page: HTML, _ language: FormLanguage? = nil) {
    self.status = status
    var headers: HTTPHeaders = [
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": ConsentStyle.contentSecurityPolicy,
      "referrer-policy": "no-referrer",
      "x-frame-options": "DENY",
      "x-robots-tag": "noindex",
      "cross-origin-opener-policy": "same-origin",
    ]
    if let language { headers.add("content-language", language.rawValue) }
    self.headers = headers
    body = Array(page.text.utf8)
  }

  /// The way back to the page after an answer, so that loading it again sends nothing twice. The
  /// address is relative: the token stays out of every header.
  init(seeOther language: FormLanguage) {
    status = .seeOther
    headers = [
      "location": "?language=\(language.rawValue)", "cache-control": "no-store",
      "referrer-policy": "no-referrer",
    ]
    body = []
  }

  /// The page for links that lead to no form that can be shown: whether there was one makes no
  /// difference.
  static let noForm = ConsentReply(.notFound, ConsentPage.problem(.noForm))

  /// An answer to an address that has asked too often.
  package static func busy(wait: Duration) -> ConsentReply {
    var reply = ConsentReply(.tooManyRequests, ConsentPage.problem(.busy))
    reply.add("retry-after", "\(max(1, wait.components.seconds + 1))")
    return reply
  }

  private mutating func add(_ name: String, _ value: String) {
    var headers = headers
    headers.add(name, value)
    self = ConsentReply(status: status, headers: headers, body: body)
  }

  private init(status: HTTPStatus, headers: HTTPHeaders, body: [UInt8]) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}
