/// A failure at a vendor's edge. `kind` says what a caller can do about it, decided where it was born.
///
/// Messages carry status codes and limits, never phone numbers, speech or keys.
package struct SpeechError: Error, Sendable, CustomStringConvertible {
  package enum Kind: String, Sendable, CaseIterable {
    /// The same request may succeed later; nothing has happened on the other side.
    case transient
    /// The same request will fail again.
    case permanent
    /// A rate, balance or concurrency limit; back off for the whole account, not for one call.
    case quota
    /// Our settings or account are wrong: credentials, model, region, a feature that is off.
    case configuration
    /// The request may or may not have taken effect; look it up before repeating it.
    case outcomeUnknown
  }

  package let kind: Kind
  package let message: String
  /// How long the vendor asked us to wait, when it did.
  package let retryAfter: Duration?
  package let cause: (any Error)?

  package init(
    _ kind: Kind, _ message: String, retryAfter: Duration? = nil, cause: (any Error)? = nil
  ) {
    self.kind = kind
    self.message = message
    self.retryAfter = retryAfter
    self.cause = cause
  }

  package var description: String { "\(kind.rawValue): \(message)" }
}

/// Equal by kind and message; the cause does not count.
extension SpeechError: Equatable {
  package static func == (left: SpeechError, right: SpeechError) -> Bool {
    left.kind == right.kind && left.message == right.message && left.retryAfter == right.retryAfter
  }
}
