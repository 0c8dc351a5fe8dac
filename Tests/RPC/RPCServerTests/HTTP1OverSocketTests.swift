import EventLoop
import Glibc
import HTTP
import RPCCore
import Testing
import VoiceAPI

@testable import RPCServer

/// Plain routes over HTTP/1.1 on a real socket.
@Suite struct HTTP1OverSocketTests {
  private static var routes: HTTPRoutes {
    var routes = HTTPRoutes()
    routes.handle("GET", "/hello/{name}") { request in
      HTTPExchangeResponse(
        contentType: "text/plain", body: (request.pathParameters["name"] ?? "").utf8)
    }
    routes.handle("POST", "/size") { request in
      HTTPExchangeResponse(contentType: "text/plain", body: "\(request.body.count)".utf8)
    }
    routes.handle("GET", "/broken") { _ in throw RPCError(.unavailable, "later") }
    routes.webSocket("/socket") { _ in .reject(.forbidden) }
    return routes
  }

  /// Sends `text`, ends its side, and gives everything the server answers.
  private func exchange(
    _ text: String, cors: CORSPolicy? = nil, limits: (inout ServerLimits) -> Void = { _ in }
  ) async throws -> String {
    var answer: [UInt8] = []
    try await TestServer.run(
      routes: Self.routes, cors: cors,
      bindings: [Payaid.Voice.V1.AnalyticsServiceBinding.binding], limits: limits
    ) { test in
      let fd = try RawClient.connect(test.address)
      defer { close(fd) }
      let bytes = Array(text.utf8)
      _ = send(fd, bytes, bytes.count, CInt(MSG_NOSIGNAL))
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while true {
        let count = read(fd, &buffer, buffer.count)
        guard count > 0 else { break }
        answer += buffer[..<count]
      }
    }
    return String(decoding: answer, as: UTF8.self)
  }

  @Test func `pipelined requests are answered in their order`() async throws {
    let answer = try await exchange(
      "GET /hello/one HTTP/1.1\r\nHost: a\r\n\r\nGET /nothing HTTP/1.1\r\nHost: a\r\n\r\n"
        + "GET /hello/t%20o HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    let statuses = answer.split(separator: "\r\n").filter { $0.contains("HTTP/1.1 ") }
    #expect(statuses.count == 3)
    #expect(answer.contains("one"))
    #expect(answer.contains("404 Not Found"))
    #expect(answer.hasSuffix("t o"))
  }

  @Test(arguments: [
    "GET /hello/a HTTP/1.1\r\nHost: a\r\n\r\n", "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /hello/a HTTP/1.1\r\n\r\n",
  ])
  func `an answer tells the time once, a refusal of what is no HTTP as well`(request: String)
    async throws
  {
    let before = Int(time(nil))
    let answer = try await exchange(request)
    let dates = answer.split(separator: "\r\n").filter { $0.hasPrefix("date: ") }
    let date = try #require(
      dates.first.flatMap { HTTPDate.secondsSince1970(String($0.dropFirst(6))) })
    #expect(dates.count == 1 && (before...Int(time(nil))).contains(date))
  }

  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let request: String
    let status: String
    var has: [String] = []
  }

  static let rows = [
    Row(
      testDescription: "HEAD", request: "HEAD /hello/abc HTTP/1.1\r\nHost: a\r\n", status: "200",
      has: ["content-length: 3"]),
    Row(
      testDescription: "a method that is not served",
      request: "DELETE /hello/abc HTTP/1.1\r\nHost: a\r\n", status: "405", has: ["allow: GET"]),
    Row(
      testDescription: "OPTIONS", request: "OPTIONS /size HTTP/1.1\r\nHost: a\r\n", status: "204",
      has: ["allow: POST"]),
    Row(
      testDescription: "a preflight",
      request: "OPTIONS /size HTTP/1.1\r\nHost: a\r\nOrigin: https://app.example.in\r\n"
        + "Access-Control-Request-Method: POST\r\n",
      status: "204",
      has: [
        "access-control-allow-origin: https://app.example.in", "access-control-allow-methods: ",
      ]),
    Row(
      testDescription: "a preflight of a stranger",
      request: "OPTIONS /size HTTP/1.1\r\nHost: a\r\nOrigin: https://evil.example\r\n"
        + "Access-Control-Request-Method: POST\r\n",
      status: "403", has: ["vary: origin"]),
    Row(
      testDescription: "an error, to a page of another origin",
      request: "GET /broken HTTP/1.1\r\nHost: a\r\nOrigin: https://app.example.in\r\n",
      status: "503", has: ["access-control-allow-origin: https://app.example.in", "vary: origin"]),
    Row(
      testDescription: "a method that is declared, of a service that is not there",
      request: "GET /api/v1/analytics/revenue HTTP/1.1\r\nHost: a\r\n", status: "501",
      has: ["UNIMPLEMENTED", "application/json"]),
    Row(
      testDescription: "a handler's error", request: "GET /broken HTTP/1.1\r\nHost: a\r\n",
      status: "503", has: ["UNAVAILABLE"]),
    Row(
      testDescription: "a WebSocket the route refuses",
      request: "GET /socket HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n", status: "403"),
    Row(
      testDescription: "a body over the limit",
      request: "POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n", status: "413",
      has: ["RESOURCE_EXHAUSTED"]),
    Row(
      testDescription: "a coding of the body that is not served",
      request: "POST /size HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n", status: "501",
      has: ["UNIMPLEMENTED"]),
    Row(
      testDescription: "another version", request: "GET /hello/a HTTP/1.2\r\nHost: a\r\n",
      status: "505", has: ["UNIMPLEMENTED"]),
    Row(testDescription: "no host", request: "GET /hello/a HTTP/1.1\r\n", status: "400"),
    Row(
      testDescription: "no HTTP", request: "BAD\r\n", status: "400", has: ["INVALID_ARGUMENT"]),
    Row(
      testDescription: "two lengths",
      request: "POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n",
      status: "400"),
  ]

  @Test(arguments: rows)
  func `a request gets the status of its fault`(row: Row) async throws {
    let answer = try await exchange(
      row.request + "Connection: close\r\n\r\n", cors: .origins(["https://app.example.in"]),
      limits: { $0.bodySize = 100 })
    #expect(answer.hasPrefix("HTTP/1.1 \(row.status) "), "\(answer)")
    for text in row.has { #expect(answer.contains(text)) }
  }

  @Test func `security headers are added where an answer has none of its own`() {
    var plain: HTTPHeaders = ["content-type": "text/plain"]
    SecurityHeaders(overTLS: false).complete(&plain)
    #expect(plain["x-content-type-options"] == "nosniff")
    #expect(plain["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'")
    #expect(!plain.contains("strict-transport-security"))
    var page: HTTPHeaders = [
      "content-security-policy": "default-src 'self'", "cache-control": "public",
    ]
    SecurityHeaders(overTLS: true).complete(&page)
    #expect(page.all("content-security-policy") == ["default-src 'self'"])
    #expect(page.all("cache-control") == ["public"])
    #expect(page["strict-transport-security"] == "max-age=31536000; includeSubDomains")
  }

  @Test func `a fault behind a good request is answered too`() async throws {
    let answer = try await exchange("GET /hello/one HTTP/1.1\r\nHost: a\r\n\r\nBAD\r\n\r\n")
    #expect(answer.contains("200 OK"))
    #expect(answer.contains("400 Bad Request"))
  }

  @Test func `a body may come in chunks, and 100 Continue is said when it is waited for`()
    async throws
  {
    let answer = try await exchange(
      "POST /size HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n"
        + "Connection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"))
    #expect(answer.hasSuffix("\r\n\r\n5"))
  }
}
