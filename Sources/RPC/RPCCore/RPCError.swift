/// The one error that speaks to a peer: a code, a sentence, and typed details.
///
/// A handler throws it to end its call; a client gets it when a call fails. Any other error a
/// handler throws becomes `internal` with the request's id (``init(converting:requestID:)``).
public struct RPCError: Error, Sendable {
  /// What kind of failure this is; never ``StatusCode/ok``.
  public var code: StatusCode
  /// One lower-case sentence for the developer on the other side; no personal data.
  public var message: String
  /// Typed details, google.rpc.BadRequest for example, sent beside the message.
  public var details: [ErrorDetail]
  /// Sent as trailing metadata with the status.
  public var metadata: Metadata
  /// What led here. Logged, never sent.
  public var cause: (any Error)?

  /// An error to be sent to the peer. A code of `ok` is taken as `unknown`: success is no error.
  public init(
    _ code: StatusCode, _ message: String, details: [ErrorDetail] = [],
    metadata: Metadata = Metadata(), cause: (any Error)? = nil
  ) {
    self.code = code == .ok ? .unknown : code
    self.message = message
    self.details = details
    self.metadata = metadata
    self.cause = cause
  }
}

extension RPCError: CustomStringConvertible {
  /// Code, message and cause, for logs.
  public var description: String {
    guard let cause else { return "\(code): \(message)" }
    return "\(code): \(message) (\(cause))"
  }
}

/// One typed detail of an error: the full name of a protobuf message and its serialized bytes.
public struct ErrorDetail: Sendable, Equatable {
  /// `google.rpc.BadRequest`, without the `type.googleapis.com/` in front.
  public var typeName: String
  /// The message, serialized.
  public var value: [UInt8]

  /// A detail of type `typeName` with these serialized bytes.
  public init(typeName: String, value: [UInt8]) {
    self.typeName = typeName
    self.value = value
  }
}

/// An error of another module that knows which status it means.
public protocol RPCErrorConvertible: Error {
  /// The error as the peer shall see it.
  var rpcError: RPCError { get }
}

extension RPCError {
  /// What a peer is told about `error`: itself when it is meant for peers, `cancelled` for a
  /// cancellation, otherwise `internal` naming only `requestID`.
  public init(converting error: any Error, requestID: String) {
    switch error {
    case let error as RPCError: self = error
    case let error as any RPCErrorConvertible: self = error.rpcError
    case is CancellationError: self = RPCError(.cancelled, "the call was cancelled", cause: error)
    default:
      self = RPCError(
        .internal, "the call failed inside the server; request id \(requestID)", cause: error)
    }
  }
}
