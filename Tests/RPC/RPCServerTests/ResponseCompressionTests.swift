import GRPC
import HTTP
import HTTP2
import RPCCore
import Testing

@testable import RPCServer

/// What a handler says of compression, and what a client accepts, on every edge.
@Suite struct ResponseCompressionTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String { "\(path) \(headers.map { $0.value }) \(wish ?? "unset")" }
    let path: String
    let headers: HTTPHeaders
    /// What the handler says: `yes`, `no`, nothing.
    let wish: String?
    /// The head's coding, in whichever field this edge has for it.
    let coding: String?
    /// The flag of the first message, where there are envelopes.
    var flag: UInt8?
  }

  private static let unary: HTTPHeaders = ["content-type": "application/proto"]
  private static let json: HTTPHeaders = ["content-type": "application/json"]
  private static let stream: HTTPHeaders = ["content-type": "application/connect+proto"]
  private static let web: HTTPHeaders = ["content-type": "application/grpc-web+proto"]

  private static func connect(_ headers: HTTPHeaders, _ accept: String?) -> HTTPHeaders {
    accept.map { headers.adding("accept-encoding", $0) } ?? headers
  }

  static let rows: [Row] =
    [("yes", "gzip"), (nil, "gzip"), ("no", nil)].flatMap { wish, coding in
      [
        Row(path: SayService.unary, headers: connect(unary, "gzip"), wish: wish, coding: coding),
        Row(path: SayService.unary, headers: connect(json, "gzip"), wish: wish, coding: coding),
        Row(
          path: SayService.unary, headers: connect(unary, "br, gzip;q=0"), wish: wish, coding: nil),
        Row(path: SayService.unary, headers: unary, wish: wish, coding: nil),
        Row(path: "/v1/say", headers: connect(json, "gzip"), wish: wish, coding: coding),
        Row(
          path: "/v1/say", headers: connect(json, "br"), wish: wish,
          coding: coding.map { _ in "br" }),
        Row(path: "/v1/say", headers: json, wish: wish, coding: nil),
      ]
    } + enveloped

  static let enveloped: [Row] =
    [("yes", "gzip", 1), ("no", "gzip", 0), (nil, nil, 0)].flatMap {
      (wish: String?, coding: String?, flag: UInt8) in
      [
        Row(
          path: SayService.stream, headers: stream.adding("connect-accept-encoding", "gzip"),
          wish: wish,
          coding: coding, flag: flag),
        Row(
          path: SayService.unary, headers: web.adding("grpc-accept-encoding", "gzip"), wish: wish,
          coding: coding, flag: flag),
        Row(
          path: SayService.unary, headers: .grpc.adding("grpc-accept-encoding", "gzip"), wish: wish,
          coding: coding, flag: flag),
        // The field of another protocol is none of this one's.
        Row(
          path: SayService.stream, headers: connect(stream, "gzip"), wish: wish, coding: nil,
          flag: 0),
        Row(path: SayService.unary, headers: web, wish: wish, coding: nil, flag: 0),
      ]
    }

  @Test(arguments: rows)
  func `an answer is compressed when its handler and its client agree`(row: Row) async throws {
    try await TestServer.run(bindings: [SayService.binding], services: [SayService()]) { test in
      let client = try RawClient(test.address)
      let headers = row.wish.map { row.headers.adding("x-wish", $0) } ?? row.headers
      let id = try client.open(row.path, headers)
      let type = headers["content-type"] ?? ""
      let body =
        type == "application/json" ? Array("{}".utf8) : row.flag == nil ? [] : Envelope.frame([])
      try client.session.submitData(id, body, endStream: true)
      let answer = try client.finish(id)
      let head = try #require(answer.heads.first)
      #expect(head["http-status"] == "200")
      let field =
        row.flag == nil
        ? "content-encoding"
        : type.contains("connect") ? "connect-content-encoding" : "grpc-encoding"
      #expect(head[field] == row.coding)
      if let flag = row.flag { #expect(answer.body.first == flag) }
      #expect((answer.body.count < 1_000) == (row.flag.map { $0 == 1 } ?? (row.coding != nil)))
    }
  }
}
