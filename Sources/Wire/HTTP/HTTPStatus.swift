/// A three-digit HTTP status code.
public struct HTTPStatus: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
  /// The three digits as a number.
  public let rawValue: Int

  /// Takes any number; a writer refuses what is not 100...999.
  public init(rawValue: Int) {
    self.rawValue = rawValue
  }

  /// Whether this is a 1xx answer, after which the final one still follows.
  public var isInformational: Bool { (100..<200).contains(rawValue) }

  /// Whether RFC 9110 forbids a body with this status.
  public var forbidsBody: Bool { isInformational || rawValue == 204 || rawValue == 304 }

  /// The text of the HTTP/1.1 status line; empty for a code without a registered one.
  public var reason: String { Self.reasons[rawValue] ?? "" }

  public var description: String { rawValue == 200 ? "200" : String(rawValue) }
}

extension HTTPStatus {
  /// 100 Continue.
  public static let `continue` = Self(rawValue: 100)
  /// 101 Switching Protocols.
  public static let switchingProtocols = Self(rawValue: 101)
  /// 200 OK.
  public static let ok = Self(rawValue: 200)
  /// 201 Created.
  public static let created = Self(rawValue: 201)
  /// 202 Accepted.
  public static let accepted = Self(rawValue: 202)
  /// 204 No Content.
  public static let noContent = Self(rawValue: 204)
  /// 206 Partial Content.
  public static let partialContent = Self(rawValue: 206)
  /// 301 Moved Permanently.
  public static let movedPermanently = Self(rawValue: 301)
  /// 302 Found.
  public static let found = Self(rawValue: 302)
  /// 303 See Other.
  public static let seeOther = Self(rawValue: 303)
  /// 304 Not Modified.
  public static let notModified = Self(rawValue: 304)
  /// 400 Bad Request.
  public static let badRequest = Self(rawValue: 400)
  /// 401 Unauthorized.
  public static let unauthorized = Self(rawValue: 401)
  /// 403 Forbidden.
  public static let forbidden = Self(rawValue: 403)
  /// 404 Not Found.
  public static let notFound = Self(rawValue: 404)
  /// 405 Method Not Allowed.
  public static let methodNotAllowed = Self(rawValue: 405)
  /// 406 Not Acceptable.
  public static let notAcceptable = Self(rawValue: 406)
  /// 408 Request Timeout.
  public static let requestTimeout = Self(rawValue: 408)
  /// 409 Conflict.
  public static let conflict = Self(rawValue: 409)
  /// 410 Gone.
  public static let gone = Self(rawValue: 410)
  /// 411 Length Required.
  public static let lengthRequired = Self(rawValue: 411)
  /// 412 Precondition Failed.
  public static let preconditionFailed = Self(rawValue: 412)
  /// 413 Content Too Large.
  public static let contentTooLarge = Self(rawValue: 413)
  /// 414 URI Too Long.
  public static let uriTooLong = Self(rawValue: 414)
  /// 415 Unsupported Media Type.
  public static let unsupportedMediaType = Self(rawValue: 415)
  /// 416 Range Not Satisfiable.
  public static let rangeNotSatisfiable = Self(rawValue: 416)
  /// 417 Expectation Failed.
  public static let expectationFailed = Self(rawValue: 417)
  /// 422 Unprocessable Content.
  public static let unprocessableContent = Self(rawValue: 422)
  /// 426 Upgrade Required.
  public static let upgradeRequired = Self(rawValue: 426)
  /// 429 Too Many Requests.
  public static let tooManyRequests = Self(rawValue: 429)
  /// 431 Request Header Fields Too Large.
  public static let headerFieldsTooLarge = Self(rawValue: 431)
  /// 499 Client Closed Request.
  public static let clientClosedRequest = Self(rawValue: 499)
  /// 500 Internal Server Error.
  public static let internalServerError = Self(rawValue: 500)
  /// 501 Not Implemented.
  public static let notImplemented = Self(rawValue: 501)
  /// 502 Bad Gateway.
  public static let badGateway = Self(rawValue: 502)
  /// 503 Service Unavailable.
  public static let serviceUnavailable = Self(rawValue: 503)
  /// 504 Gateway Timeout.
  public static let gatewayTimeout = Self(rawValue: 504)
  /// 505 HTTP Version Not Supported.
  public static let versionNotSupported = Self(rawValue: 505)

  private static let reasons: [Int: String] = [
    100: "Continue", 101: "Switching Protocols", 200: "OK", 201: "Created", 202: "Accepted",
    204: "No Content", 206: "Partial Content", 301: "Moved Permanently", 302: "Found",
    303: "See Other", 304: "Not Modified", 400: "Bad Request", 401: "Unauthorized",
    403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable",
    408: "Request Timeout", 409: "Conflict", 410: "Gone", 411: "Length Required",
    412: "Precondition Failed", 413: "Content Too Large", 414: "URI Too Long",
    415: "Unsupported Media Type", 416: "Range Not Satisfiable", 417: "Expectation Failed",
    422: "Unprocessable Content", 426: "Upgrade Required", 429: "Too Many Requests",
    431: "Request Header Fields Too Large", 499: "Client Closed Request",
    500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
    503: "Service Unavailable", 504: "Gateway Timeout", 505: "HTTP Version Not Supported",
  ]
}
