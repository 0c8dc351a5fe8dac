internal import Speech

/// Sends requests to Exotel and repeats what surely had no effect: a connection that failed before
/// the request was sent, 502, 503 and, unless the caller paces its requests, 429.
struct ExotelSender: Sendable {
  private static let attempts = 3
  let http: VendorHTTP
  /// Whether whoever sends heeds the account's limits for all its requests at once.
  var isPaced = false

  /// The answer, if it is a 2xx; throws `SpeechError`.
  func send(_ request: VendorRequest) async throws -> VendorResponse {
    var attempt = 1
    while true {
      do {
        return try Self.accepted(try await exchange(request))
      } catch let error as SpeechError where attempt < Self.attempts && isRepeatable(error) {
        try await http.sleep(pause(attempt, error.retryAfter))
        attempt += 1
      }
    }
  }

  /// Whatever is answered, without a repetition; throws `SpeechError` when nothing is.
  func exchange(_ request: VendorRequest) async throws -> VendorResponse {
    do {
      return try await http.send(request)
    } catch let failure as VendorHTTPFailure {
      switch failure {
      case .notSent(let why): throw SpeechError(.transient, "exotel was not reached: \(why)")
      case .unclear(let why): throw SpeechError(.outcomeUnknown, "exotel did not answer: \(why)")
      }
    }
  }

  static func accepted(_ response: VendorResponse) throws(SpeechError) -> VendorResponse {
    guard (200..<300).contains(response.status) else { throw ExotelAnswers.failure(response) }
    return response
  }

  /// A rate limit passes; an empty balance, also a quota, does not refill in a second.
  private func isRepeatable(_ error: SpeechError) -> Bool {
    error.kind == .transient || (error.kind == .quota && error.retryAfter != nil && !isPaced)
  }

  private func pause(_ attempt: Int, _ asked: Duration?) -> Duration {
    let base = min(asked ?? .milliseconds(500 << (attempt - 1)), .seconds(10))
    return base + .milliseconds(Int.random(in: 0...250))
  }
}
