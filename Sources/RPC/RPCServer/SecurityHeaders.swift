internal import HTTP

/// What every HTTP answer that is not gRPC tells browsers and caches, unless it says otherwise itself.
///
/// The defaults suit an API whose answers are data: no page may frame, run or sniff them, and nothing
/// is kept. A document of ours replaces `content-security-policy` and `cache-control` with its own.
public struct SecurityHeaders: Sendable {
  let fields: [HTTPHeaders.Field]

  /// The fields for a server; `overTLS` adds `strict-transport-security`, which means nothing without.
  public init(overTLS: Bool) {
    var headers: HTTPHeaders = [
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      "cache-control": "no-store",
    ]
    if overTLS { headers.add("strict-transport-security", "max-age=31536000; includeSubDomains") }
    fields = headers.fields
  }

  /// Adds what `headers` does not say yet.
  func complete(_ headers: inout HTTPHeaders) {
    for field in fields where !headers.contains(field.name) {
      headers.add(lowercase: field.name, field.value)
    }
  }
}
