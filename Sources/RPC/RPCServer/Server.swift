public import EventLoop
public import RPCCore
public import RPCProtobuf
internal import Synchronization
internal import Telemetry
internal import Transcoding

/// A server of RPC services: gRPC over HTTP/2; gRPC-Web, Connect and REST-JSON over HTTP/1.1 and
/// HTTP/2; plain HTTP routes and WebSockets; all on the same ports.
///
/// made → started → draining → stopped. Once started it serves until it is stopped, or its loops are,
/// should nobody keep it. Connections are spread over the loops by the kernel and stay where they are
/// accepted; handlers run on their connection's loop.
public final class Server: Sendable {
  private enum Phase { case made, started, draining, stopped }

  private let loops: [EventLoop]
  private let core: ServerCore
  private let parts: Mutex<[LoopConfined<LoopServer>]>
  private let phase = Mutex(Phase.made)
  /// The standard health service of this server, already among its services.
  public let health: HealthService

  /// Makes a server; nothing is listened to yet.
  ///
  /// Interceptors run around every method, the first one outermost. Throws for a REST rule that
  /// cannot work; two services with one method are our bug and trap. A binding of a service that is
  /// not among `services` has its routes answered 501.
  public init(
    loops: EventLoopGroup, configuration: ServerConfiguration, services: [any RPCService],
    bindings: [ServiceBinding] = [], interceptors: [Interceptor] = [],
    routes: HTTPRoutes = HTTPRoutes()
  ) throws {
    self.loops = loops.loops
    let meters = ServerMetrics(configuration.metrics, logsCalls: configuration.logsCalls)
    health = HealthService(services: services)
    let own = services.flatMap(\.handlers)
    let served = Set(own.map(\.descriptor.service))
    let handlers =
      own.map { Interceptor.wrap($0, in: interceptors) }
      + StandardServices.handlers(
        health: health, bindings: bindings.filter { served.contains($0.name) })
    let known = Dictionary(
      (bindings + StandardServices.bindings).flatMap(\.methods).map { ($0.method.path, $0) }
    ) { first, _ in first }
    let entries = handlers.map {
      MethodEntry(
        handler: $0, meter: meters.meter(for: $0.descriptor), binding: known[$0.descriptor.path])
    }
    core = ServerCore(
      configuration: configuration, methods: MethodTable(entries), routes: routes,
      rest: try RESTEdge(bindings), metrics: meters, loops: loops.loops.count)
    parts = Mutex([])
  }

  /// Listens on every address, on every loop. Returns where, with the ports the system chose. Throws where
  /// another server listens.
  public func start() async throws -> [SocketAddress] {
    guard phase.withLock({ move(&$0, from: .made, to: .started) }) else {
      throw RPCError(.failedPrecondition, "the server was started before")
    }
    var addresses = core.configuration.listen
    for address in addresses where address.port != nil { try TCPListener.ensureFree(address) }
    for (index, loop) in loops.enumerated() {
      let core = core
      let wanted = addresses
      let (part, bound) = try await loop.run {
        let part = LoopServer(loop: loop, core: core)
        var bound: [SocketAddress] = []
        for address in wanted {
          // A unix socket has one listener; its connections all live on the first loop.
          if index > 0, address.port == nil { continue }
          bound.append(try part.listen(address))
        }
        return (LoopConfined(part), bound)
      }
      parts.withLock { $0.append(part) }
      if index == 0 { addresses = bound }
    }
    return addresses
  }

  private func move(_ phase: inout Phase, from: Phase, to: Phase) -> Bool {
    guard phase == from else { return false }
    phase = to
    return true
  }

  /// Ends gracefully: health says NOT_SERVING, listeners close, clients are asked to go elsewhere,
  /// calls that run get `grace`; then they are cancelled. Returns when every connection is closed.
  public func drain(grace: Duration) async {
    guard phase.withLock({ move(&$0, from: .started, to: .draining) }) else { return }
    await health.shutdown()
    let parts = parts.withLock { $0 }
    await withTaskGroup(of: Void.self) { group in
      for part in parts {
        group.addTask { await Self.drain(part, on: part.value.loop, grace: grace) }
      }
    }
  }

  private static func drain(
    _ part: LoopConfined<LoopServer>, on loop: EventLoop, grace: Duration
  ) async {
    await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
      loop.execute {
        part.value.beginDrain { done.resume() }
        loop.schedule(after: grace) { part.value.cancelCalls() }
        // Cancelled calls get a moment to end; then nothing is waited for.
        loop.schedule(after: grace + .seconds(1)) { part.value.closeAll() }
      }
    }
  }

  /// Closes every listener and connection now; calls that run are cancelled.
  public func stop() async {
    let wasRunning = phase.withLock { phase in
      defer { phase = .stopped }
      return phase == .started || phase == .draining
    }
    guard wasRunning else { return }
    for part in parts.withLock({ $0 }) {
      let loop = part.value.loop
      try? await loop.run { part.value.closeAll() }
    }
  }
}

extension EventLoop {
  /// Runs `body` on the loop and waits for its answer.
  func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { waiter in
      execute { waiter.resume(with: Result { try body() }) }
    }
  }
}
