internal import GRPC
internal import HTTP

/// A content coding of HTTP bodies (RFC 9110, 8.4.1).
package enum ContentCoding: String, Equatable, CaseIterable, Sendable {
  case brotli = "br"
  case gzip

  /// Shorter bodies gain nothing; longer ones would hold the loop for too long.
  private static let sizes = 1024...1_048_576

  /// The coding the client ranks highest; Brotli among equals, nil when it wants none of ours.
  package init?(accepting header: [Substring]) {
    var weights: [String: Double] = [:]
    for item in header {
      let parameters = HTTPParameters(item)
      weights[parameters.value] = parameters["q"].map { Double($0) ?? 0 } ?? 1
    }
    func weight(_ coding: ContentCoding) -> Double {
      weights[coding.rawValue] ?? weights["*"] ?? 0
    }
    let best: ContentCoding = weight(.gzip) > weight(.brotli) ? .gzip : .brotli
    guard weight(best) > 0 else { return nil }
    self = best
  }

  /// Puts a coded body in the place of a plain one where that is allowed and shorter. What could be
  /// coded varies by Accept-Encoding, coded or not.
  static func apply(
    to answer: inout HTTPExchangeResponse, accepting request: HTTPHeaders,
    whateverSize: Bool = false
  ) {
    guard whateverSize || sizes.contains(answer.body.count), isCompressible(answer) else { return }
    answer.headers.add("vary", "accept-encoding")
    guard let coding = ContentCoding(accepting: request.tokens("accept-encoding")),
      let coded = coding.encode(answer.body), coded.count < answer.body.count
    else { return }
    answer.body = coded
    answer.headers.add("content-encoding", coding.rawValue)
  }

  /// `body` in this coding; nil when its encoder fails.
  package func encode(_ body: [UInt8]) -> [UInt8]? {
    switch self {
    case .brotli: Compression.brotli(body)
    case .gzip: try? Compression.compress(body, as: .gzip)
    }
  }

  private static func isCompressible(_ answer: HTTPExchangeResponse) -> Bool {
    guard !answer.status.forbidsBody, answer.status != .partialContent,
      !answer.headers.contains("content-encoding"),
      !answer.headers.hasToken("cache-control", "no-transform"),
      let type = answer.headers["content-type"].map({ HTTPParameters($0).value })
    else { return false }
    return type.hasPrefix("text/") || type.hasSuffix("+json") || type.hasSuffix("+xml")
      || ["application/json", "application/javascript", "application/wasm"].contains(type)
  }
}
