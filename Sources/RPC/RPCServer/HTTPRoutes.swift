package import EventLoop
public import HTTP
package import WebSocket

/// A request to a plain route, with its whole body.
public struct HTTPExchangeRequest: Sendable {
  /// The request before its body.
  public let head: HTTPRequestHead
  /// What the `{name}` segments of the route's template matched, decoded.
  public let pathParameters: [String: String]
  /// The query string, decoded, in order.
  public let query: FormItems
  /// Empty for a WebSocket route.
  public let body: [UInt8]
  /// The client's address. Personal data: not for logs.
  public let peer: String
  /// Names the request in logs, and in the `x-request-id` of its answer.
  public let requestID: String
}

/// The answer of a plain route.
public struct HTTPExchangeResponse: Sendable {
  /// Writes a body and returns when it is whole; what it throws cuts the answer off where it is.
  public typealias BodyWriting = @Sendable (HTTPBodyWriter) async throws -> Void

  /// The status code.
  public var status: HTTPStatus
  /// `content-length` is added by the server to a whole body.
  public var headers: HTTPHeaders
  /// The whole body.
  public var body: [UInt8]
  /// Sends the body in pieces, in place of `body`; the status is one that has a body.
  public var writing: BodyWriting?

  /// An answer of these parts.
  public init(status: HTTPStatus = .ok, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// An answer with a body of one media type.
  public init(status: HTTPStatus = .ok, contentType: String, body: some Sequence<UInt8>) {
    self.init(status: status, headers: ["content-type": contentType], body: Array(body))
  }

  /// An answer with a body of one media type that `writing` sends in pieces, on the connection's
  /// loop, after the head. It is cancelled when the client goes or the server stops.
  public init(
    status: HTTPStatus = .ok, contentType: String, writing: @escaping BodyWriting
  ) {
    self.init(status: status, headers: ["content-type": contentType])
    self.writing = writing
  }
}

/// Whether a WebSocket may be opened.
package enum WebSocketDecision: Sendable {
  /// Opens it; `onOpen` runs on the connection's loop before the first message is delivered, and
  /// sets the channel's callbacks.
  case accept(
    subprotocol: String? = nil, onOpen: @Sendable (WebSocketChannel, EventLoop) -> Void)
  /// Answers the upgrade request with this status and no body.
  case reject(HTTPStatus)
}

/// HTTP requests that are neither gRPC nor transcoded: health pages, callbacks, files, WebSockets.
///
/// A template is literal segments and `{name}`; a last segment `{name=**}` takes the rest of the
/// path. Literals win over parameters. Two routes of the same method and shape are our bug and trap.
public struct HTTPRoutes: Sendable {
  /// Answers one request; what it throws becomes a 500, an `RPCError` the status of its code.
  public typealias Handler = @Sendable (HTTPExchangeRequest) async throws -> HTTPExchangeResponse
  package typealias WebSocketHandler =
    @Sendable (HTTPExchangeRequest) async -> WebSocketDecision

  private(set) var plain = RouteTable<[String: Handler]>()
  private(set) var webSockets = RouteTable<WebSocketHandler>()

  /// No routes.
  public init() {}

  /// Serves `method` (upper-case) on paths that match `template`. A GET route answers HEAD too.
  public mutating func handle(
    _ method: String, _ template: String, _ handler: @escaping Handler
  ) {
    plain.update(template) { handlers in
      var handlers = handlers ?? [:]
      precondition(handlers[method] == nil, "our bug: two routes for \(method) \(template)")
      handlers[method] = handler
      return handlers
    }
  }

  /// Opens WebSockets on paths that match `template`.
  package mutating func webSocket(
    _ template: String, _ accept: @escaping WebSocketHandler
  ) {
    webSockets.update(template) { old in
      precondition(old == nil, "our bug: two WebSocket routes for \(template)")
      return accept
    }
  }
}
