internal import EventLoop
internal import GRPC
internal import RPCCore

/// What a channel knows of its server's addresses, and when it may ask for them again. Pure state;
/// `Router` asks.
struct Resolution {
  /// The addresses, where they need no resolver.
  let fixed: [SocketAddress]?
  let resolver: (any NameResolver)?
  private let interval: Duration
  private var backoff: BackoffMachine
  private(set) var isRunning = false
  /// Tells the answer to the last question from older ones.
  private(set) var round = 0
  private var notBefore: Deadline?
  /// Set for a question that has to wait.
  var timer: LoopTimer?
  /// Why there are no addresses yet.
  private(set) var failure: RPCError?

  init(_ configuration: ClientConfiguration, loop: EventLoop) {
    interval = configuration.resolutionInterval
    backoff = BackoffMachine(configuration.backoff)
    switch configuration.target.source {
    case .addresses(let addresses): (fixed, resolver) = (addresses, nil)
    case .name(let host, let port):
      let resolver = DNSResolver(
        loop: loop, host: host, port: port, timeout: configuration.connectTimeout,
        lookup: configuration.asksDNSForServiceConfig ? DNSResolver.ConfigLookup() : nil)
      (fixed, self.resolver) = (nil, resolver)
    case .resolver(let own): (fixed, resolver) = (nil, own)
    }
  }

  /// How long the next question has to wait.
  func wait(at now: Deadline) -> Duration { notBefore?.remaining(at: now) ?? .zero }

  mutating func begin(at now: Deadline) {
    isRunning = true
    round += 1
    _ = backoff.begin(at: now, minimum: .zero, random: .random(in: -1...1))
  }

  /// There was an answer; the next question after one without addresses waits as after a failure.
  mutating func succeeded(_ found: NameResolution, at now: Deadline) {
    isRunning = false
    failure = nil
    guard !found.addresses.isEmpty else {
      notBefore = Deadline(backoff.pause(at: now), after: now)
      return
    }
    backoff.reset()
    notBefore = Deadline(interval, after: now)
  }

  mutating func failed(_ error: RPCError, at now: Deadline) {
    isRunning = false
    failure = error
    notBefore = Deadline(backoff.pause(at: now), after: now)
  }

  /// Nobody wants to know any more.
  mutating func stop() {
    timer?.cancel()
    timer = nil
    isRunning = false
    round += 1
    failure = nil
    notBefore = nil
    backoff.reset()
  }
}

extension Router {
  /// Asks for addresses, now or as soon as it may.
  func resolve() {
    guard let resolver = resolution.resolver, !resolution.isRunning, resolution.timer == nil,
      !closing.hasBegun
    else { return }
    let wait = resolution.wait(at: .now)
    guard wait == .zero else {
      resolution.timer = loop.schedule(after: wait) { [weak self] in
        self?.resolution.timer = nil
        self?.resolve()
      }
      return
    }
    resolution.begin(at: .now)
    tellState()
    let (me, round) = (LoopConfined(self), resolution.round)
    Task(executorPreference: loop) {
      do {
        let found = try await resolver.resolve()
        me.value.didResolve(.success(found), round)
      } catch {
        me.value.didResolve(.failure(RPCError(controlPlane: error)), round)
      }
    }
  }

  private func didResolve(_ answer: Result<NameResolution, RPCError>, _ round: Int) {
    guard round == resolution.round, !closing.isOver else { return }
    switch answer {
    case .success(let found):
      resolution.succeeded(found, at: .now)
      apply(found)
    case .failure(let error):
      resolution.failed(error, at: .now)
      didNotResolve(error)
      resolve()
    }
  }
}

extension RPCError {
  /// What a call is told when a resolver fails. Codes that say something about the call's own
  /// request become `internal` (gRFC A54).
  fileprivate init(controlPlane error: any Error) {
    let misleading: Set<StatusCode> = [
      .invalidArgument, .notFound, .alreadyExists, .failedPrecondition, .aborted, .outOfRange,
      .dataLoss,
    ]
    guard let error = error as? RPCError else {
      self.init(.unavailable, "the server's name could not be resolved", cause: error)
      return
    }
    self = error
    if misleading.contains(error.code) { code = .internal }
  }
}
