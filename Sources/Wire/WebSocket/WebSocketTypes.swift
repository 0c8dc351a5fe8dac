package import HTTP

/// Why a WebSocket could not be opened or used.
package struct WebSocketError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What went wrong.
  package enum Kind: Sendable, Equatable {
    /// The opening handshake breaks RFC 6455.
    case handshake
    /// The other side said no.
    case refused
    /// wslay had no memory or refused a call.
    case session
  }

  package let kind: Kind
  /// What a server answers.
  package let status: HTTPStatus
  package let message: String

  package init(_ kind: Kind, _ status: HTTPStatus = .badRequest, _ message: String) {
    self.kind = kind
    self.status = status
    self.message = message
  }

  package var description: String { message }
}

/// Which end of the connection this is; a client masks its frames.
package enum WebSocketRole: Sendable {
  case server
  case client
}

/// One whole message. Text is checked to be UTF-8 when it was received.
package enum WebSocketMessage: Sendable, Equatable {
  case text([UInt8])
  case binary([UInt8])

  /// The payload, whatever its kind.
  package var bytes: [UInt8] {
    switch self {
    case .text(let bytes), .binary(let bytes): bytes
    }
  }
}

/// How a WebSocket ended.
package struct WebSocketCloseReason: Sendable, Equatable {
  /// A code of RFC 6455, 7.4.1; 1005 when the peer gave none, 1006 when the transport broke.
  package let code: UInt16
  /// The peer's words. They may hold anything: not for logs.
  package let reason: String

  package init(code: UInt16, reason: String = "") {
    self.code = code
    self.reason = reason
  }

  /// The transport ended without a close frame.
  package static let transportBroke = WebSocketCloseReason(code: 1006)
}
