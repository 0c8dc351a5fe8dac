internal import Audio
internal import Calls
internal import Compliance
internal import Dashboard
internal import EventLoop
internal import HTTP
internal import Limits
internal import RPCServer
internal import Speech
internal import Telemetry
internal import Vendors
internal import VoiceAPI
internal import WebSocket

/// What is served besides the services: what operators read, the dashboard, pages of consent
/// forms, and the carrier's audio.
enum Routes {
  static func make(
    _ product: Product, _ operations: OperationsRoutes, _ limits: AccessLimits,
    _ dashboard: StaticSite?
  ) -> HTTPRoutes {
    var routes = operations.onPublicPort
    if let dashboard { routes.serve(dashboard) }
    let document = SiteFile(path: "openapi.json", bytes: Array(OpenAPIDocument.json.utf8))
    routes.handle("GET", "/openapi.json") { request in
      document.answer(to: request.head.headers, cacheControl: "no-cache")
    }
    for method in ["GET", "POST"] {
      routes.handle(method, ExotelSwitchboard.pathTemplate) { await incomingCall($0, product) }
    }
    for method in ["GET", "POST"] {
      routes.handle(method, ConsentLinks.pathTemplate) { await consentForm($0, product, limits) }
    }
    routes.webSocket(StreamToken.pathTemplate) { request in
      await agentStream(request, product.runner)
    }
    return routes
  }

  /// Answers whoever opens the link of a consent form.
  private static func consentForm(
    _ request: HTTPExchangeRequest, _ product: Product, _ limits: AccessLimits
  ) async -> HTTPExchangeResponse {
    let address = product.addresses.customer(
      of: request.peer, forwarded: request.head.headers.all("x-forwarded-for"))
    let reply: ConsentReply
    if let wait = await limits.visit(from: address) {
      reply = .busy(wait: wait)
    } else {
      reply = await product.consentDesk.reply(
        to: ConsentVisit(
          isAnswer: request.head.method == "POST",
          token: request.pathParameters["token"] ?? "", language: request.query["language"],
          headers: request.head.headers, body: request.body, network: address?.network))
    }
    return HTTPExchangeResponse(status: reply.status, headers: reply.headers, body: reply.body)
  }

  /// Tells the carrier where to bring the media of a call to an agent's number.
  private static func incomingCall(
    _ request: HTTPExchangeRequest, _ product: Product
  ) async -> HTTPExchangeResponse {
    do {
      let call = try product.switchboard.verify(
        CarrierCallbackRequest(
          query: Dictionary(request.query.items.map { ($0.name, $0.value) }) { $1 },
          headers: ["content-type": request.head.headers["content-type"] ?? ""],
          body: request.body),
        token: request.pathParameters["token"] ?? "")
      let url = try await product.incoming.take(call)
      return HTTPExchangeResponse(
        contentType: "application/json", body: product.switchboard.answer(streamURL: url))
    } catch let refusal as CarrierCallbackRefusal {
      switch refusal {
      case .unauthenticated: return HTTPExchangeResponse(status: .unauthorized)
      case .tooLarge: return HTTPExchangeResponse(status: .contentTooLarge)
      case .malformed(let what):
        return HTTPExchangeResponse(
          status: .badRequest, contentType: "text/plain", body: (what + "\n").utf8)
      }
    } catch let refusal as IncomingCalls.Refusal {
      Log("calls").info("an incoming call was not taken", ["reason": "\(refusal.rawValue)"])
      return HTTPExchangeResponse(status: refusal.status)
    } catch {
      Log("calls").error("an incoming call could not be taken", ["error": "\(error)"])
      return HTTPExchangeResponse(status: .serviceUnavailable)
    }
  }

  /// Lets in the carrier's audio of a call that was dialled or announced. The stream that begins first
  /// gets it: the carrier opens a second one when our answer to the first was lost.
  private static func agentStream(
    _ request: HTTPExchangeRequest, _ runner: CallRunner
  ) async -> WebSocketDecision {
    do {
      let id = try await runner.admit(
        callID: request.pathParameters["call_id"] ?? "",
        token: request.pathParameters["token"] ?? "")
      return .accept { channel, loop in
        let stream = LoopBound(
          AgentStreamLeg(channel: channel, loop: loop, rate: .wideband), loop: loop)
        Task(executorPreference: loop) {
          switch await stream.value.open() {
          case .begun:
            await runner.answer(
              id, leg: LoopBound<any CarrierLeg>(stream.value, loop: loop))
          case .lost: await runner.expectAnother(of: id, on: loop)
          }
        }
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

extension IncomingCalls.Refusal {
  fileprivate var status: HTTPStatus {
    switch self {
    case .noAgent, .needsValues: .notFound
    case .blocked: .forbidden
    case .over: .conflict
    case .draining: .serviceUnavailable
    }
  }
}
