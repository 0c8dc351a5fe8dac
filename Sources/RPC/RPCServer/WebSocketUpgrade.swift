internal import HTTP
internal import RPCCore
internal import Transcoding
internal import WebSocket

/// One request to open a WebSocket, over HTTP/1.1 or on a stream of HTTP/2, on its way to a decision.
struct WebSocketUpgrade: Sendable {
  enum Decision {
    /// Nothing here opens WebSockets: the request is answered like any other.
    case none
    /// A route's own code decides; give its verdict to `answer`.
    case ask(HTTPRoutes.WebSocketHandler, HTTPExchangeRequest)
    case answer(Answer)
  }

  enum Answer {
    case open(HTTPResponseHead, WebSocketUser)
    case refuse(HTTPExchangeResponse)
  }

  /// The request; its method is GET, also for an extended CONNECT.
  let head: HTTPRequestHead
  /// Whether it is an extended CONNECT (RFC 8441), which has a handshake of its own.
  let isExtendedConnect: Bool
  let peer: String

  func decide(_ server: LoopServer) -> Decision {
    if let (handler, parameters) = server.routes.webSockets.find(head) {
      let query = head.query.flatMap { try? FormItems(parsing: $0) } ?? FormItems()
      let request = HTTPExchangeRequest(
        head: head, pathParameters: parameters, query: query, body: [], peer: peer,
        requestID: server.nextRequestID().description)
      return .ask(handler, request)
    }
    guard head.method == "GET" else { return .none }
    switch server.rest.matchStream(target: head.target, headers: head.headers) {
    case .notFound, .methodNotAllowed: return .none
    case .failed(let failure): return .answer(refusal(server.rest.failure(failure)))
    case .call(let transcoded): return .answer(open(transcoded, server))
    }
  }

  /// The answer to a route's verdict; a handshake that is not right is refused whatever it was.
  func answer(_ decision: WebSocketDecision) -> Answer {
    switch decision {
    case .reject(let status): .refuse(HTTPExchangeResponse(status: status))
    case .accept(let subprotocol, let onOpen): accept(subprotocol, .route(onOpen))
    }
  }

  // MARK: Calls

  private func open(_ transcoded: TranscodedCall, _ server: LoopServer) -> Answer {
    do throws(RESTFailure) {
      guard let entry = server.methods.find(transcoded.method.path) else {
        throw RESTFailure(RPCError(.unimplemented, "this server does not serve the method"))
      }
      guard isOwnOrigin || server.cors?.grant(for: head) != nil else {
        throw RESTFailure(RPCError(.permissionDenied, "pages of this origin may not call"))
      }
      let offer = try WebSocketOffer(head)
      let context = RPCContext(
        method: entry.descriptor, metadata: RESTEdge.metadata(offer.headers),
        deadline: try RESTEdge.timeout(offer.headers).map { Deadline($0) }, peer: peer,
        id: server.nextRequestID())
      return accept(
        offer.subprotocol,
        .call(
          WebSocketUser.Call(
            server: server, entry: entry, transcoded: transcoded, context: context,
            wantsBinary: offer.wantsBinary)))
    } catch {
      return refusal(server.rest.failure(error))
    }
  }

  /// Browsers let every page open WebSockets, so what the CORS protocol guards elsewhere is guarded
  /// here: a page of another origin needs a grant.
  private var isOwnOrigin: Bool {
    guard let origin = head.headers["origin"] else { return true }
    let parts = origin.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count == 3 && parts[2].lowercased() == head.authority.lowercased()
  }

  private func accept(_ subprotocol: String?, _ user: WebSocketUser) -> Answer {
    do throws(WebSocketError) {
      let answer =
        isExtendedConnect
        ? try WebSocketHandshake.answer(toConnect: head, subprotocol: subprotocol)
        : try WebSocketHandshake.answer(to: head, subprotocol: subprotocol)
      return .open(answer, user)
    } catch {
      var response = HTTPExchangeResponse(status: error.status)
      if error.status == .upgradeRequired { response.headers.add("sec-websocket-version", "13") }
      return .refuse(response)
    }
  }

  private func refusal(_ answer: RESTResponse) -> Answer {
    .refuse(HTTPExchangeResponse(answer))
  }
}
