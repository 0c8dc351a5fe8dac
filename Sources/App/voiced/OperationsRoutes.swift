internal import Postgres
internal import RPCServer
internal import Telemetry

/// What operators read: whether the server runs, whether it can do its work, and its figures.
///
/// Figures and dependencies are nothing for strangers. With `METRICS_LISTEN_ADDRESS` they are there
/// alone, and the public port says no more than a load balancer needs.
struct OperationsRoutes {
  private let pool: PostgresPool
  private let readiness: Readiness
  private let hasOwnPort: Bool

  init(_ pool: PostgresPool, _ readiness: Readiness, hasOwnPort: Bool) {
    self.pool = pool
    self.readiness = readiness
    self.hasOwnPort = hasOwnPort
  }

  /// What is served beside the API.
  var onPublicPort: HTTPRoutes { hasOwnPort ? health(inDetail: false) : all }

  /// Everything.
  var all: HTTPRoutes {
    var routes = health(inDetail: true)
    let gauges = PoolGauges(pool)
    routes.handle("GET", "/metrics") { [readiness] _ in
      await gauges.update()
      await readiness.answer()
      return HTTPExchangeResponse(
        contentType: "text/plain; version=0.0.4",
        body: MetricsRegistry.process.prometheusText().utf8)
    }
    return routes
  }

  private func health(inDetail: Bool) -> HTTPRoutes {
    var routes = HTTPRoutes()
    routes.handle("GET", "/healthz") { _ in
      HTTPExchangeResponse(contentType: "text/plain", body: "ok\n".utf8)
    }
    routes.handle("GET", "/readyz") { [readiness] _ in
      await readiness.response(inDetail: inDetail)
    }
    return routes
  }
}

/// How busy the database's connections are, as metrics.
private struct PoolGauges: Sendable {
  private let pool: PostgresPool
  private let open = gauge("open")
  private let leased = gauge("leased")
  private let waiting = MetricsRegistry.process.gauge(
    "postgres_pool_waiting", help: "Callers that wait for a database connection.")

  init(_ pool: PostgresPool) { self.pool = pool }

  func update() async {
    let counts = await pool.counts()
    open.set(Int64(counts.open))
    leased.set(Int64(counts.leased))
    waiting.set(Int64(counts.waiting))
  }

  private static func gauge(_ state: String) -> Gauge {
    MetricsRegistry.process.gauge(
      "postgres_pool_connections", help: "Database connections, by state.",
      labels: ["state": state])
  }
}
