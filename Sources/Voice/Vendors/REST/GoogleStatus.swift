internal import Buffers
internal import Speech

/// A `google.rpc.Status` as Google's REST interfaces write it; streams wrap it in an array.
struct GoogleStatus {
  /// The HTTP status that goes with it; an error inside a stream has no other.
  let code: Int?
  let status: String?
  /// Of `google.rpc.ErrorInfo`.
  let reasons: [String]
  /// Of `google.rpc.RetryInfo`; at most an hour.
  let retryDelay: Duration?
  /// Whether the quota is one of the day's.
  let isDaily: Bool

  init(_ body: [UInt8]) {
    let json = try? JSONValue(parsing: body, duplicateKeys: .lastWins)
    let error = (json?.arrayValue?.first ?? json)?["error"]
    let details = error?["details"]?.arrayValue ?? []
    code = error?["code"]?.intValue
    status = error?["status"]?.stringValue
    reasons = details.compactMap { $0["reason"]?.stringValue }
    retryDelay = details.lazy.compactMap { $0["retryDelay"]?.stringValue.flatMap(Self.delay) }.first
    isDaily = details.flatMap { $0["violations"]?.arrayValue ?? [] }
      .contains { $0["quotaId"]?.stringValue?.contains("PerDay") == true }
  }

  /// `57.2s`.
  private static func delay(_ text: String) -> Duration? {
    guard text.hasSuffix("s"), let seconds = Double(text.dropLast()), seconds >= 0 else {
      return nil
    }
    return .milliseconds(Int64(min(seconds, 3_600) * 1_000))
  }

  /// What a status other than 200 means, in a message that begins with `service`. The vendor's own is
  /// never quoted: it may repeat what was asked.
  static func failure(_ response: VendorResponse, of service: String) -> SpeechError {
    let error = GoogleStatus(response.body)
    let message = "\(service) answered \(response.status)"
    switch response.status {
    case 400 where error.reasons.contains("API_KEY_INVALID"), 401, 403:
      return SpeechError(.configuration, "\(message): the key")
    case 400 where error.status == "FAILED_PRECONDITION":
      return SpeechError(.configuration, "\(message): region or billing")
    case 404: return SpeechError(.configuration, "\(message): no such model")
    case 429:
      return SpeechError(
        .quota, "\(message): rate limit",
        retryAfter: error.isDaily ? .seconds(3_600) : error.retryDelay ?? .seconds(10))
    case 408, 499, 500...: return SpeechError(.transient, message, retryAfter: error.retryDelay)
    default: return SpeechError(.permanent, "\(message): bad request")
    }
  }
}

extension VendorHTTPFailure {
  /// What it means that a question was not answered: it has no effect, so asking twice does no harm.
  func unanswered(by service: String) -> SpeechError {
    switch self {
    case .notSent(let why), .unclear(let why):
      SpeechError(.transient, "\(service) was not reached: \(why)")
    }
  }
}
