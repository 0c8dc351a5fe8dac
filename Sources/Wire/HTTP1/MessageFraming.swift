internal import HTTP

/// Decides where a message ends; headers that two parsers could read differently are refused.
enum MessageFraming {
  /// The framing the headers name; nil when they name none.
  static func named(_ headers: HTTPHeaders) throws(HTTP1Error) -> BodyReader.Framing? {
    let lengths = headers.all("content-length")
    let encodings = headers.all("transfer-encoding")
    if !encodings.isEmpty {
      guard lengths.isEmpty else {
        throw HTTP1Error(
          .framing, .badRequest, "both content-length and transfer-encoding are given")
      }
      guard encodings.count == 1, encodings[0].lowercased() == "chunked" else {
        throw HTTP1Error(.unsupported, .notImplemented, "transfer-encoding is not chunked alone")
      }
      return .chunked
    }
    guard let text = lengths.first else { return nil }
    guard lengths.count == 1 else {
      throw HTTP1Error(.framing, .badRequest, "content-length is given \(lengths.count) times")
    }
    guard (1...15).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }),
      let length = Int(text)
    else { throw HTTP1Error(.framing, .badRequest, "content-length is not 1 to 15 digits") }
    return .length(length)
  }

  /// Whether the connection goes on after this message.
  static func keepsAlive(_ headers: HTTPHeaders, minorVersion: Int) -> Bool {
    if headers.hasToken("connection", "close") { return false }
    return minorVersion >= 1 || headers.hasToken("connection", "keep-alive")
  }
}
