internal import Accounts
internal import Buffers
internal import Calls
internal import Configuration
internal import Dashboard
internal import Domain
internal import EventLoop
internal import FoundationEssentials
internal import Jobs
internal import Knowledge
internal import Limits
internal import Postgres
internal import RPCCore
internal import RPCServer
internal import Telemetry
internal import Webhooks

/// The running server: everything that starts, in order, and stops, in the opposite order.
struct Application {
  /// What `voiced serve` prints when it is ready.
  let readyLine: String

  private let loops: EventLoopGroup
  private let database: Database
  private let shared: SharedState
  private let server: Server
  /// Nil where the server itself has what operators read.
  private let operations: Server?
  private let workers: Workers
  private let relay: EventRelay
  private let scheduler: JobScheduler
  private let live: LiveCalls
  private let reaper: Task<Void, Never>
  private let keyWatch: Task<Void, Never>
  private let knowledge: KnowledgeWatch
  private let knowledgeWatch: Task<Void, Never>
  private let readiness: Readiness

  static func start(_ current: CurrentSettings) async throws -> Application {
    let settings = current.value
    let dashboard = try settings.dashboardFolder.map(Self.dashboard)
    // Others may pass through, as PostgreSQL's own user must; what is inside is closed to them.
    try Folder.make(settings.dataDirectory, permissions: 0o711)
    Allocator.keepFreed()
    let loops = EventLoopGroup(
      count: settings.loops ?? ProcessInfo.processInfo.activeProcessorCount)
    do {
      let database = try await Database.open(settings, loops: loops.loops)
      do {
        return try await start(current, loops, database, dashboard)
      } catch {
        await database.close()
        throw error
      }
    } catch {
      await loops.stop()
      throw error
    }
  }

  /// Bytes of one request: the largest document, with what is around it.
  private static let requestLimit = (10 << 20) + (64 << 10)

  private static func configuration(
    _ settings: Settings, _ certificates: Certificates?, _ origins: OriginTable
  ) -> ServerConfiguration {
    var configuration = ServerConfiguration(listen: [settings.listen], tls: certificates?.context)
    configuration.limits.bodySize = requestLimit
    configuration.limits.messageSize = requestLimit
    // A load balancer forgets a connection that is silent; AWS's after 350 s.
    configuration.limits.keepaliveTime = .seconds(240)
    configuration.security = SecurityHeaders(overTLS: !settings.isCleartext)
    var grant = CORSPolicy.Grant()
    grant.exposedHeaders += LimitFields.names
    configuration.cors = CORSPolicy { [grant] origin, _ in
      origins.allows(origin) ? grant : nil
    }
    return configuration
  }

  /// What operators read, where it has a port of its own.
  private static func operationsServer(
    _ settings: Settings, _ certificates: Certificates?, _ loops: EventLoopGroup,
    _ routes: OperationsRoutes
  ) throws -> Server? {
    guard let address = settings.metricsListen else { return nil }
    var configuration = ServerConfiguration(listen: [address], tls: certificates?.context)
    configuration.security = SecurityHeaders(overTLS: !settings.isCleartext)
    return try Server(loops: loops, configuration: configuration, services: [], routes: routes.all)
  }

  private static func start(
    _ current: CurrentSettings, _ loops: EventLoopGroup, _ database: Database,
    _ dashboard: StaticSite?
  ) async throws -> Application {
    let settings = current.value
    let certificates =
      settings.isCleartext ? nil : try Certificates(folder: settings.dataDirectory)
    let loop = loops.loops[0]
    ReloadSignal.watch {
      await current.reload(on: loop)
      Log.setLevel(current.value.logLevel)
      await database.reload(current.value)
      certificates?.reload()
    }
    let endpoint = PublicEndpoint(settings.publicURL)
    let keys = try await MasterKeys.open(current, database.pool, on: loop)
    let shared = try SharedState(
      settings, loops.loops, seal: DataSeal(keys.ring, "key-cache"))
    try await shared.start(database.pool)
    let objects = try await KeptObjects.open(current, on: loop)
    let product = try Product(
      current, database.pool, loop, endpoint, shared, objects, keys)
    let configuration = configuration(settings, certificates, product.origins)
    try AccessTable.product.check(product.bindings)
    let readiness = Readiness([database.dependency] + shared.dependencies)
    let routes = OperationsRoutes(
      database.pool, readiness, hasOwnPort: settings.metricsListen != nil)
    let operations = try operationsServer(settings, certificates, loops, routes)
    let server = try Server(
      loops: loops, configuration: configuration,
      services: product.services, bindings: product.bindings,
      interceptors: [
        .requestInfo, shared.limits.gate, APIAudit(pool: database.pool).interceptor,
        product.authenticator.interceptor, shared.limits.meter,
      ],
      routes: Routes.make(product, routes, shared.limits, dashboard))
    try await product.authenticator.start()
    try await product.origins.start()
    let metrics = try await operations?.start().first
    let addresses = try await server.start()
    let address = addresses.first ?? settings.listen
    endpoint.listens(on: address, isCleartext: settings.isCleartext)
    try await product.bell.start(database.pool)
    try await product.live.start(database.pool)
    try await product.knowledgeWatch.announce()
    let workers = try Workers(product, database.pool, on: loop)
    await workers.start()
    await product.relay.start()
    let scheduler = try JobScheduler(
      loop: loop, pool: database.pool, holder: product.owner,
      schedules: product.schedules)
    await scheduler.start()
    let keyWatch = Task(executorPreference: loop) { await product.keys.run(on: loop) }
    let reaper = Task(executorPreference: loop) { await product.reaper.run(on: loop) }
    let knowledgeWatch = Task(executorPreference: loop) {
      await product.knowledgeWatch.run(on: loop)
    }
    return Application(
      readyLine: Ready.line(
        address, endpoint: endpoint.url, metrics: metrics ?? address,
        ca: certificates?.chainPath, database: database.url),
      loops: loops, database: database, shared: shared, server: server, operations: operations,
      workers: workers, relay: product.relay, scheduler: scheduler, live: product.live,
      reaper: reaper, keyWatch: keyWatch, knowledge: product.knowledgeWatch,
      knowledgeWatch: knowledgeWatch, readiness: readiness)
  }

  private static func dashboard(_ folder: String) throws -> StaticSite {
    do {
      return try StaticSite(files: SiteFolder.read(folder))
    } catch {
      throw SettingsError("the folder that DASHBOARD_DIR names cannot be served: \(error)")
    }
  }

  /// New conversations are refused, those in progress go on for `grace` at most; then everything
  /// closes. Calls that are queued stay queued, for whoever runs next.
  func stop(grace: Duration) async {
    Log("voiced").info("draining", ["calls": .int(live.count)])
    readiness.beginDrain()
    await server.health.shutdown()
    await operations?.health.shutdown()
    live.beginDrain()
    await scheduler.stop()
    knowledgeWatch.cancel()
    await knowledgeWatch.value
    await knowledge.withdraw()
    await workers.stopDialing()
    await drainCalls(grace)
    await relay.stop()
    await workers.stop()
    await server.drain(grace: .seconds(2))
    for task in [reaper, keyWatch] {
      task.cancel()
      await task.value
    }
    await server.stop()
    await operations?.stop()
    await shared.stop()
    await database.close()
    await loops.stop()
  }

  /// Waits for live calls to end, and ends those that have not by then.
  private func drainCalls(_ grace: Duration) async {
    let loop = loops.loops[0]
    let limit = ContinuousClock.now + grace
    while live.count > 0, ContinuousClock.now < limit {
      try? await loop.sleep(for: .milliseconds(100))
    }
    live.endAll()
    // A call's end waits ten seconds for the object store.
    let last = ContinuousClock.now + .seconds(13)
    while live.count > 0, ContinuousClock.now < last {
      try? await loop.sleep(for: .milliseconds(50))
    }
  }
}

/// The one line of JSON that says where the server is.
enum Ready {
  static func line(
    _ address: SocketAddress, endpoint: String, metrics: SocketAddress, ca: String?,
    database: String
  ) -> String {
    var json = JSONWriter()
    json.beginObject()
    json.key("address")
    json.string(address.description)
    json.key("port")
    json.number(address.port ?? 0)
    json.key("url")
    json.string(endpoint)
    json.key("rest")
    json.string(endpoint + "/api/v1")
    json.key("grpc")
    json.string(address.description)
    json.key("metrics")
    json.string(metrics.description)
    json.key("ca")
    json.string(ca ?? "")
    json.key("database")
    json.string(database)
    json.endObject()
    return String(decoding: json.bytes, as: UTF8.self)
  }
}
