internal import EventLoop
internal import RPCCore

/// All calls to the first address that can be reached (gRFC A62 and, for the parallel attempts, A61).
///
/// idle → trying one address after the other, the next one after a failure or some time → ready →
/// idle. When each has failed once, calls fail and the addresses may be out of date; trying goes on
/// until one is reached, and after as many failures more they may be so again.
struct PickFirst: LoadBalancer {
  private enum Phase: Equatable {
    case idle, trying
    case ready(SocketAddress)
  }

  private var phase = Phase.idle
  private var addresses: [SocketAddress] = []
  private var states: [SocketAddress: AddressState] = [:]
  /// Where the pass through the addresses has come to, and which have failed since it began.
  private var next = 0
  private var failed: Set<SocketAddress> = []
  /// What calls fail with since a pass has failed; until there is a connection.
  private var failure: RPCError?
  /// How often addresses have failed since calls fail and this pass began.
  private var repeated = 0
  private var lastError = RPCError.noAddresses

  var state: ConnectivityState {
    switch phase {
    case .idle: failure == nil ? .idle : .transientFailure
    case .trying: failure == nil ? .connecting : .transientFailure
    case .ready: .ready
    }
  }

  var picker: Picker {
    if case .ready(let address) = phase { return .use([address]) }
    return failure.map { .fail($0) } ?? .wait
  }

  mutating func update(_ new: [SocketAddress]) -> [BalancerAction] {
    addresses = new
    let gone = states.keys.filter { !new.contains($0) }
    for address in gone { states[address] = nil }
    let drops = gone.map { BalancerAction.drop($0) }
    guard !new.isEmpty else {
      phase = .idle
      failure = .noAddresses
      return drops + [.stopTimer, .resolve]
    }
    switch phase {
    case .ready(let address) where new.contains(address): return drops
    case .idle where failure == nil: return drops
    case .idle, .trying, .ready: return drops + beginPass()
    }
  }

  mutating func connect() -> [BalancerAction] {
    guard phase == .idle, !addresses.isEmpty else { return [] }
    return beginPass()
  }

  mutating func timerFired() -> [BalancerAction] { phase == .trying ? advance() : [] }

  mutating func changed(
    _ address: SocketAddress, to state: AddressState
  ) -> [BalancerAction] {
    guard states[address] != nil else { return [] }
    states[address] = state
    switch (phase, state) {
    case (.ready(address), .idle), (.ready(address), .failed):
      phase = .idle
      return [.resolve]
    case (.trying, .ready): return settle(on: address)
    case (.trying, .failed(let error)): return fail(address, error)
    case (.trying, .idle):
      states[address] = .connecting
      return [.connect(address)]
    default: return []
    }
  }

  private mutating func fail(_ address: SocketAddress, _ error: RPCError) -> [BalancerAction] {
    lastError = error
    failed.insert(address)
    guard failure != nil else { return advance() }
    repeated += 1
    return advance() + (repeated.isMultiple(of: addresses.count) ? [.resolve] : [])
  }

  private mutating func settle(on address: SocketAddress) -> [BalancerAction] {
    phase = .ready(address)
    failure = nil
    let others = addresses.filter { $0 != address && states[$0] != nil }
    for other in others { states[other] = nil }
    return [.stopTimer] + others.map { .drop($0) }
  }

  private mutating func beginPass() -> [BalancerAction] {
    phase = .trying
    next = 0
    failed = []
    repeated = 0
    return advance()
  }

  /// Tries the next address that is not being tried, or finds that all have failed.
  private mutating func advance() -> [BalancerAction] {
    while next < addresses.count {
      let address = addresses[next]
      next += 1
      let timer = next < addresses.count ? BalancerAction.startTimer : .stopTimer
      switch states[address] ?? .idle {
      case .idle, .ready:
        states[address] = .connecting
        return [.connect(address), timer]
      case .connecting: return [timer]
      case .failed: failed.insert(address)
      }
    }
    guard failed.isSuperset(of: addresses) else { return [.stopTimer] }
    let isFirst = failure == nil
    failure = lastError
    return isFirst ? [.stopTimer, .resolve] : [.stopTimer]
  }
}
