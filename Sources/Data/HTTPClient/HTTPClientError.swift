package import HTTP

/// Why a request has no response, or a WebSocket no connection.
///
/// Messages name the host at most: paths and headers may hold tokens.
package struct HTTPClientError: Error, Sendable, CustomStringConvertible {
  /// What went wrong, for deciding whether to try again.
  package enum Kind: Sendable, Equatable {
    /// The request itself cannot be sent: a bad URL, method, header.
    case badRequest
    /// No connection (name, TCP, TLS), so the request cannot have had an effect: safe to repeat.
    case connectFailed
    /// The time allowed ran out; `requestMayHaveArrived` says whether that is safe to repeat.
    case timedOut
    /// The response is larger than allowed.
    case tooLarge
    /// The server refused to open a WebSocket, with this status.
    case upgradeRefused(HTTPStatus)
    /// The connection broke or the server broke the protocol.
    case exchangeFailed
    /// The loop of the client has stopped.
    case stopped
  }

  package let kind: Kind
  package let message: String
  /// False only when no byte of the request was sent.
  package let requestMayHaveArrived: Bool

  package init(_ kind: Kind, _ message: String, requestMayHaveArrived: Bool = false) {
    self.kind = kind
    self.message = message
    self.requestMayHaveArrived = requestMayHaveArrived
  }

  package var description: String { message }

  /// Whether repeating the same request is both safe and of use.
  package var isSafelyRepeatable: Bool {
    switch kind {
    case .connectFailed: true
    case .timedOut: !requestMayHaveArrived
    default: false
    }
  }
}
