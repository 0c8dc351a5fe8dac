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
