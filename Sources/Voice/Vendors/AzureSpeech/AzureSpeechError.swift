internal import Speech

/// What it means that Azure did not say what it was given.
enum AzureSpeechError {
  static let service = "azure speech"

  /// What a status other than 2xx means. The body is never quoted: it may repeat what was to be said.
  static func failure(_ response: VendorResponse) -> SpeechError {
    let message = "\(service) answered \(response.status)"
    switch response.status {
    case 401: return SpeechError(.configuration, "\(message): key or region")
    case 403: return SpeechError(.configuration, "\(message): not allowed, or quota used up")
    case 404: return SpeechError(.configuration, "\(message): no such address")
    case 429:
      return SpeechError(.quota, "\(message): rate limit", retryAfter: response.retryAfter)
    case 408, 499, 500...:
      return SpeechError(.transient, message, retryAfter: response.retryAfter)
    default: return SpeechError(.permanent, "\(message): bad request")
    }
  }

  /// Whether the same request may well succeed a moment later.
  static func isPassing(_ response: VendorResponse) -> Bool {
    [429, 502, 503, 504].contains(response.status)
  }
}
