internal import EventLoop
internal import HTTP
internal import WebSocket

/// One request to open a WebSocket over HTTP/1.1, on its way to a decision.
struct WebSocketUpgrade: Sendable {
  enum Answer {
    case open(HTTPResponseHead, @Sendable (WebSocketChannel, EventLoop) -> Void)
    case refuse(HTTPResponseHead)
  }

  /// What the route's handler sees.
  let exchangeRequest: HTTPExchangeRequest

  init(
    request: HTTPRequestHead, parameters: [String: String], peer: String, requestID: String
  ) {
    let query = request.query.flatMap { try? FormItems(parsing: $0) } ?? FormItems()
    exchangeRequest = HTTPExchangeRequest(
      head: request, pathParameters: parameters, query: query, body: [], peer: peer,
      requestID: requestID)
  }

  /// The response to a decision; a handshake that is not right is refused whatever was decided.
  func answer(_ decision: WebSocketDecision) -> Answer {
    switch decision {
    case .reject(let status): return .refuse(HTTPResponseHead(status: status))
    case .accept(let subprotocol, let onOpen):
      do throws(WebSocketError) {
        let head = try WebSocketHandshake.answer(
          to: exchangeRequest.head, subprotocol: subprotocol)
        return .open(head, onOpen)
      } catch {
        var head = HTTPResponseHead(status: error.status)
        if error.status == .upgradeRequired { head.headers.add("sec-websocket-version", "13") }
        return .refuse(head)
      }
    }
  }
}
