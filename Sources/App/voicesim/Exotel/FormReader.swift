internal import HTTP
internal import RPCServer

/// Reads the fields of a form in either encoding the API takes.
enum FormReader {
  /// Names and values in order; nil when the body is in no form encoding or is malformed.
  static func fields(of request: HTTPExchangeRequest) -> [(String, String)]? {
    let type = request.head.headers["content-type"] ?? "application/x-www-form-urlencoded"
    if type.lowercased().hasPrefix("multipart/form-data") {
      guard let form = try? MultipartForm(body: request.body, contentType: type) else { return nil }
      return form.parts.map { ($0.name, $0.text ?? "") }
    }
    guard type.lowercased().hasPrefix("application/x-www-form-urlencoded"),
      let form = try? FormItems(parsing: request.body)
    else { return nil }
    return form.items.map { ($0.name, $0.value) }
  }
}
