import HTTP
import Testing
import WebSocket

@Suite struct WebSocketHandshakeTests {
  static let head = HTTPRequestHead(
    method: "GET", target: "/", authority: "a",
    headers: [
      "Upgrade": "WebSocket", "Connection": "keep-alive, Upgrade", "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol": "a, b",
    ])

  @Test func `the sample of the rfc is answered as the rfc says`() throws {
    let answer = try WebSocketHandshake.answer(to: Self.head, subprotocol: "b")
    #expect(answer.status == .switchingProtocols)
    #expect(answer.headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    #expect(answer.headers["sec-websocket-protocol"] == "b")
    #expect(
      !(try WebSocketHandshake.answer(to: Self.head, subprotocol: "c")).headers
        .contains("sec-websocket-protocol"))
  }

  @Test(
    arguments: [
      ("upgrade", nil, 400), ("connection", "close", 400), ("sec-websocket-version", "8", 426),
      ("sec-websocket-version", nil, 426), ("sec-websocket-key", nil, 400),
      ("sec-websocket-key", "short", 400), ("sec-websocket-key", "!!!!IHNhbXBsZSBub25jZQ==", 400),
    ] as [(String, String?, Int)])
  func `a request that breaks the handshake is refused`(name: String, value: String?, status: Int) {
    var head = Self.head
    head.headers[name] = value
    let error = #expect(throws: WebSocketError.self) { try WebSocketHandshake.answer(to: head) }
    #expect(error?.status.rawValue == status)
  }

  @Test func `only a get may upgrade and a key comes once`() {
    var post = Self.head
    post.method = "POST"
    #expect(throws: WebSocketError.self) { try WebSocketHandshake.answer(to: post) }
    var twice = Self.head
    twice.headers.add("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
    #expect(throws: WebSocketError.self) { try WebSocketHandshake.answer(to: twice) }
  }

  @Test func `both sides agree`() throws {
    let url = try URLParts("wss://host:1/p?q")
    let request = WebSocketHandshake.request(
      url: url, headers: ["x": "y"], subprotocols: ["a", "b"])
    #expect(request.head.target == "/p?q")
    #expect(request.head.authority == "host:1")
    let answer = try WebSocketHandshake.answer(to: request.head, subprotocol: "a")
    #expect(try WebSocketHandshake.check(answer, for: request) == "a")
  }

  @Test(
    arguments: [
      ("sec-websocket-accept", "x"), ("sec-websocket-accept", nil), ("upgrade", nil),
      ("connection", nil), ("sec-websocket-protocol", "z"),
      ("sec-websocket-extensions", "permessage-deflate"),
    ] as [(String, String?)])
  func `an answer that does not fit is refused`(name: String, value: String?) throws {
    let request = WebSocketHandshake.request(url: try URLParts("ws://a/"), subprotocols: ["a"])
    var answer = try WebSocketHandshake.answer(to: request.head)
    answer.headers[name] = value
    #expect(throws: WebSocketError.self) { try WebSocketHandshake.check(answer, for: request) }
    #expect(throws: WebSocketError.self) {
      try WebSocketHandshake.check(HTTPResponseHead(status: .forbidden), for: request)
    }
  }
}
