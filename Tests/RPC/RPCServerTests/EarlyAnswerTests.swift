import GRPC
import HTTP
import HTTP2
import RPCCore
import Testing

@testable import RPCServer

/// Answers that are there before their request has ended (RFC 9113, 8.1).
@Suite struct EarlyAnswerTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var path = "/test.Echo/Unary"
    var headers: HTTPHeaders = ["content-type": "application/proto"]
    let http: String
  }

  static let rows = [
    Row(testDescription: "no such path", path: "/none", headers: [:], http: "404"),
    Row(testDescription: "no such method", path: "/test.Echo/None", http: "404"),
    Row(testDescription: "another type", headers: ["content-type": "a/b"], http: "415"),
    Row(
      testDescription: "too large by its head",
      headers: ["content-type": "application/proto", "content-length": "5000000"], http: "429"),
    Row(
      testDescription: "two hosts", headers: ["content-type": "a/b", "host": "other"], http: "400"),
    Row(
      testDescription: "no time",
      headers: ["content-type": "application/proto", "connect-timeout-ms": "0"], http: "504"),
    Row(
      testDescription: "a gRPC-Web method that is not there", path: "/test.Echo/None",
      headers: ["content-type": "application/grpc-web+proto"], http: "200"),
    Row(
      testDescription: "headers beyond the limit",
      headers: ["x-long": String(repeating: "a", count: 20_000)], http: "431"),
  ]

  /// Five windows of body behind an answer that was there with the head.
  @Test(arguments: rows)
  func `the rest of a body whose answer is there is taken`(row: Row) async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let id = try client.open(row.path, row.headers)
      try client.run { $0.answers[id]!.heads.count == 1 }
      for _ in 0..<50 {
        try client.session.submitData(id, [UInt8](repeating: 0, count: 100_000))
        try client.run { $0.session.pendingSend(id) == 0 }
      }
      #expect(client.answers[id]!.isEnded == false)
      try client.session.submitData(id, [UInt8](), endStream: true)
      let answer = try client.finish(id)
      #expect(answer.heads.first?["http-status"] == row.http)
      #expect(answer.reset == nil)
    }
  }

  @Test func `credit that a call held back comes with its end`() async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let id = try client.open(
        "/test.Echo/Deaf",
        ["content-type": "application/connect+proto", "connect-timeout-ms": "100"])
      let body = (0..<60).flatMap { _ in Envelope.frame([UInt8](repeating: 1, count: 50_000)) }
      try client.session.submitData(id, body, endStream: true)
      let answer = try client.finish(id)
      #expect(answer.isEnded && answer.reset == nil)
      #expect(String(decoding: answer.body, as: UTF8.self).contains("deadline_exceeded"))
    }
  }

  @Test func `beyond the limit the stream is reset without blame, behind its answer`() async throws
  {
    try await TestServer.run(limits: { $0.unwantedBody = 100_000 }) { test in
      let client = try RawClient(test.address)
      let id = try client.open("/none", [:])
      try client.run { $0.answers[id]!.heads.count == 1 }
      try client.session.submitData(id, [UInt8](repeating: 0, count: 200_000))
      let answer = try client.finish(id)
      #expect(answer.reset == 0)
      #expect(!answer.body.isEmpty)
    }
  }

  @Test func `a body that never ends is given up after its time`() async throws {
    try await TestServer.run(limits: { $0.bodyTimeout = .milliseconds(100) }) { test in
      let client = try RawClient(test.address)
      let id = try client.open("/none", [:])
      #expect(try client.finish(id).reset == 0)
    }
  }
}
