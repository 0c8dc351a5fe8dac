/// Where Gemini's REST interface is; pure.
struct GeminiAddress {
  /// Scheme and host; `ws` and `wss` mean `http` and `https`.
  let baseURL: String
  let apiVersion: String

  /// The address of a model's method, without the key: that travels in a header.
  func url(_ method: String, of model: String) -> String {
    var base = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
    if base.hasPrefix("ws") { base = "http" + base.dropFirst(2) }
    return "\(base)/\(apiVersion)/models/\(model):\(method)"
  }
}
