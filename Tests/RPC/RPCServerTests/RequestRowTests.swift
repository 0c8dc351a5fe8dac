import EventLoop
import GRPC
import HTTP
import HTTP2
import RPCCore
import Testing

@testable import RPCServer

/// Rows of the wire sheet about one request: metadata, sizes, early ends.
@Suite struct RequestRowTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let sent: [String]
    let mirrored: [String]
    var testDescription: String { "\(name): \(sent)" }
  }

  static let rows = [
    Row(name: "x-text", sent: ["a, b", "c"], mirrored: ["a, b", "c"]),
    // Legal in HTTP, outside of what gRPC names: must not fail the call.
    Row(name: "x-text", sent: ["caf\u{E9}"], mirrored: ["caf\u{E9}"]),
    Row(name: "x-text", sent: [""], mirrored: [""]),
    Row(name: "x-1-bin", sent: ["q6ur"], mirrored: ["q6ur"]),
    Row(name: "x-padded-bin", sent: ["AQI="], mirrored: ["AQI"]),
    Row(name: "x-unpadded-bin", sent: ["AQI"], mirrored: ["AQI"]),
    Row(name: "x-joined-bin", sent: ["AQI=,AwQ", "BQ"], mirrored: ["AQI", "AwQ", "BQ"]),
    Row(name: "x-empty-bin", sent: [""], mirrored: [""]),
    Row(name: "grpc-previous-rpc-attempts", sent: ["2"], mirrored: ["2"]),
    Row(name: "grpc-message-type", sent: ["a.B"], mirrored: []),
    Row(name: "grpc-anything", sent: ["1"], mirrored: []),
  ]

  @Test(arguments: rows)
  func `metadata comes back as the sheet says`(row: Row) async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      var fields = HTTPHeaders.grpc
      for value in row.sent { fields.add(row.name, value) }
      let id = try client.open("/test.Echo/Mirror", fields)
      try client.session.submitData(id, Envelope.frame([1]), endStream: true)
      let answer = try client.finish(id)
      #expect(answer.status == "0")
      let mirrored = answer.heads.first?.filter { $0.name == row.name }.map(\.value)
      #expect(mirrored == row.mirrored)
    }
  }

  @Test func `te may be missing`() async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let id = try client.open("/test.Echo/Unary", ["content-type": "application/grpc"])
      try client.session.submitData(id, Envelope.frame([1]), endStream: true)
      #expect(try client.finish(id).status == "0")
    }
  }

  @Test(arguments: ["application/grpc+proto", "application/grpc; charset=utf-8"])
  func `the content type may have a suffix or a parameter`(type: String) async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let id = try client.open("/test.Echo/Unary", .grpc.adding("content-type", type))
      try client.session.submitData(id, Envelope.frame([1]), endStream: true)
      #expect(try client.finish(id).status == "0")
    }
  }

  @Test func `two encodings of one request end the call`() async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      var fields = HTTPHeaders.grpc
      for name in ["gzip", "identity"] { fields.add("grpc-encoding", name) }
      let id = try client.open("/test.Echo/Unary", fields)
      #expect(try client.finish(id).status == "13")
    }
  }

  @Test func `accepted encodings may stand in several lines`() async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      var fields = HTTPHeaders.grpc.adding("grpc-encoding", "gzip")
      for name in ["identity", "snappy, gzip"] { fields.add("grpc-accept-encoding", name) }
      let id = try client.open("/test.Echo/Flags", fields)
      let packed = Envelope.frame(try Compression.compress([7], as: .gzip), compressed: true)
      try client.session.submitData(id, packed, endStream: true)
      let answer = try client.finish(id)
      #expect(answer.heads.first?["grpc-encoding"] == "gzip")
      #expect(answer.body.first == 1)
    }
  }

  @Test func `an answer is not compressed for a client that does not list it`() async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let id = try client.open("/test.Echo/Flags", .grpc.adding("grpc-encoding", "gzip"))
      let packed = Envelope.frame(try Compression.compress([7], as: .gzip), compressed: true)
      try client.session.submitData(id, packed, endStream: true)
      let answer = try client.finish(id)
      #expect(answer.heads.first?["grpc-encoding"] == nil)
      #expect(answer.body == Envelope.frame([1]))
    }
  }

  @Test(arguments: [
    (1_000, false, "0"), (1_001, false, "8"), (1_000, true, "0"), (1_001, true, "8"),
  ])
  func `a message of exactly the limit passes, before and after inflating`(
    size: Int, compressed: Bool, status: String
  ) async throws {
    try await TestServer.run(limits: { $0.messageSize = 1_000 }) { test in
      let client = try RawClient(test.address)
      let zeros = [UInt8](repeating: 0, count: size)
      let fields = compressed ? HTTPHeaders.grpc.adding("grpc-encoding", "gzip") : .grpc
      let body = compressed ? try Compression.compress(zeros, as: .gzip) : zeros
      let id = try client.open("/test.Echo/Unary", fields)
      let frame = Envelope.frame(body, compressed: compressed)
      try client.session.submitData(id, frame, endStream: true)
      #expect(try client.finish(id).status == status)
    }
  }

  @Test func `bytes that do not inflate end the call`() async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let id = try client.open("/test.Echo/Unary", .grpc.adding("grpc-encoding", "gzip"))
      let frame = Envelope.frame([1, 2, 3], compressed: true)
      try client.session.submitData(id, frame, endStream: true)
      #expect(try client.finish(id).status == "13")
    }
  }

  @Test func `a call answered before its request ended is freed without blame`() async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let id = try client.open("/test.Echo/None", .grpc)
      let answer = try client.finish(id)
      #expect(answer.status == "12")
      #expect(answer.reset == 0)
    }
  }

  @Test func `an error without details has no status details`() async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let id = try client.open("/test.Echo/Fail", .grpc)
      try client.session.submitData(id, Envelope.frame([]), endStream: true)
      let head = try client.finish(id).heads.first
      #expect(head?["grpc-status"] == "5")
      #expect(head?["grpc-status-details-bin"] == nil)
    }
  }

  @Test func `a deadline that passes behind a closed window resets the stream`() async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address, window: 20_000)
      let id = try client.open("/test.Echo/Flood", .grpc.adding("grpc-timeout", "300m"))
      try client.session.submitData(id, Envelope.frame([]), endStream: true)
      #expect(try client.finish(id).reset == 8)
      #expect(await test.endings.next() == .deadlineExceeded)
    }
  }
}
