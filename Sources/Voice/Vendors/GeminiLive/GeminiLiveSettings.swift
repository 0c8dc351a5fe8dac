/// How to reach the Gemini Live API. `apiKey` is a secret and appears in no URL, log or error.
package struct GeminiLiveSettings: Sendable {
  /// Scheme and host without a slash at the end; `http` and `https` mean `ws` and `wss`.
  package var baseURL: String
  package var apiKey: String
  /// Without the `models/` prefix.
  package var model: String
  package var apiVersion: String
  /// A connection is replaced at the next turn boundary after this long, before Google cuts it.
  package var connectionLifetime: Duration

  package init(
    apiKey: String, baseURL: String = "wss://generativelanguage.googleapis.com",
    model: String = "gemini-3.8-live", apiVersion: String = "v1beta",
    connectionLifetime: Duration = .seconds(500)
  ) {
    self.baseURL = baseURL
    self.apiKey = apiKey
    self.model = model
    self.apiVersion = apiVersion
    self.connectionLifetime = connectionLifetime
  }

  /// The WebSocket URL, without the key: that travels in a header.
  var url: String {
    var base = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
    if base.hasPrefix("http") { base = "ws" + base.dropFirst(4) }
    return
      "\(base)/ws/google.ai.generativelanguage.\(apiVersion).GenerativeService.BidiGenerateContent"
  }
}

/// What a model generation accepts; a field it does not know ends the session with 1007.
enum GeminiGeneration: Sendable, Equatable {
  case flash25, live31, live38

  init(model: String) {
    if model.contains("2.5") || model.contains("2.0") {
      self = .flash25
    } else if model.contains("3.1") {
      self = .live31
    } else {
      self = .live38
    }
  }

  /// 3.8 runs functions in the background unless told otherwise; 3.1 knows only one way.
  var toolBehavior: String? { self == .live31 ? nil : "BLOCKING" }

  /// Thinking costs time before the first word: turned off where it can be.
  var thinkingConfig: String? {
    switch self {
    case .flash25: #"{"thinkingBudget":0}"#
    case .live31: #"{"thinkingLevel":"MINIMAL"}"#
    case .live38: nil
    }
  }
}
