import EventLoop
import Glibc
import GRPC
import HTTP
import HTTP2
import RPCCore
import Testing

@testable import RPCServer

/// Exact requests over a real socket, and what the server answers (rows of the wire sheet).
@Suite struct GRPCOverSocketTests {
  @Test func `a unary call is answered by head, message and trailers`() async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let id = try client.open("/test.Echo/Unary", .grpc)
      try client.session.submitData(id, Envelope.frame([1, 2, 3]), endStream: true)
      let answer = try client.finish(id)
      #expect(answer.heads.first?["http-status"] == "200")
      #expect(answer.heads.first?["content-type"] == "application/grpc")
      #expect(answer.body == Envelope.frame([1, 2, 3]))
      #expect(answer.heads.last == ["grpc-status": "0"])
    }
  }

  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var path = "/test.Echo/Unary"
    var method = "POST"
    var headers = HTTPHeaders.grpc
    var body: [UInt8] = Envelope.frame([1])
    var http = "200"
    var status: String?
  }

  static let rows = [
    Row(testDescription: "unknown method", path: "/test.Echo/None", status: "12"),
    Row(testDescription: "unknown service", path: "/no.Such/Unary", status: "12"),
    Row(testDescription: "path without a method", path: "/x", status: "12"),
    Row(testDescription: "GET", method: "GET", http: "405", status: "13"),
    Row(
      testDescription: "json over a method's path", headers: ["content-type": "application/json"],
      http: "415"),
    Row(testDescription: "no content type", headers: [:], http: "415"),
    Row(
      testDescription: "unknown codec", headers: ["content-type": "application/grpc+foo"],
      http: "415"),
    Row(testDescription: "bad timeout", headers: .grpc.adding("grpc-timeout", "5"), status: "13"),
    Row(
      testDescription: "timeout of nothing", headers: .grpc.adding("grpc-timeout", "0n"),
      status: "4"),
    Row(
      testDescription: "unknown encoding", headers: .grpc.adding("grpc-encoding", "foo"),
      status: "12"),
    Row(
      testDescription: "identity encoding, compressed flag",
      headers: .grpc.adding("grpc-encoding", "identity"), body: [1, 0, 0, 0, 0], status: "13"),
    Row(testDescription: "compressed flag alone", body: [1, 0, 0, 0, 1, 9], status: "13"),
    Row(testDescription: "flag 2", body: [2, 0, 0, 0, 0], status: "13"),
    Row(testDescription: "over the limit", body: [0, 0xFF, 0xFF, 0xFF, 0xFF], status: "8"),
    Row(testDescription: "cut in a prefix", body: [0, 0, 0], status: "13"),
    Row(testDescription: "cut in a message", body: [0, 0, 0, 0, 9, 1], status: "13"),
    Row(testDescription: "no message", body: [], status: "12"),
    Row(
      testDescription: "two messages", body: Envelope.frame([1]) + Envelope.frame([2]),
      status: "12"),
    Row(testDescription: "broken binary value", headers: .grpc.adding("a-bin", "!"), status: "13"),
    Row(testDescription: "a whole call", headers: .grpc.adding("grpc-timeout", "9S"), status: "0"),
  ]

  @Test(arguments: rows)
  func `a request gets the status of its fault`(row: Row) async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let id = try client.open(row.path, method: row.method, row.headers)
      try client.session.submitData(id, row.body, endStream: true)
      let answer = try client.finish(id)
      #expect(answer.heads.first?["http-status"] == row.http)
      #expect(answer.status == row.status)
      if row.status != "0" { #expect(answer.heads.count == 1, "not trailers only") }
    }
  }

  @Test func `an unknown encoding is answered with those that are known`() async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let id = try client.open("/test.Echo/Unary", .grpc.adding("grpc-encoding", "foo"))
      #expect(try client.finish(id).heads.first?["grpc-accept-encoding"] == "identity,gzip,deflate")
    }
  }

  @Test func `a handler's error carries its message and trailers`() async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let id = try client.open("/test.Echo/Fail", .grpc)
      try client.session.submitData(id, Envelope.frame([]), endStream: true)
      let head = try client.finish(id).heads.first
      #expect(head?["grpc-status"] == "5")
      #expect(head?["grpc-message"] == "nothing%0Ahere")
      #expect(head?["x-trailer"] == "1")
    }
  }

  @Test func `a message may come in any number of frames`() async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let id = try client.open("/test.Echo/Chat", .grpc)
      let stream = Envelope.frame([1, 2, 3]) + Envelope.frame([]) + Envelope.frame([4])
      for byte in stream {
        try client.session.submitData(id, [byte])
        try client.flush()
      }
      try client.session.submitData(id, [UInt8](), endStream: true)
      let answer = try client.finish(id)
      #expect(answer.body == stream)
      #expect(answer.status == "0")
    }
  }

  @Test func `a deadline ends a silent call`() async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let id = try client.open("/test.Echo/Silent", .grpc.adding("grpc-timeout", "30m"))
      let answer = try client.finish(id)
      #expect(answer.status == "4")
      #expect(await test.endings.next() == .deadlineExceeded)
    }
  }

  @Test func `a slow reader holds its sender back, and a reset frees it`() async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address, window: 20_000)
      let id = try client.open("/test.Echo/Flood", .grpc)
      try client.session.submitData(id, Envelope.frame([]), endStream: true)
      // The window is never given back, so exactly it arrives; the handler is stuck in send.
      try client.run { $0.answers[id]!.body.count >= 20_000 }
      #expect(client.answers[id]!.body.count == 20_000)
      client.session.resetStream(id, .cancel)
      try client.flush()
      #expect(await test.endings.next() == .cancelled)
    }
  }

  @Test func `a lost connection cancels its calls`() async throws {
    try await TestServer.run { test in
      do {
        let client = try RawClient(test.address)
        let id = try client.open("/test.Echo/Silent", .grpc)
        try client.session.submitData(id, Envelope.frame([1]))
        try client.flush()
        let probe = try client.open("/test.Echo/Unary", .grpc)
        try client.session.submitData(probe, Envelope.frame([1]), endStream: true)
        _ = try client.finish(probe)
      }
      #expect(await test.endings.next() == .cancelled)
    }
  }

  @Test func `a handler's child task is woken by messages`() async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let id = try client.open("/test.Echo/Delegate", .grpc)
      for count in 1...3 {
        try client.session.submitData(id, Envelope.frame([UInt8(count)]))
        try client.flush()
        try client.run { $0.answers[id]!.body.count >= count * 6 }
      }
      try client.session.submitData(id, [UInt8](), endStream: true)
      let answer = try client.finish(id)
      #expect(answer.body == Envelope.frame([1]) + Envelope.frame([2]) + Envelope.frame([3]))
      #expect(answer.status == "0")
    }
  }

  @Test func `a task that outlives its call reads no more`() async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let id = try client.open("/test.Echo/Leave", .grpc)
      #expect(try client.finish(id).status == "0")
      #expect(await test.endings.next() == .cancelled)
      #expect(await test.endings.next() == .cancelled)
    }
  }

  @Test func `a handler's child task that waits for messages can be cancelled`() async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let id = try client.open("/test.Echo/Halves", .grpc)
      let answer = try client.finish(id)
      #expect(answer.status == "10")
    }
  }

  @Test func `a call beyond the limit is refused so that it can be tried again`() async throws {
    try await TestServer.run(limits: { $0.concurrentStreams = 1 }) { test in
      let client = try RawClient(test.address)
      let first = try client.open("/test.Echo/Silent", .grpc)
      let second = try client.open("/test.Echo/Unary", .grpc)
      try client.session.submitData(second, Envelope.frame([1]), endStream: true)
      #expect(try client.finish(second).reset == 7)
      #expect(!client.answers[first]!.isEnded)
    }
  }

  @Test func `a request on a connection that a drain found silent is answered, and is its last`()
    async throws
  {
    try await TestServer.run { test in
      let silent = try RawClient.connect(test.address)
      defer { close(silent) }
      let client = try RawClient(test.address)
      // The other connection came first, so it is accepted when this one is served.
      _ = try client.finish(client.open("/nothing", method: "GET", HTTPHeaders(), end: true))
      let server = test.server
      let drained = Task(executorPreference: test.loops.next()) {
        await server.drain(grace: .seconds(30))
      }
      try client.run { !$0.goAways.isEmpty }
      RawClient.post(Array("GET /nothing HTTP/1.1\r\nhost: a\r\n\r\n".utf8), on: silent)
      let answer = String(decoding: RawClient.readToEnd(of: silent), as: UTF8.self)
      #expect(answer.hasPrefix("HTTP/1.1 404"))
      #expect(answer.contains("connection: close\r\n"))
      await drained.value
    }
  }

  @Test func `a drain lets the running call end and refuses nothing on its way`() async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let id = try client.open("/test.Echo/Chat", .grpc)
      try client.session.submitData(id, Envelope.frame([1]))
      try client.run { $0.answers[id]!.body.count == 6 }
      let server = test.server
      let drained = Task(executorPreference: test.loops.next()) {
        await server.drain(grace: .seconds(30))
      }
      try client.run { $0.goAways.count == 2 }
      #expect(client.goAways == [.max, id])
      try client.session.submitData(id, Envelope.frame([2]), endStream: true)
      let answer = try client.finish(id)
      #expect(answer.status == "0")
      try client.run { _ in false }
      #expect(client.isClosed)
      await drained.value
    }
  }
}
