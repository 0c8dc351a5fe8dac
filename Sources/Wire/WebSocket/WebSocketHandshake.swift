internal import Buffers
package import HTTP
internal import TLS

/// The opening handshake (RFC 6455, 4) for both sides, without I/O.
package enum WebSocketHandshake {
  /// What a client sends and later checks the answer against.
  package struct Request: Sendable {
    package let head: HTTPRequestHead
    let key: String
    let subprotocols: [String]
  }

  /// The value of Sec-WebSocket-Accept for a client's key.
  package static func acceptValue(forKey key: String) -> String {
    Base64.encode(Digest.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))
  }

  /// Whether a request asks for a WebSocket at all; `answer(to:)` then checks the rest.
  package static func isUpgrade(_ head: HTTPRequestHead) -> Bool {
    head.headers.hasToken("upgrade", "websocket")
  }

  /// The 101 answer to a client's request, with `subprotocol` when the client offered it.
  ///
  /// Throws with the status to answer: 400, 405, or 426 for another version.
  package static func answer(
    to head: HTTPRequestHead, subprotocol: String? = nil
  ) throws(WebSocketError) -> HTTPResponseHead {
    guard head.method == "GET" else {
      throw WebSocketError(.handshake, .methodNotAllowed, "websocket request is not a get")
    }
    guard isUpgrade(head), head.headers.hasToken("connection", "upgrade") else {
      throw WebSocketError(.handshake, .badRequest, "websocket request lacks upgrade or connection")
    }
    try checkVersion(head)
    let keys = head.headers.all("sec-websocket-key")
    guard keys.count == 1, let nonce = Base64.decode(keys[0]), nonce.count == 16 else {
      throw WebSocketError(.handshake, .badRequest, "sec-websocket-key is not 16 bytes in base64")
    }
    var response = HTTPResponseHead(
      status: .switchingProtocols,
      headers: [
        "upgrade": "websocket", "connection": "Upgrade",
        "sec-websocket-accept": acceptValue(forKey: keys[0]),
      ])
    if let subprotocol, offeredSubprotocols(head).contains(subprotocol) {
      response.headers.add("sec-websocket-protocol", subprotocol)
    }
    return response
  }

  /// The 200 answer to an extended CONNECT of HTTP/2 (RFC 8441), which has neither key nor upgrade.
  package static func answer(
    toConnect head: HTTPRequestHead, subprotocol: String? = nil
  ) throws(WebSocketError) -> HTTPResponseHead {
    try checkVersion(head)
    var response = HTTPResponseHead(status: .ok)
    if let subprotocol, offeredSubprotocols(head).contains(subprotocol) {
      response.headers.add("sec-websocket-protocol", subprotocol)
    }
    return response
  }

  /// Throws unless the request speaks version 13.
  private static func checkVersion(_ head: HTTPRequestHead) throws(WebSocketError) {
    guard head.headers.all("sec-websocket-version") == ["13"] else {
      throw WebSocketError(.handshake, .upgradeRequired, "sec-websocket-version is not 13")
    }
  }

  /// The subprotocols a client offers, in its order.
  package static func offeredSubprotocols(_ head: HTTPRequestHead) -> [String] {
    head.headers.tokens("sec-websocket-protocol").map(String.init)
  }

  /// A client's request for `url` (ws or wss), with `headers` of its own.
  package static func request(
    url: URLParts, headers: HTTPHeaders = HTTPHeaders(), subprotocols: [String] = []
  ) -> Request {
    let key = Base64.encode(RandomBytes.generate(16))
    var all = headers
    all.replace("upgrade", with: "websocket")
    all.replace("connection", with: "Upgrade")
    all.replace("sec-websocket-key", with: key)
    all.replace("sec-websocket-version", with: "13")
    if !subprotocols.isEmpty {
      all.replace("sec-websocket-protocol", with: subprotocols.joined(separator: ", "))
    }
    let head = HTTPRequestHead(
      method: "GET", target: url.target, scheme: url.scheme, authority: url.authority,
      headers: all)
    return Request(head: head, key: key, subprotocols: subprotocols)
  }

  /// The subprotocol the server chose; throws unless its answer accepts `request` by the rules.
  package static func check(
    _ response: HTTPResponseHead, for request: Request
  ) throws(WebSocketError) -> String? {
    guard response.status == .switchingProtocols else {
      throw WebSocketError(
        .refused, response.status, "server answered \(response.status) to a websocket request")
    }
    let headers = response.headers
    guard headers.hasToken("upgrade", "websocket"), headers.hasToken("connection", "upgrade"),
      headers.all("sec-websocket-accept") == [acceptValue(forKey: request.key)]
    else { throw WebSocketError(.handshake, .badGateway, "server's websocket answer does not fit") }
    guard !headers.contains("sec-websocket-extensions") else {
      throw WebSocketError(.handshake, .badGateway, "server chose an extension nobody offered")
    }
    guard let chosen = headers["sec-websocket-protocol"] else { return nil }
    guard request.subprotocols.contains(chosen) else {
      throw WebSocketError(.handshake, .badGateway, "server chose a subprotocol nobody offered")
    }
    return chosen
  }
}
