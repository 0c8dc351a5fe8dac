internal import Buffers
internal import HTTP

/// A URL of a customer's as the vendor uses it: credentials in it travel as a Basic header.
struct DialedURL {
  /// The URL without its user information.
  let address: String
  /// The `authorization` field, if there were credentials.
  let headers: HTTPHeaders

  init(_ url: String) {
    guard let scheme = url.firstRange(of: "://") else {
      (address, headers) = (url, HTTPHeaders())
      return
    }
    let rest = url[scheme.upperBound...]
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    guard let at = authority.lastIndex(of: "@") else {
      (address, headers) = (url, HTTPHeaders())
      return
    }
    let credentials = PercentCoding.decodeText(authority[..<at]) ?? String(authority[..<at])
    address = String(url[..<scheme.upperBound]) + String(rest[rest.index(after: at)...])
    headers = ["authorization": "Basic " + Base64.encode(Array(credentials.utf8))]
  }
}
