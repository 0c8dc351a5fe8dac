import Buffers
import GRPC
import HTTP
import HTTP2
import RPCCore
import Testing

@testable import RPCServer

/// What pages of other origins get from each edge, over HTTP/2.
@Suite struct CORSOverSocketTests {
  private static let app = "https://app.example.in"
  private static let evil = "https://evil.example"
  private static let rest = "/v1/say"

  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var path = "/test.Say/Once"
    var method = "POST"
    var headers: HTTPHeaders = [:]
    var body: [UInt8] = []
    var http = "200"
  }

  private static func type(_ name: String) -> HTTPHeaders {
    ["content-type": "application/\(name)"]
  }

  /// One request for every kind of answer the server gives, good or bad.
  static let rows = [
    Row(testDescription: "REST", path: rest, headers: type("json"), body: Array("{}".utf8)),
    Row(
      testDescription: "REST, bad body", path: rest, headers: type("json"), body: Array("{".utf8),
      http: "400"),
    Row(
      testDescription: "REST, another type", path: rest, headers: type("xml"), body: [65],
      http: "415"),
    Row(testDescription: "REST, another verb", path: rest, method: "GET", http: "405"),
    Row(
      testDescription: "OPTIONS that is no preflight", path: rest, method: "OPTIONS", http: "204"),
    Row(testDescription: "no path", path: "/none", method: "GET", http: "404"),
    Row(testDescription: "Connect", headers: type("proto")),
    Row(testDescription: "Connect in JSON", headers: type("json"), body: Array("{}".utf8)),
    Row(
      testDescription: "Connect, an error", path: "/test.Echo/Fail", headers: type("proto"),
      http: "404"),
    Row(
      testDescription: "Connect, no method", path: "/test.Say/None", headers: type("proto"),
      http: "404"),
    Row(
      testDescription: "Connect, no time",
      headers: type("proto").adding("connect-timeout-ms", "0"), http: "504"),
    Row(testDescription: "Connect, another type", headers: type("xml"), http: "415"),
    Row(
      testDescription: "Connect GET", path: "/test.Echo/Read?encoding=proto&message=",
      method: "GET"),
    Row(
      testDescription: "Connect stream", path: "/test.Say/Stream", headers: type("connect+proto"),
      body: Envelope.frame([])),
    Row(
      testDescription: "Connect stream, an error", path: "/test.Say/None",
      headers: type("connect+proto")),
    Row(testDescription: "gRPC-Web", headers: type("grpc-web+proto"), body: Envelope.frame([])),
    Row(
      testDescription: "gRPC-Web, an error", path: "/test.Echo/Fail",
      headers: type("grpc-web+proto"), body: Envelope.frame([])),
    Row(
      testDescription: "gRPC-Web, no method", path: "/test.Say/None",
      headers: type("grpc-web+proto")),
    Row(
      testDescription: "gRPC-Web text", headers: type("grpc-web-text"),
      body: Array(Base64.encode(Envelope.frame([])).utf8)),
  ]

  private func run(
    _ grant: CORSPolicy.Grant = CORSPolicy.Grant(), _ body: (RawClient) throws -> Void
  ) async throws {
    let say = SayService()
    try await TestServer.run(
      cors: .origins([Self.app], grant), bindings: [SayService.binding],
      services: [say]
    ) { try body(try RawClient($0.address)) }
  }

  private func head(
    _ row: Row, from origin: String?, by client: RawClient
  ) throws -> HTTPHeaders {
    let headers = origin.map { row.headers.adding("origin", $0) } ?? row.headers
    let id = try client.open(row.path, method: row.method, headers)
    try client.session.submitData(id, row.body, endStream: true)
    return try #require(client.finish(id).heads.first)
  }

  @Test(arguments: rows)
  func `an answer names the origin that is granted, and no other`(row: Row) async throws {
    try await run { client in
      let granted = try head(row, from: Self.app, by: client)
      #expect(granted["http-status"] == row.http)
      #expect(granted["access-control-allow-origin"] == Self.app)
      #expect(granted["access-control-allow-credentials"] == nil)
      let exposed = granted.tokens("access-control-expose-headers")
      for name in [
        "grpc-status", "grpc-message", "grpc-status-details-bin", "etag", "x-request-id",
      ] {
        #expect(exposed.contains(Substring(name)))
      }
      for origin in [Self.evil, "null", nil] {
        let other = try head(row, from: origin, by: client)
        // It is answered as ever: the browser keeps it from the page.
        #expect(other["http-status"] == row.http)
        #expect(!other.contains { $0.name.hasPrefix("access-control-") })
        #expect(other.hasToken("vary", "origin"))
      }
      #expect(granted.hasToken("vary", "origin"))
    }
  }

  @Test(arguments: [rest, "/test.Say/Once", "/test.Say/Stream", "/test.Echo/Read", "/none"])
  func `a preflight is answered on every path before anything else is looked at`(
    path: String
  ) async throws {
    try await run { client in
      let asks: HTTPHeaders = [
        "access-control-request-method": "POST",
        "access-control-request-headers":
          "authorization,connect-protocol-version,content-type,x-grpc-web",
      ]
      let row = Row(testDescription: "", path: path, method: "OPTIONS", headers: asks)
      let granted = try head(row, from: Self.app, by: client)
      #expect(granted["http-status"] == "204")
      #expect(granted["access-control-allow-origin"] == Self.app)
      #expect(granted.tokens("access-control-allow-methods").contains("POST"))
      #expect(
        granted["access-control-allow-headers"]
          == "authorization, connect-protocol-version, content-type, x-grpc-web")
      let refused = try head(row, from: Self.evil, by: client)
      #expect(refused["http-status"] == "403")
      #expect(!refused.contains { $0.name.hasPrefix("access-control-") })
      for head in [granted, refused] {
        for name in ["origin", "access-control-request-method", "access-control-request-headers"] {
          #expect(head.hasToken("vary", name))
        }
      }
    }
  }

  @Test func `credentials are allowed where the grant says so, on answers and preflights`()
    async throws
  {
    var grant = CORSPolicy.Grant()
    grant.allowsCredentials = true
    try await run(grant) { client in
      for row in Self.rows {
        let head = try head(row, from: Self.app, by: client)
        #expect(head["access-control-allow-credentials"] == "true", "\(row)")
        // With credentials a wildcard would allow nothing.
        #expect(head["access-control-allow-origin"] == Self.app)
      }
      let asks: HTTPHeaders = ["access-control-request-method": "POST"]
      let preflight = Row(testDescription: "", method: "OPTIONS", headers: asks)
      let head = try head(preflight, from: Self.app, by: client)
      #expect(head["access-control-allow-credentials"] == "true")
    }
  }

  @Test(arguments: [
    (app, "200"), ("http://test", "200"), (evil, "403"), ("null", "403"),
    ("https://app.example.in.evil.example", "403"), ("http://test.evil.example", "403"),
  ])
  func `a WebSocket is opened for pages of its own origin and of granted ones`(
    origin: String, status: String
  ) async throws {
    try await run { client in
      let id = try client.open(
        "/test.Say/Stream", method: "CONNECT",
        [":protocol": "websocket", "sec-websocket-version": "13", "origin": origin])
      try client.run { !$0.answers[id]!.heads.isEmpty }
      #expect(client.answers[id]?.heads.first?["http-status"] == status)
    }
  }
}
