internal import Connect
internal import EventLoop
internal import Glibc
internal import HTTP
internal import Protobuf
internal import RPCCore
internal import Transcoding

/// What all loops of a server share: methods, routes, limits, figures. Never changes.
final class ServerCore: Sendable {
  let configuration: ServerConfiguration
  let methods: MethodTable
  let routes: HTTPRoutes
  let rest: RESTEdge
  let connectErrors: ConnectError
  let metrics: ServerMetrics
  let admission: Admission
  let memoryPerLoop: Int
  let responseMemoryPerLoop: Int

  /// What answers on one loop may hold at least, however many loops there are: those to one connection.
  private static let leastResponseMemory = 64 * 1024 * 1024

  init(
    configuration: ServerConfiguration, methods: MethodTable, routes: HTTPRoutes, rest: RESTEdge,
    metrics: ServerMetrics, loops: Int
  ) {
    self.configuration = configuration
    self.methods = methods
    self.routes = routes
    self.rest = rest
    connectErrors = ConnectError { rest.detailTypes.message(named: $0) }
    self.metrics = metrics
    admission = Admission(configuration.limits)
    memoryPerLoop = configuration.limits.totalRequestMemory / max(loops, 1)
    responseMemoryPerLoop = max(
      configuration.limits.totalResponseMemory / max(loops, 1),
      min(configuration.limits.totalResponseMemory, Self.leastResponseMemory))
  }
}

/// The part of a server that lives on one loop: its listeners and connections. Loop-confined.
final class LoopServer {
  let loop: EventLoop
  let executor: LoopTaskExecutor
  let crew: HandlerCrew
  let callLog: CallLog
  let core: ServerCore
  /// What all requests on this loop may hold.
  let memory: MemoryMeter
  /// What answers wait on this loop for peers to take them.
  private let answers: MemoryMeter
  private var listeners: [TCPListener] = []
  private var connections: [ObjectIdentifier: Connection] = [:]
  private let idSeed: UInt64
  private var idNumber: UInt64 = 0
  private var isDraining = false
  private var date = ""
  private var dateSecond = Int.min
  private var whenEmpty: (() -> Void)?
  private lazy var tether = Tether(self)

  private static let tickInterval = Duration.seconds(1)

  init(loop: EventLoop, core: ServerCore) {
    self.loop = loop
    self.core = core
    memory = MemoryMeter(limit: core.memoryPerLoop)
    answers = MemoryMeter(limit: core.responseMemoryPerLoop)
    executor = LoopTaskExecutor(loop)
    crew = HandlerCrew(executor: executor)
    callLog = CallLog(loop: loop)
    idSeed = .random(in: .min ... .max)
    scheduleTick()
  }

  var limits: ServerLimits { core.configuration.limits }
  var methods: MethodTable { core.methods }
  var routes: HTTPRoutes { core.routes }
  var rest: RESTEdge { core.rest }
  var metrics: ServerMetrics { core.metrics }
  var cors: CORSPolicy? { core.configuration.cors }
  var security: SecurityHeaders? { core.configuration.security }

  /// The time of now as a header says it (RFC 9110, 6.6.1), worked out once a second.
  var httpDate: String {
    let second = Int(time(nil))
    if second != dateSecond {
      dateSecond = second
      date = HTTPDate.text(secondsSince1970: second)
    }
    return date
  }

  func nextRequestID() -> RequestID {
    idNumber &+= 1
    return RequestID(seed: idSeed, number: idNumber)
  }

  /// What the loop knows the server by. An object that weak references lead to is counted in a side
  /// table, several times as slow, and each call holds the server more than once.
  private final class Tether {
    unowned let server: LoopServer

    init(_ server: LoopServer) { self.server = server }
  }

  // MARK: Listening

  /// Listens at `address`; several loops may share a port.
  func listen(_ address: SocketAddress) throws -> SocketAddress {
    let isInternet = address.port != nil
    // Its listeners keep it, until they close: a server is not over because nobody holds it any more.
    let listener = try TCPListener.bind(loop, address, reusePort: isInternet) { [self] stream in
      accept(stream)
    }
    listeners.append(listener)
    return listener.boundAddress
  }

  private func accept(_ stream: TCPStream) {
    let address = stream.peerAddress
    let ticket: Admission.Ticket
    switch core.admission.admit(host: address?.host ?? "", at: loop.now) {
    case .success(let admitted): ticket = admitted
    case .failure(let refusal):
      metrics.connectionRefused(refusal.reason)
      return stream.close()
    }
    let made = try? core.admission.spend(ticket) { ticket in
      try Connection(server: self, stream: stream, peer: address, ticket: ticket)
    }
    guard let connection = made else { return stream.close() }
    connections[ObjectIdentifier(connection)] = connection
    metrics.connectionOpened()
    connection.start()
    if isDraining { connection.beginDrain("graceful_stop") }
  }

  /// Books what waits for a peer, negative when it was taken. When that is too much, whoever hoards most
  /// is cut off until it is not.
  func book(answers count: Int) {
    guard !answers.add(count) else { return }
    while answers.isOver, let worst = connections.values.max(by: { $0.heldBytes < $1.heldBytes }),
      worst.heldBytes > 0
    {
      worst.cutForMemory()
    }
  }

  func connectionClosed(_ connection: Connection) {
    guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
    metrics.connectionClosed()
    if connections.isEmpty { reportEmpty() }
  }

  // MARK: Time

  private func scheduleTick() {
    loop.schedule(after: Self.tickInterval) { [weak tether] in tether?.server.tick() }
  }

  private func tick() {
    let now = loop.now
    for connection in connections.values { connection.tick(now) }
    scheduleTick()
  }

  // MARK: The end

  /// Stops listening and lets every connection end gracefully; `whenEmpty` is called once the last
  /// one has.
  func beginDrain(whenEmpty: @escaping () -> Void) {
    isDraining = true
    for listener in listeners { listener.close() }
    listeners = []
    self.whenEmpty = whenEmpty
    for connection in connections.values { connection.beginDrain("graceful_stop") }
    if connections.isEmpty { reportEmpty() }
  }

  private func reportEmpty() {
    let report = whenEmpty
    whenEmpty = nil
    report?()
  }

  /// Ends what still runs: calls are cancelled, then connections close.
  func cancelCalls() {
    for connection in connections.values { connection.cancelCalls() }
  }

  /// Closes everything now.
  func closeAll() {
    for listener in listeners { listener.close() }
    listeners = []
    for connection in connections.values { connection.close() }
    crew.close()
  }
}
