import GRPC
import HTTP
import HTTP2
import RPCCore
import Testing

@testable import RPCServer

/// gRPC-Web and Connect over HTTP/2 and HTTP/1.1 on a real socket.
@Suite struct EdgesOverSocketTests {
  static let web: HTTPHeaders = ["content-type": "application/grpc-web+proto"]
  static let stream: HTTPHeaders = ["content-type": "application/connect+proto"]
  static let unary: HTTPHeaders = ["content-type": "application/proto"]
  /// Takes a message, where the methods of `test.Echo` take any bytes.
  static let health = "/grpc.health.v1.Health/Check"

  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var path = "/test.Echo/Unary"
    var method = "POST"
    let headers: HTTPHeaders
    var body: [UInt8] = []
    var http = "200"
    /// What the head or the body says of the outcome.
    var says = ""
  }

  static let rows =
    [
      Row(
        testDescription: "web unary", headers: web, body: Envelope.frame([65]),
        says: "grpc-status: 0"),
      Row(
        testDescription: "web text", headers: ["content-type": "application/grpc-web-text"],
        body: Array("AAAAAAFB".utf8), says: "AAAAAAFB"),
      Row(
        testDescription: "web bad base64",
        headers: ["content-type": "application/grpc-web-text"], body: Array("!!!!".utf8),
        says: "grpc-status: 13"),
      Row(
        testDescription: "web error", path: "/test.Echo/Fail", headers: web,
        body: Envelope.frame([]), says: "grpc-message: nothing%0Ahere"),
      Row(testDescription: "web no message", headers: web, says: "grpc-status: 12"),
      Row(
        testDescription: "web two messages", headers: web,
        body: Envelope.frame([1]) + Envelope.frame([2]), says: "grpc-status: 12"),
      Row(
        testDescription: "web cut", headers: web, body: [0, 0, 0, 0, 9, 1],
        says: "grpc-status: 13"),
      Row(
        testDescription: "web oversize", headers: web, body: [0, 255, 255, 255, 255],
        says: "grpc-status: 8"),
      Row(
        testDescription: "web message that does not parse", path: health, headers: web,
        body: Envelope.frame([255]), says: "grpc-status: 13"),
      Row(
        testDescription: "web trailers from a client", headers: web, body: [128, 0, 0, 0, 0],
        says: "grpc-status: 13"),
      Row(
        testDescription: "web unknown method", path: "/test.Echo/None", headers: web,
        says: "grpc-status: 12"),
      Row(
        testDescription: "web bad timeout", headers: web.adding("grpc-timeout", "5"),
        says: "grpc-status: 13"),
      Row(
        testDescription: "web no time", headers: web.adding("grpc-timeout", "0n"),
        says: "grpc-status: 4"),
      Row(
        testDescription: "web unknown coding", headers: web.adding("grpc-encoding", "br"),
        says: "grpc-accept-encoding: identity,gzip,deflate"),
      Row(testDescription: "web GET", method: "GET", headers: web, http: "405"),
      Row(
        testDescription: "web unknown codec",
        headers: ["content-type": "application/grpc-web+thrift"], http: "415"),
    ] + connect

  static let connect = [
    Row(testDescription: "unary", headers: unary, body: [65, 66], says: "AB"),
    Row(
      testDescription: "unary error", path: "/test.Echo/Fail", headers: unary, http: "404",
      says: #"{"code":"not_found","message":"nothing\nhere"}"#),
    Row(
      testDescription: "unary unknown method", path: "/test.Echo/None", headers: unary,
      http: "404", says: #""code":"unimplemented""#),
    Row(
      testDescription: "unary unknown coding", headers: unary.adding("content-encoding", "br"),
      http: "501", says: "supported: gzip"),
    Row(
      testDescription: "unary broken gzip", headers: unary.adding("content-encoding", "gzip"),
      body: [1], http: "400", says: "invalid_argument"),
    Row(
      testDescription: "unary message that does not parse", path: health, headers: unary,
      body: [255], http: "400", says: #""code":"invalid_argument""#),
    Row(
      testDescription: "unary bad timeout", headers: unary.adding("connect-timeout-ms", "x"),
      http: "400", says: "invalid_argument"),
    Row(
      testDescription: "unary no time", headers: unary.adding("connect-timeout-ms", "0"),
      http: "504", says: "deadline_exceeded"),
    Row(
      testDescription: "unary wrong version",
      headers: unary.adding("connect-protocol-version", "2"),
      http: "400", says: "invalid_argument"),
    Row(
      testDescription: "unary on a stream", path: "/test.Echo/Chat", headers: unary, http: "415"),
    Row(
      testDescription: "GET",
      path: "/test.Echo/Read?connect=v1&encoding=proto&base64=1&message=QUI",
      method: "GET", headers: ["x-sent": "x"], says: "AB"),
    Row(
      testDescription: "GET with side effects", path: "/test.Echo/Unary?encoding=proto&message=",
      method: "GET", headers: [:], http: "405", says: "allow: POST"),
    Row(
      testDescription: "GET without a message", path: "/test.Echo/Read", method: "GET",
      headers: [:], http: "405", says: "allow: GET, HEAD, POST"),
    Row(
      testDescription: "GET of no base64",
      path: "/test.Echo/Read?encoding=proto&base64=1&message=!", method: "GET", headers: [:],
      http: "400", says: "invalid_argument"),
    Row(
      testDescription: "stream", path: "/test.Echo/Chat", headers: stream,
      body: Envelope.frame([65]) + Envelope.frame([66]), says: "{}"),
    Row(
      testDescription: "stream of a unary method", headers: stream, body: Envelope.frame([65]),
      http: "415"),
    Row(
      testDescription: "gRPC of an unknown codec", path: "/test.Echo/Chat",
      headers: ["content-type": "application/grpc+json"], http: "415", says: "accept-post: "),
    Row(
      testDescription: "stream cut", path: "/test.Echo/Chat", headers: stream, body: [0, 0],
      says: #""code":"invalid_argument""#),
    Row(
      testDescription: "stream data after its end", path: "/test.Echo/Chat", headers: stream,
      body: [2, 0, 0, 0, 0, 0, 0, 0, 0, 0], says: #""code":"invalid_argument""#),
    Row(
      testDescription: "stream message that does not parse", path: "/grpc.health.v1.Health/Watch",
      headers: stream, body: Envelope.frame([255]), says: #""code":"invalid_argument""#),
    Row(
      testDescription: "stream oversize", path: "/test.Echo/Chat", headers: stream,
      body: [0, 255, 255, 255, 255], says: #""code":"resource_exhausted""#),
    Row(
      testDescription: "stream unknown method", path: "/test.Echo/None", headers: stream,
      says: #""code":"unimplemented""#),
    Row(
      testDescription: "stream unknown coding", path: "/test.Echo/Chat",
      headers: stream.adding("connect-content-encoding", "br"),
      says: #""code":"unimplemented""#),
    Row(
      testDescription: "stream no time", path: "/test.Echo/Chat",
      headers: stream.adding("connect-timeout-ms", "0"), says: #""code":"deadline_exceeded""#),
    Row(testDescription: "another content type", headers: ["content-type": "a/b"], http: "415"),
  ]

  @Test(arguments: rows)
  func `a request over HTTP 2 gets what it deserves`(row: Row) async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let id = try client.open(row.path, method: row.method, row.headers)
      try client.session.submitData(id, row.body, endStream: true)
      let answer = try client.finish(id)
      let head = answer.heads.first ?? [:]
      #expect(head["http-status"] == row.http)
      let text =
        head.map { "\($0.name): \($0.value)\n" }.joined()
        + String(decoding: answer.body, as: UTF8.self)
      #expect(row.says.isEmpty || text.contains(row.says), "\(text)")
    }
  }

  @Test(arguments: rows)
  func `a request over HTTP 1 gets the same`(row: Row) async throws {
    try await TestServer.run { test in
      let fields = row.headers.map { "\($0.name): \($0.value)\r\n" }.joined()
      let text = try RawClient.exchange(
        test.address,
        Array(
          ("\(row.method) \(row.path) HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\(fields)"
            + "content-length: \(row.body.count)\r\n\r\n").utf8) + row.body)
      #expect(text.hasPrefix("HTTP/1.1 \(row.http) "), "\(text)")
      #expect(row.says.isEmpty || text.contains(row.says), "\(text)")
    }
  }

  @Test func `metadata and trailers of a unary call are headers`() async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let id = try client.open("/test.Echo/Read", Self.unary.adding("x-sent", "x"), end: true)
      let head = try client.finish(id).heads[0]
      #expect(head["x-initial"] == "x")
      #expect(head["trailer-x-trailer"] == "1")
      #expect(head["content-type"] == "application/proto")
    }
  }

  @Test(arguments: [Self.web, Self.stream])
  func `messages both ways at once over HTTP 2`(headers: HTTPHeaders) async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let id = try client.open("/test.Echo/Chat", headers)
      for number in UInt8(1)...3 {
        try client.session.submitData(id, Envelope.frame([number]))
        try client.run { $0.answers[id]!.body.count == 6 * Int(number) }
      }
      try client.session.submitData(id, [UInt8](), endStream: true)
      let answer = try client.finish(id)
      #expect(answer.body.prefix(18) == (1...3).flatMap { Envelope.frame([$0]) }[...])
    }
  }

  @Test(arguments: [Self.web, Self.stream])
  func `a client that has gone ends its call`(headers: HTTPHeaders) async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address, window: 20_000)
      let id = try client.open("/test.Echo/Flood", headers)
      try client.session.submitData(id, Envelope.frame([]), endStream: true)
      try client.run { $0.answers[id]!.body.count >= 20_000 }
      #expect(client.answers[id]!.body.count == 20_000)
      client.session.resetStream(id, .cancel)
      try client.flush()
      #expect(await test.endings.next() == .cancelled)
    }
  }

  @Test(arguments: [
    Self.web.adding("grpc-timeout", "30m"), Self.stream.adding("connect-timeout-ms", "30"),
  ])
  func `a deadline ends a silent call`(headers: HTTPHeaders) async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let id = try client.open("/test.Echo/Silent", headers)
      _ = try client.answer(on: id)
      #expect(await test.endings.next() == .deadlineExceeded)
    }
  }

  /// More than every buffer on the way, so that credit must come back.
  @Test(arguments: [Self.web, Self.stream])
  func `a long stream of requests over HTTP 1 is taken as its handler reads`(
    headers: HTTPHeaders
  ) async throws {
    try await TestServer.run { test in
      let body = (0..<40).flatMap { _ in Envelope.frame([UInt8](repeating: 1, count: 50_000)) }
      let fields = headers.map { "\($0.name): \($0.value)\r\n" }.joined()
      _ = try RawClient.exchange(
        test.address,
        Array(
          ("POST /test.Echo/Silent HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\(fields)"
            + "content-length: \(body.count)\r\n\r\n").utf8) + body)
      #expect(await test.endings.next() == .ok)
    }
  }
}
