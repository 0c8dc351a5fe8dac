import Buffers
import GRPC
import HTTP
import HTTP2
import RPCCore
import Testing

@testable import RPCServer

/// What waits for handlers, and what came compressed and is not any more, is booked on every edge.
@Suite struct RequestMemoryTests {
  /// Zeros, a thousandth of that on the wire.
  private static let zeros = [UInt8](repeating: 0, count: 400_000)
  private static let proto: HTTPHeaders = ["content-type": "application/proto"]
  private static let web: HTTPHeaders = ["content-type": "application/grpc-web+proto"]
  private static let text: HTTPHeaders = ["content-type": "application/grpc-web-text+proto"]
  private static let stream: HTTPHeaders = ["content-type": "application/connect+proto"]

  private func run(
    _ limits: @escaping (inout ServerLimits) -> Void, _ body: (RawClient) throws -> Void
  ) async throws {
    try await TestServer.run(
      bindings: [SayService.binding],
      services: [SayService()], limits: limits
    ) { test in
      let client = try RawClient(test.address)
      try body(client)
      // What was booked is given back, once handlers have heard of the end: the connection serves on.
      _ = try client.finish(try client.open("/test.Echo/Unary", Self.proto, end: true))
      let id = try client.open("/test.Echo/Unary", Self.proto)
      try client.session.submitData(id, [UInt8](repeating: 1, count: 80_000), endStream: true)
      #expect(try client.finish(id).body.count == 80_000)
    }
  }

  private func says(_ answer: RawClient.Answer) -> String {
    answer.heads.flatMap { $0.map { "\($0.name): \($0.value)\n" } }.joined()
      + String(decoding: answer.body, as: UTF8.self)
  }

  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let path: String
    let headers: HTTPHeaders
    let body: [UInt8]
    let says: String
  }

  private static var bomb: [UInt8] { (try? Compression.compress(zeros, as: .gzip)) ?? [] }
  private static var jsonBomb: [UInt8] {
    let text = Array(#"{"reason":""#.utf8) + zeros.map { _ in 97 } + Array(#""}"#.utf8)
    return (try? Compression.compress(text, as: .gzip)) ?? []
  }

  private static func json(_ name: String, path: String, says: String) -> Row {
    Row(
      testDescription: name, path: path,
      headers: ["content-type": "application/json", "content-encoding": "gzip"], body: jsonBomb,
      says: says)
  }

  static var bombs: [Row] {
    let enveloped = Envelope.frame(bomb, compressed: true)
    return [
      json("REST", path: "/v1/say", says: "RESOURCE_EXHAUSTED"),
      Row(
        testDescription: "Connect", path: "/test.Echo/Unary",
        headers: proto.adding("content-encoding", "gzip"), body: bomb, says: "resource_exhausted"),
      json("Connect in JSON", path: "/test.Say/Once", says: "resource_exhausted"),
      Row(
        testDescription: "Connect stream", path: "/test.Echo/Chat",
        headers: stream.adding("connect-content-encoding", "gzip"), body: enveloped,
        says: "resource_exhausted"),
      Row(
        testDescription: "gRPC-Web", path: "/test.Echo/Unary",
        headers: web.adding("grpc-encoding", "gzip"), body: enveloped, says: "grpc-status: 8"),
      Row(
        testDescription: "gRPC-Web text", path: "/test.Echo/Unary",
        headers: text.adding("grpc-encoding", "gzip"), body: Array(Base64.encode(enveloped).utf8),
        says: "grpc-status: 8"),
      Row(
        testDescription: "gRPC", path: "/test.Echo/Unary",
        headers: .grpc.adding("grpc-encoding", "gzip"), body: enveloped, says: "grpc-status: 8"),
    ]
  }

  private func send(_ row: Row, by client: RawClient) throws -> RawClient.Answer {
    let id = try client.open(row.path, row.headers)
    try client.session.submitData(id, row.body, endStream: true)
    return try client.finish(id)
  }

  @Test(arguments: bombs)
  func `a bomb is stopped by the size of a message, or of a body`(row: Row) async throws {
    try await run({ ($0.messageSize, $0.bodySize) = (100_000, 100_000) }) { client in
      let answer = try send(row, by: client)
      #expect(says(answer).contains(row.says))
    }
  }

  @Test(arguments: bombs)
  func `a bomb below the size of a message is booked whole`(row: Row) async throws {
    try await run({ $0.requestMemory = 100_000 }) { client in
      let answer = try send(row, by: client)
      #expect(says(answer).contains(row.says))
    }
  }

  @Test(arguments: bombs)
  func `the same is taken where there is room for it`(row: Row) async throws {
    try await run({ $0.requestMemory = 1_000_000 }) { client in
      let answer = try send(row, by: client)
      #expect(!says(answer).contains(row.says))
    }
  }

  @Test(arguments: [
    ("/test.Echo/Unary", proto, "resource_exhausted"), ("/test.Echo/Unary", web, "grpc-status: 8"),
    ("/test.Echo/Chat", stream, "resource_exhausted"),
  ])
  func `messages in part are booked together`(
    path: String, headers: HTTPHeaders, says: String
  ) async throws {
    try await run({ $0.requestMemory = 100_000 }) { client in
      let prefix = headers == Self.proto ? [] : Array(Envelope.frame(Self.zeros).prefix(5))
      let ids = try (0..<2).map { _ in
        let id = try client.open(path, headers)
        try client.session.submitData(id, prefix + Self.zeros.prefix(60_000))
        try client.flush()
        return id
      }
      let refused = try client.answer(on: ids[1])
      #expect(self.says(refused).contains(says))
      #expect(client.answers[ids[0]]!.heads.isEmpty)
      client.session.resetStream(ids[0], .cancel)
    }
  }

  /// Thirty times what one may send, three times what the connection may hold.
  @Test(arguments: [.grpc, proto, web]) func `a client within its credit is never refused`(
    headers: HTTPHeaders
  ) async throws {
    let message = headers == Self.proto ? Self.zeros : Envelope.frame(Self.zeros)
    try await run({ ($0.requestMemory, $0.concurrentStreams) = (4_000_000, 30) }) { client in
      let ids = try (0..<30).map { _ in
        let id = try client.open("/test.Echo/Unary", headers)
        try client.session.submitData(id, message, endStream: true)
        return id
      }
      for id in ids {
        let answer = try client.finish(id)
        #expect(answer.body.starts(with: message))
        #expect(!says(answer).contains("grpc-status: 8"))
      }
    }
  }

  @Test(arguments: [(web, "grpc-status: 8"), (stream, "resource_exhausted")])
  func `messages that wait are booked as they came`(
    headers: HTTPHeaders, says: String
  ) async throws {
    try await run({ $0.requestMemory = 100_000 }) { client in
      let field = headers == Self.web ? "grpc-encoding" : "connect-content-encoding"
      let packed = try client.open("/test.Echo/Flood", headers.adding(field, "gzip"))
      let bomb = Envelope.frame(Self.bomb, compressed: true)
      try client.session.submitData(packed, (0..<20).flatMap { _ in bomb })
      try client.run { $0.answers[packed]!.body.count > 100_000 }
      #expect(!client.answers[packed]!.isEnded)
      client.session.resetStream(packed, .cancel)
      let message = Envelope.frame([UInt8](repeating: 0, count: 1_000))
      // Each within its window.
      let plain = try (0..<10).map { _ in
        let id = try client.open("/test.Echo/Flood", headers)
        try client.session.submitData(id, (0..<15).flatMap { _ in message })
        try client.flush()
        return id
      }
      let refused = try client.answer(on: plain[9])
      #expect(self.says(refused).contains(says))
      for id in plain.dropLast() { client.session.resetStream(id, .cancel) }
    }
  }
}
