internal import EventLoop
internal import GRPC
internal import RPCCore
internal import TLS
internal import Telemetry

/// Finds a connection for every attempt: resolver, load balancer, one subchannel an address, and the
/// attempts that wait for any of these. Loop-confined; the channel's core owns it.
final class Router {
  let loop: EventLoop
  let configuration: ClientConfiguration
  private let tls: TLSClient?
  let log = Log("rpc-client")

  /// In force: the resolver's, else the channel's own.
  private(set) var serviceConfig: ServiceConfig
  /// The tokens of all calls; nil without throttling.
  var throttle: RetryThrottle?
  /// Doubled when a server complains.
  private var keepaliveInterval: Duration?

  var resolution: Resolution
  private var balancer: (any LoadBalancer)?
  private var policy = LoadBalancingPolicy.pickFirst()
  /// The service that every connection is asked about before it is used; nil asks nothing.
  private(set) var checkedService: String?
  private var balancerTimer: LoopTimer?
  private var subchannels: [SocketAddress: Subchannel] = [:]
  /// Subchannels that take calls, and whose turn it is.
  private var ready: [Subchannel] = []
  private var turn = 0
  /// Whether to connect as soon as there are addresses, with or without a call.
  private var wantsConnection = false
  /// Calls whose settings the resolver has to tell first.
  private var unresolved: [ObjectIdentifier: CallState] = [:]
  private var waiting = AttemptQueue()
  /// All that are not closed, those that only have old calls included.
  private(set) var connections: [Connection] = []

  var liveCalls = 0
  var watchers = StateWatchers()
  var closing = Closing()
  var idleTimer: LoopTimer?
  private var lastCall = LoopInstant(nanoseconds: 0)

  init(loop: EventLoop, configuration: ClientConfiguration) throws {
    self.loop = loop
    self.configuration = configuration
    serviceConfig = configuration.serviceConfig
    throttle = configuration.serviceConfig.retryThrottling.map { RetryThrottle($0) }
    keepaliveInterval = configuration.keepaliveInterval
    tls = try configuration.tls.map { try TLSClient($0, host: configuration.target.host) }
    resolution = Resolution(configuration, loop: loop)
  }
}

/// Calls and their attempts.
extension Router {
  func start(_ call: CallState) {
    liveCalls += 1
    if closing.hasBegun { return call.abandon(.channelClosed) }
    if let deadline = call.deadline, deadline <= .now {
      return call.abandon(CallState.deadlineExceeded)
    }
    call.startDeadline()
    if balancer != nil { return call.start(serviceConfig.settings(for: call.method)) }
    if let error = resolution.failure, !waits(call) { return call.abandon(error) }
    unresolved[ObjectIdentifier(call)] = call
    activate()
  }

  func callEnded(_ call: CallState) {
    liveCalls -= 1
    if !unresolved.isEmpty { unresolved[ObjectIdentifier(call)] = nil }
    guard liveCalls == 0 else { return }
    lastCall = loop.now
    if closing.hasBegun { settle() } else { watchIdleness() }
  }

  /// Whether a call waits for a resolver that has not answered yet: the channel's own config holds till then.
  private func waits(_ call: CallState) -> Bool {
    call.options.waitForReady ?? serviceConfig.settings(for: call.method)?.waitForReady ?? false
  }

  /// Gives an attempt to a connection, or makes it wait for one.
  func place(_ attempt: Attempt) {
    if !ready.isEmpty {
      turn = turn + 1 < ready.count ? turn + 1 : 0
      return ready[turn].begin(attempt)
    }
    guard !closing.isOver else { return attempt.fail(.channelClosed) }
    switch balancer?.picker ?? .wait {
    case .fail(let error) where !attempt.call.waitsForReady: attempt.fail(error)
    case .fail, .wait, .use:
      waiting.append(attempt)
      connect()
    }
  }

  /// Does what an idle balancer needs to get out of its idleness.
  func connect() {
    guard balancer != nil else {
      wantsConnection = true
      return activate()
    }
    guard let actions = balancer?.connect(), !actions.isEmpty else { return }
    perform(actions)
    refresh()
  }

  private func activate() {
    guard balancer == nil, !closing.hasBegun else { return }
    if let addresses = resolution.fixed {
      apply(NameResolution(addresses: addresses))
    } else {
      resolve()
    }
  }

  /// Leaves everything as it was before the first call.
  func becomeIdle() {
    balancerTimer?.cancel()
    balancerTimer = nil
    balancer = nil
    wantsConnection = false
    resolution.stop()
    let dropped = subchannels.values
    subchannels = [:]
    ready = []
    for subchannel in dropped { subchannel.drop() }
    tellState()
  }

  private func watchIdleness() {
    guard idleTimer == nil, state != .idle, let timeout = configuration.idleTimeout else { return }
    idleTimer = loop.schedule(after: timeout - lastCall.duration(to: loop.now)) { [weak self] in
      guard let self else { return }
      idleTimer = nil
      guard liveCalls == 0, !closing.hasBegun else { return }
      if lastCall.duration(to: loop.now) >= timeout { becomeIdle() } else { watchIdleness() }
    }
  }
}

/// Balancing.
extension Router {
  /// New addresses, and with them perhaps another config.
  func apply(_ found: NameResolution) {
    let config = found.serviceConfig ?? configuration.serviceConfig
    if config.retryThrottling != serviceConfig.retryThrottling {
      throttle = config.retryThrottling.map { RetryThrottle($0) }
    }
    serviceConfig = config
    useBalancer(config.loadBalancing ?? .pickFirst(), checking: config.healthCheckService)
    var seen: Set<SocketAddress> = []
    var addresses = found.addresses.filter { seen.insert($0).inserted }
    if policy == .pickFirst(shuffled: true) { addresses.shuffle() }
    perform(balancer?.update(addresses) ?? [])
    refresh()
    // Nothing is tried then, so no failed attempt would tell those who wait to be connected.
    if addresses.isEmpty { watchers.connectionFailed(.noAddresses, state) }
    let calls = unresolved.values
    unresolved = [:]
    for call in calls { call.start(serviceConfig.settings(for: call.method)) }
    // A new balancer has to be told what an older one was.
    if wantsConnection || !waiting.isEmpty { connect() }
    wantsConnection = false
  }

  private func useBalancer(_ wanted: LoadBalancingPolicy, checking service: String?) {
    // With one address there is nothing to choose by health (gRFC A17).
    let checked = wanted == .roundRobin && configuration.checksHealth ? service : nil
    guard balancer == nil || wanted != policy || checked != checkedService else { return }
    policy = wanted
    checkedService = checked
    let dropped = subchannels.values
    subchannels = [:]
    ready = []
    switch wanted {
    case .pickFirst(shuffled: _): balancer = PickFirst()
    case .roundRobin: balancer = RoundRobin()
    }
    for subchannel in dropped { subchannel.drop() }
  }

  /// What became of the connections to an address.
  func changed(_ subchannel: Subchannel, _ state: AddressState) {
    guard subchannels[subchannel.address] === subchannel else { return }
    perform(balancer?.changed(subchannel.address, to: state) ?? [])
    refresh()
    if case .failed(let error) = state { watchers.connectionFailed(error, self.state) }
  }

  private func perform(_ actions: [BalancerAction]) {
    for action in actions {
      switch action {
      case .connect(let address): subchannel(address).connect()
      case .drop(let address): drop(address)
      case .resolve: resolve()
      case .stopTimer: balancerTimer?.cancel()
      case .startTimer:
        balancerTimer?.cancel()
        balancerTimer = loop.schedule(after: configuration.connectionAttemptDelay) { [weak self] in
          guard let self else { return }
          perform(balancer?.timerFired() ?? [])
          refresh()
        }
      }
    }
  }

  /// Nothing is placed there any more before its queue comes back.
  private func drop(_ address: SocketAddress) {
    guard let dropped = subchannels.removeValue(forKey: address) else { return }
    ready.removeAll { $0 === dropped }
    dropped.drop()
  }

  private func subchannel(_ address: SocketAddress) -> Subchannel {
    if let known = subchannels[address] { return known }
    let new = Subchannel(address, router: self)
    subchannels[address] = new
    return new
  }

  /// Lets waiting attempts go where the balancer's picture now sends them.
  private func refresh() {
    switch balancer?.picker ?? .wait {
    case .wait: ready = []
    case .fail:
      ready = []
      for attempt in waiting.takeAll() { place(attempt) }
    case .use(let addresses):
      ready = addresses.compactMap { subchannels[$0] }
      for attempt in waiting.takeAll() { place(attempt) }
    }
    tellState()
  }

  /// Tries again at once where a failure made it wait.
  func resetBackoff() {
    for subchannel in subchannels.values { subchannel.resetBackoff() }
  }

  var state: ConnectivityState {
    if closing.isOver { return .shutdown }
    if let balancer { return balancer.state }
    if resolution.failure != nil { return .transientFailure }
    return resolution.isRunning ? .connecting : .idle
  }

  func tellState() { watchers.tell(state) }

  /// The resolver found nothing; calls that do not wait fail with it.
  func didNotResolve(_ error: RPCError) {
    guard balancer == nil else { return }
    for call in unresolved.values where !waits(call) { call.abandon(error) }
    watchers.connectionFailed(error, state)
    tellState()
  }
}

/// Connections.
extension Router {
  func makeConnection(_ stream: TCPStream, owner: Subchannel) throws -> Connection {
    let connection = try Connection(
      stream, tls: try tls?.makeSession(), keepaliveInterval: keepaliveInterval,
      router: self, owner: owner)
    connections.append(connection)
    return connection
  }

  func forget(_ connection: Connection) {
    connections.removeAll { $0 === connection }
    settle()
  }

  /// A server has closed a connection because of our pings.
  func didPingTooOften() {
    guard let longer = keepaliveInterval.map(Keepalive.lengthened) else { return }
    keepaliveInterval = longer
    log.warning(
      "the server complains of keepalive pings; new connections send them half as often",
      ["interval_seconds": .integer(Int64(longer / .seconds(1)))])
  }
}
