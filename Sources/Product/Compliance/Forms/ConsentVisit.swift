package import HTTP

/// What somebody asks of the page under a link.
package struct ConsentVisit: Sendable {
  /// Whether it is an answer, and no reading.
  package var isAnswer: Bool
  /// The end of the link, decoded.
  package var token: String
  /// The language that the address names.
  package var language: String?
  package var headers: HTTPHeaders
  package var body: [UInt8]
  /// Where it comes from, without the part that tells one person from others, `203.0.113.0/24`; `nil`
  /// for this machine.
  package var network: String?

  package init(
    isAnswer: Bool, token: String, language: String?, headers: HTTPHeaders, body: [UInt8],
    network: String?
  ) {
    self.isAnswer = isAnswer
    self.token = token
    self.language = language
    self.headers = headers
    self.body = body
    self.network = network
  }

  /// Most characters of a browser's name for itself that are kept.
  private static let browserLimit = 200

  /// What the browser calls itself, cut to size.
  var browser: String {
    String((headers["user-agent"] ?? "").unicodeScalars.prefix(Self.browserLimit))
  }
}

/// What they get: a page, or the way to one.
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
