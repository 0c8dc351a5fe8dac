internal import EventLoop
internal import RPCCore

/// Chooses among the addresses of a server: decides, connects nothing itself.
///
/// Whoever owns it does what each answer says, in order, and tells what became of it. An address is
/// known from the first `connect` until a `drop`; what is told of others is ignored.
protocol LoadBalancer: Sendable {
  /// How the channel is doing.
  var state: ConnectivityState { get }
  /// Where calls go now.
  var picker: Picker { get }

  /// The resolver's addresses, each once. Connections to those that are gone are dropped. Without
  /// any, calls fail and the resolver is to be asked again.
  mutating func update(_ addresses: [SocketAddress]) -> [BalancerAction]
  /// What became of the connection to an address.
  mutating func changed(_ address: SocketAddress, to state: AddressState) -> [BalancerAction]
  /// A call waits, or somebody wants to be connected.
  mutating func connect() -> [BalancerAction]
  /// The time set by `startTimer` is over.
  mutating func timerFired() -> [BalancerAction]
}

/// What a balancer wants to be done.
enum BalancerAction: Equatable {
  case connect(SocketAddress)
  case drop(SocketAddress)
  /// The addresses may be out of date.
  case resolve
  case startTimer
  case stopTimer
}

/// What a call does that needs a connection.
enum Picker: Sendable {
  case wait
  /// Fail, unless it waits for a connection.
  case fail(RPCError)
  /// Go to these in turn.
  case use([SocketAddress])
}

/// The connection to one address.
enum AddressState: Sendable {
  case idle, connecting, ready
  /// The last attempt failed; `idle` follows when the pause is over.
  case failed(RPCError)

  var isReady: Bool { if case .ready = self { true } else { false } }
}

extension RPCError {
  /// What calls fail with when the resolver found nothing.
  static let noAddresses = RPCError(.unavailable, "the server's name has no addresses")
}
