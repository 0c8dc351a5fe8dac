internal import Buffers

extension GoogleError {
  /// As error details name the API.
  package static let service = "generativelanguage.googleapis.com"

  /// What a request to `service` with the key `given` earns where `expected` is right; nil when it
  /// is.
  package static func keyFault(
    given: String?, expected: String, of service: String = service
  ) -> GoogleError? {
    guard let given, !given.isEmpty else { return noKey }
    return given == expected ? nil : invalidKey(of: service)
  }

  /// A wrong key is 400, not 401.
  private static func invalidKey(of service: String) -> GoogleError {
    let message = "API key not valid. Please pass a valid API key."
    return GoogleError(
      400, message,
      details: [
        typed(
          "ErrorInfo",
          [
            "reason": "API_KEY_INVALID", "domain": "googleapis.com",
            "metadata": ["service": .string(service)],
          ]),
        typed("LocalizedMessage", ["locale": "en-US", "message": .string(message)]),
      ])
  }

  /// A request without a key.
  static let noKey = GoogleError(
    403,
    "Method doesn't allow unregistered callers (callers without established identity). "
      + "Please use API Key or other form of API consumer identity to call this API.")

  /// A retired, misspelt or Live-only model; `name` has the `models/` prefix.
  static func noModel(_ name: String, version: String, method: String) -> GoogleError {
    GoogleError(
      404,
      "\(name) is not found for API version \(version), or is not supported for \(method). "
        + "Call ListModels to see the list of available models and their supported methods.")
  }

  /// What an injected failure with the HTTP status `code` answers.
  static func injected(_ code: Int, model: String, quota: Quota) -> GoogleError {
    switch code {
    case 429: exceeded(quota, model: model)
    case 500:
      GoogleError(
        code,
        "An internal error has occurred. Please retry or report in "
          + "https://developers.generativeai.google/guide/troubleshooting")
    case 503: GoogleError(code, "The model is overloaded. Please try again later.")
    case 504: GoogleError(code, "Deadline expired before operation could complete.")
    default: GoogleError(code, "The simulator was told to answer \(code).")
    }
  }

  /// A quota that a 429 says is spent.
  struct Quota {
    /// Whose requests it counts.
    enum Kind {
      case text
      case embedding
    }

    /// Each kind of model has its own.
    let kind: Kind
    /// When to come back.
    let retryDelay: Duration
    /// Of the day, not of the minute.
    let isDaily: Bool
  }

  /// 429 with what was exceeded and when to come back.
  private static func exceeded(_ quota: Quota, model: String) -> GoogleError {
    let (metricName, idStart) =
      switch quota.kind {
      case .text: ("generate_content", "GenerateRequests")
      case .embedding: ("embed_content", "EmbedContentRequests")
      }
    let metric = "\(service)/\(metricName)_paid_tier_requests"
    let limits = "https://ai.google.dev/gemini-api/docs/rate-limits"
    let wait = secondsText(quota.retryDelay)
    let value = quota.isDaily ? "250" : "15"
    let violation: JSONValue = [
      "quotaMetric": .string(metric),
      "quotaId": .string("\(idStart)Per\(quota.isDaily ? "Day" : "Minute")PerProjectPerModel"),
      "quotaDimensions": ["location": "global", "model": .string(model)],
      "quotaValue": .string(value),
    ]
    let link: JSONValue = [
      "description": "Learn more about Gemini API quotas", "url": .string(limits),
    ]
    return GoogleError(
      429,
      "You exceeded your current quota, please check your plan and billing details. For more "
        + "information on this error, head to: \(limits).\n* Quota exceeded for metric: "
        + "\(metric), limit: \(value), model: \(model)\nPlease retry in \(wait).",
      details: [
        typed("QuotaFailure", ["violations": [violation]]), typed("Help", ["links": [link]]),
        typed("RetryInfo", ["retryDelay": .string(wait)]),
      ])
  }

  /// A duration as protobuf writes it in JSON, in milliseconds without trailing zeros: `0.2s`.
  static func secondsText(_ duration: Duration) -> String {
    let (seconds, rest) = duration.milliseconds.quotientAndRemainder(dividingBy: 1_000)
    if rest == 0 { return "\(seconds)s" }
    var digits = String(String(1_000 + rest).dropFirst())
    while digits.hasSuffix("0") { digits.removeLast() }
    return "\(seconds).\(digits)s"
  }
}
