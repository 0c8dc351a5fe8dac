internal import HTTPClient

/// Why AWS gave no answer. Messages name the service, the operation and AWS's own code, never a
/// secret, a key or the text of an answer.
package struct AWSError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Kind: Sendable, Equatable {
    /// No source of credentials had any.
    case noCredentials
    /// The service refused: its code, as `ResourceNotFoundException`.
    case refused(code: String)
    /// The service was not reached, or answered with what is no answer.
    case unavailable
  }

  package let kind: Kind
  package let message: String

  package init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  package var description: String { message }

  /// Whether the same request can succeed a moment later.
  package var isTransient: Bool {
    switch kind {
    case .noCredentials: false
    case .unavailable: true
    case .refused(let code): Self.transientCodes.contains(code)
    }
  }

  private static let transientCodes: Set<String> = [
    "InternalError", "InternalServiceError", "RequestTimeout", "ServiceUnavailable", "Throttling",
    "ThrottlingException",
    "ThrottledException", "RequestThrottled", "TooManyRequestsException", "RequestLimitExceeded",
    "LimitExceededException", "SlowDown", "429",
    "KMSInternalException", "DependencyTimeoutException", "KeyUnavailableException",
  ]
}

extension AWSError {
  /// A request that got no answer, `name` being the service and the operation. One that cannot be sent,
  /// or whose answer is too large, is the same the next time.
  init(_ error: HTTPClientError, _ name: String) {
    let kind: Kind =
      switch error.kind {
      case .badRequest, .tooLarge, .stopped, .upgradeRefused: .refused(code: "\(error.kind)")
      case .connectFailed, .timedOut, .exchangeFailed: .unavailable
      }
    self.init(kind, "\(name): \(error)")
  }
}
