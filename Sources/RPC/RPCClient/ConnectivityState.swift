/// How a channel is doing, as gRPC's connectivity semantics name it.
public enum ConnectivityState: Sendable, Hashable {
  /// No connection, and nobody needs one.
  case idle
  /// A connection, or the server's addresses, are on their way.
  case connecting
  /// Calls go out at once.
  case ready
  /// The last attempts failed; others follow. Calls fail unless they wait.
  case transientFailure
  /// Closed for good.
  case shutdown
}
