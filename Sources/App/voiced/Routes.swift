internal import Audio
internal import Calls
internal import EventLoop
internal import HTTP
internal import Postgres
internal import RPCServer
internal import Services
internal import Speech
internal import Telemetry
internal import Vendors
internal import WebSocket

/// What is served besides the services: health, metrics, and the carrier's audio.
enum Routes {
  static func make(_ product: Product, _ pool: PostgresPool) -> HTTPRoutes {
    var routes = HTTPRoutes()
    routes.handle("GET", "/healthz") { _ in text("ok\n") }
    routes.handle("GET", "/readyz") { _ in await readiness(pool) }
    routes.handle("GET", "/metrics") { _ in
      HTTPExchangeResponse(
        contentType: "text/plain; version=0.0.4",
        body: MetricsRegistry.process.prometheusText().utf8)
    }
    routes.handle("GET", "/openapi.json") { _ in
      HTTPExchangeResponse(contentType: "application/json", body: OpenAPIDocument.json.utf8)
    }
    routes.webSocket(StreamToken.pathTemplate) { request in
      await agentStream(request, product.runner)
    }
    return routes
  }

  private static func text(_ text: String, status: HTTPStatus = .ok) -> HTTPExchangeResponse {
    HTTPExchangeResponse(status: status, contentType: "text/plain", body: text.utf8)
  }

  /// Whether the server can do its work now: it needs its database.
  private static func readiness(_ pool: PostgresPool) async -> HTTPExchangeResponse {
    do {
      _ = try await pool.query("SELECT 1 AS one", timeout: .seconds(2))
      return text("ready\n")
    } catch {
      return text("the database does not answer\n", status: .serviceUnavailable)
    }
  }

  /// Lets in the carrier's audio of a call that was dialled, once.
  private static func agentStream(
    _ request: HTTPExchangeRequest, _ runner: CallRunner
  ) async -> WebSocketDecision {
    do {
      let claimed = try await runner.claim(
        callID: request.pathParameters["call_id"] ?? "",
        token: request.pathParameters["token"] ?? "")
      return .accept { channel, loop in
        let leg = LoopBound<any CarrierLeg>(
          AgentStreamLeg(channel: channel, loop: loop, rate: .wideband), loop: loop)
        Task(executorPreference: loop) { await runner.run(claimed, leg: leg) }
      }
    } catch let refusal as ClaimRefusal {
      switch refusal {
      case .unauthenticated: return .reject(.unauthorized)
      case .notFound: return .reject(.notFound)
      case .notWaiting: return .reject(.conflict)
      }
    } catch {
      Log("voiced").error("a stream could not be let in", ["error": "\(error)"])
      return .reject(.serviceUnavailable)
    }
  }
}
