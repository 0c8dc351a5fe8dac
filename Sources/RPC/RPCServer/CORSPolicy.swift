public import HTTP

/// Which pages of other origins may call this server from a browser, and what they may see (the CORS
/// protocol of the Fetch standard).
///
/// It is asked once for every request that names an origin, on the connection's loop, so it must
/// answer at once: from a set, or from a table that something else keeps fresh.
public struct CORSPolicy: Sendable {
  /// What the pages of one origin may do.
  public struct Grant: Sendable, Equatable {
    /// Whether requests may carry cookies and the browser's own credentials.
    public var allowsCredentials = false
    /// The methods that pages may use.
    public var methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
    /// Request headers a page may set, in lower case; nil allows whichever it asks for.
    public var headers: Set<String>?
    /// Response headers a page may read besides those any page may.
    public var exposedHeaders = [
      "grpc-status", "grpc-message", "grpc-status-details-bin", "grpc-encoding",
      "connect-content-encoding", "etag", "location", "retry-after", "www-authenticate",
      "x-request-id",
    ]
    /// How long a browser may remember the answer to a preflight.
    public var maxAge = Duration.seconds(7_200)

    /// All methods and headers, without credentials.
    public init() {}
  }

  private let grant: @Sendable (_ origin: String, _ request: HTTPRequestHead) -> Grant?

  /// A policy that answers for each origin as the browser spells it, `https://app.example.in`, or
  /// `null`; nil refuses it. The head is that of the request, or of its preflight.
  public init(
    _ grant: @escaping @Sendable (_ origin: String, _ request: HTTPRequestHead) -> Grant?
  ) {
    self.grant = grant
  }

  /// The same grant for each of `origins`, nothing for others.
  public static func origins(_ origins: Set<String>, _ grant: Grant = Grant()) -> CORSPolicy {
    CORSPolicy { origin, _ in origins.contains(origin) ? grant : nil }
  }

  /// The grant for the origin a request names; nil without an origin, and for one that is refused.
  package func grant(for request: HTTPRequestHead) -> Grant? {
    request.headers["origin"].flatMap { grant($0, request) }
  }

  /// The whole answer to a preflight; nil when `request` is none. An origin or header that is not
  /// granted gets 403 without a word: a browser reads no more than that.
  package func preflight(_ request: HTTPRequestHead) -> HTTPResponseHead? {
    guard request.method == "OPTIONS", let origin = request.headers["origin"],
      let method = request.headers["access-control-request-method"]
    else { return nil }
    let asked = request.headers.tokens("access-control-request-headers").map { $0.lowercased() }
    var answer = HTTPResponseHead(
      status: .forbidden,
      headers: [
        "vary": "origin, access-control-request-method, access-control-request-headers"
      ])
    guard let grant = grant(origin, request), grant.methods.contains(method),
      asked.allSatisfy({ HTTPFieldRules.isName($0) && grant.headers?.contains($0) != false })
    else { return answer }
    answer.status = .noContent
    Self.add(grant, for: origin, to: &answer.headers)
    answer.headers.add("access-control-allow-methods", grant.methods.joined(separator: ", "))
    if !asked.isEmpty {
      answer.headers.add("access-control-allow-headers", asked.joined(separator: ", "))
    }
    answer.headers.add("access-control-max-age", "\(grant.maxAge.components.seconds)")
    return answer
  }

  /// What the answer to a request that is no preflight carries. It varies by origin even where none
  /// is named, or a cache would hand one origin's answer to another.
  package func headers(for request: HTTPRequestHead) -> HTTPHeaders {
    var headers: HTTPHeaders = ["vary": "origin"]
    guard let origin = request.headers["origin"], let grant = grant(origin, request) else {
      return headers
    }
    Self.add(grant, for: origin, to: &headers)
    if !grant.exposedHeaders.isEmpty {
      headers.add("access-control-expose-headers", grant.exposedHeaders.joined(separator: ", "))
    }
    return headers
  }

  private static func add(_ grant: Grant, for origin: String, to headers: inout HTTPHeaders) {
    headers.add("access-control-allow-origin", origin)
    if grant.allowsCredentials { headers.add("access-control-allow-credentials", "true") }
  }
}
