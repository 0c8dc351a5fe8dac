internal import EventLoop
internal import RPCCore

/// Calls to all addresses that can be reached, in turn. Each is connected at once and again whenever
/// it is lost. One that has failed counts as failed until it is reached.
struct RoundRobin: LoadBalancer {
  private var addresses: [SocketAddress] = []
  private var states: [SocketAddress: AddressState] = [:]
  private var failed: Set<SocketAddress> = []
  private var lastError = RPCError.noAddresses

  private var ready: [SocketAddress] { addresses.filter { states[$0]?.isReady ?? false } }

  var state: ConnectivityState {
    if !ready.isEmpty { return .ready }
    return failed.count == addresses.count ? .transientFailure : .connecting
  }

  var picker: Picker {
    switch state {
    case .ready: .use(ready)
    case .transientFailure: .fail(lastError)
    default: .wait
    }
  }

  mutating func update(_ new: [SocketAddress]) -> [BalancerAction] {
    let gone = addresses.filter { !new.contains($0) }
    for address in gone {
      states[address] = nil
      failed.remove(address)
    }
    addresses = new
    let drops = gone.map { BalancerAction.drop($0) }
    guard !new.isEmpty else {
      lastError = .noAddresses
      return drops + [.resolve]
    }
    let added = new.filter { states[$0] == nil }
    for address in added { states[address] = .connecting }
    return drops + added.map { .connect($0) }
  }

  mutating func changed(
    _ address: SocketAddress, to state: AddressState
  ) -> [BalancerAction] {
    guard let before = states[address] else { return [] }
    states[address] = state
    switch state {
    case .connecting: return []
    case .ready:
      failed.remove(address)
      return []
    case .failed(let error):
      lastError = error
      failed.insert(address)
      return [.resolve]
    case .idle:
      states[address] = .connecting
      return (before.isReady ? [.resolve] : []) + [.connect(address)]
    }
  }

  mutating func connect() -> [BalancerAction] { [] }

  mutating func timerFired() -> [BalancerAction] { [] }
}
