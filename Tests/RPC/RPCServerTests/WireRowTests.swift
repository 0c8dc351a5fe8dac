import EventLoop
import GRPC
import HTTP
import HTTP2
import RPCCore
import Testing

@testable import RPCServer

/// Rows of the wire sheet about connections, metadata and compression, over a real socket.
@Suite struct WireRowTests {
  @Test func `each message is known by its own flag, and answered by it`() async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let fields = HTTPHeaders.grpc.adding("grpc-encoding", "gzip")
        .adding("grpc-accept-encoding", "gzip")
      let id = try client.open("/test.Echo/Flags", fields)
      let packed = Envelope.frame(try Compression.compress([7], as: .gzip), compressed: true)
      // In one frame, so that all have come before the handler has seen the first.
      let body = packed + Envelope.frame([8]) + packed
      try client.session.submitData(id, body, endStream: true)
      let answer = try client.finish(id)
      var decoder = EnvelopeDecoder(limit: 100, encoding: .gzip)
      var flags: [Bool] = []
      var bytes: [UInt8] = []
      try answer.body.withUnsafeBytes {
        try decoder.receive($0) { message in
          flags.append(message.wasCompressed)
          bytes += message.bytes
        }
      }
      #expect(bytes == [1, 0, 1])
      #expect(flags == [true, false, true])
    }
  }

  @Test(arguments: ["1H", "1M", "1S", "999m", "999999u", "99999999n", "99999999H"])
  func `a timeout of every unit is read`(text: String) async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let id = try client.open("/test.Echo/Unary", .grpc.adding("grpc-timeout", text))
      try client.session.submitData(id, Envelope.frame([1]), endStream: true)
      #expect(try client.finish(id).status == "0")
    }
  }

  @Test(arguments: ["", "5", "S", "123456789S", "1s", "-1S", "1.5S", " 1S x"])
  func `a timeout that is none ends the call`(text: String) async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let id = try client.open("/test.Echo/Unary", .grpc.adding("grpc-timeout", text))
      #expect(try client.finish(id).status == "13")
    }
  }

  @Test func `a request ended by its head has no message`() async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let id = try client.open("/test.Echo/Chat", .grpc, end: true)
      #expect(try client.finish(id).status == "0")
    }
  }

  @Test func `headers over the limit are refused, and the connection goes on`() async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let large = String(repeating: "x", count: 17_000)
      let id = try client.open("/test.Echo/Unary", .grpc.adding("x-large", large))
      let answer = try client.answer(on: id)
      #expect(answer.heads.first?["http-status"] == "431" || answer.reset != nil)
      let next = try client.open("/test.Echo/Unary", .grpc)
      try client.session.submitData(next, Envelope.frame([1]), endStream: true)
      #expect(try client.finish(next).status == "0")
    }
  }

  @Test func `an old connection is told so, and its call runs to its end`() async throws {
    try await TestServer.run(limits: { $0.connectionAge = .zero }) { test in
      let client = try RawClient(test.address)
      let id = try client.open("/test.Echo/Chat", .grpc)
      try client.session.submitData(id, Envelope.frame([1]))
      try client.run { $0.goAways.count == 2 }
      #expect(client.goAways == [.max, id])
      #expect(client.goAwayTexts.first == "max_age")
      try client.session.submitData(id, Envelope.frame([2]), endStream: true)
      #expect(try client.finish(id).status == "0")
      try client.run { _ in false }
      #expect(client.isClosed)
    }
  }

  @Test func `after the grace an old connection's calls are ended`() async throws {
    let limits = { (limits: inout ServerLimits) in
      limits.connectionAge = .zero
      limits.connectionAgeGrace = .zero
    }
    try await TestServer.run(limits: limits) { test in
      let client = try RawClient(test.address)
      let id = try client.open("/test.Echo/Silent", .grpc)
      try client.session.submitData(id, Envelope.frame([1]))
      #expect(try client.finish(id).status == "14")
      #expect(await test.endings.next() == .unavailable)
    }
  }

  @Test func `a connection without calls is told that it is idle`() async throws {
    try await TestServer.run(limits: { $0.idleTimeoutHTTP2 = .zero }) { test in
      let client = try RawClient(test.address)
      try client.run { !$0.goAways.isEmpty }
      #expect(client.goAwayTexts.first == "max_idle")
    }
  }

  @Test func `a drain is told by its name`() async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      let id = try client.open("/test.Echo/Chat", .grpc)
      try client.session.submitData(id, Envelope.frame([1]))
      try client.run { $0.answers[id]!.body.count == 6 }
      let server = test.server
      let drained = Task(executorPreference: test.loops.next()) {
        await server.drain(grace: .zero)
      }
      try client.run { !$0.goAways.isEmpty }
      #expect(client.goAwayTexts.first == "graceful_stop")
      try client.run { _ in false }
      await drained.value
    }
  }

  @Test func `the fourth early ping ends the connection by its name`() async throws {
    try await TestServer.run { test in
      let client = try RawClient(test.address)
      for value in 1...4 as ClosedRange<UInt64> {
        client.session.ping(value)
        try client.flush()
      }
      try client.run { !$0.goAways.isEmpty }
      #expect(client.goAwayTexts.last == "too_many_pings")
    }
  }
}
