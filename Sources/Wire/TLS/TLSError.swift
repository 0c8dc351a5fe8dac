internal import COpenSSL

/// Why a TLS session, a certificate or a cryptographic call failed.
public struct TLSError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What failed.
  public enum Kind: Sendable, Equatable {
    /// Certificate, key or setting cannot be used.
    case configuration
    /// The peer broke the protocol or offered nothing we accept.
    case handshake
    /// The peer's certificate was not accepted.
    case verification
    /// A record after the handshake was wrong.
    case record
    /// The peer closed its connection without saying so; data may have been cut off.
    case cutShort
    /// A digest, cipher or random call failed.
    case cryptography
    /// Ciphertext or its authentication tag was changed, or the key is another.
    case notAuthentic
  }

  /// What went wrong, for programs.
  public let kind: Kind
  /// What went wrong, for people: lower case.
  public let message: String

  init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  public var description: String { message }

  /// An error that says what was attempted and empties OpenSSL's queue for its reasons.
  static func fromQueue(_ kind: Kind, _ attempt: String) -> TLSError {
    var reasons: [String] = []
    while true {
      let code = ERR_get_error()
      if code == 0 { break }
      if reasons.count < 3, let text = unsafe ERR_reason_error_string(code) {
        unsafe reasons.append(String(cString: text))
      }
    }
    let reason = reasons.isEmpty ? "no reason given" : reasons.joined(separator: ", ")
    return TLSError(kind, "\(attempt): \(reason)")
  }
}
