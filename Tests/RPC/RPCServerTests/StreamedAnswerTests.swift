import EventLoop
import Glibc
import HTTP
import Testing

@testable import RPCServer

/// Plain routes whose answers go out in pieces, on real sockets.
@Suite struct StreamedAnswerTests {
  private struct Broken: Error {}

  /// Lets a test wait for what a handler has come to.
  private final class Signal: Sendable {
    private let (events, event) = AsyncStream.makeStream(of: String.self)

    func report(_ text: String) { event.yield(text) }
    func next() async -> String? { await events.first { _ in true } }
  }

  /// Another thread than the server's; not the shared pool, which other tests keep busy.
  private static let elsewhere = EventLoop.start(name: "elsewhere")

  /// Pieces are written when `gate` says so; how a body ended goes to `ends`.
  private static func routes(gate: Signal = Signal(), ends: Signal = Signal()) -> HTTPRoutes {
    var routes = HTTPRoutes()
    routes.handle("GET", "/pieces") { _ in
      HTTPExchangeResponse(contentType: "text/plain") { body in
        try await body.write(Array("one".utf8))
        _ = await gate.next()
        try await body.write([])
        try await body.write(Array("two".utf8))
      }
    }
    routes.handle("GET", "/cut") { _ in
      HTTPExchangeResponse(contentType: "text/plain") { body in
        try await body.write(Array("one".utf8))
        _ = await gate.next()
        throw Broken()
      }
    }
    routes.handle("GET", "/flood") { _ in
      HTTPExchangeResponse(contentType: "text/plain") { body in
        var written = 0
        do {
          while true {
            try await body.write([UInt8](repeating: 1, count: 10_000))
            written += 1
          }
        } catch {
          ends.report("\(type(of: error)) after \(written < 2_000 ? "few" : "many")")
          throw error
        }
      }
    }
    routes.handle("GET", "/asleep") { _ in
      HTTPExchangeResponse(contentType: "text/plain") { body in
        try await body.write(Array("one".utf8))
        do { try await EventLoop.current?.sleep(for: .seconds(60)) } catch {
          ends.report("\(type(of: error))")
          throw error
        }
      }
    }
    routes.handle("GET", "/elsewhere") { _ in
      HTTPExchangeResponse(contentType: "text/plain") { body in
        try await Task(executorPreference: elsewhere) {
          try await body.write(Array("one".utf8))
        }.value
      }
    }
    return routes
  }

  private static func get(_ path: String, method: String = "GET") -> [UInt8] {
    Array("\(method) \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".utf8)
  }

  /// A connection whose answer has begun.
  private static func begun(_ path: String, _ test: TestServer) throws -> CInt {
    let fd = try RawClient.connect(test.address)
    RawClient.post(get(path), on: fd)
    var first: UInt8 = 0
    #expect(read(fd, &first, 1) == 1)
    return fd
  }

  @Test func `a piece leaves before the next one is written`() async throws {
    let gate = Signal()
    try await TestServer.run(routes: Self.routes(gate: gate)) { test in
      let fd = try RawClient.connect(test.address)
      defer { close(fd) }
      RawClient.post(Self.get("/pieces"), on: fd)
      var start: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 4_096)
      while !String(decoding: start, as: UTF8.self).hasSuffix("3\r\none\r\n") {
        let count = read(fd, &buffer, buffer.count)
        try #require(count > 0)
        start += buffer[..<count]
      }
      let head = String(decoding: start, as: UTF8.self)
      #expect(head.hasPrefix("HTTP/1.1 200 OK") && head.contains("transfer-encoding: chunked"))
      gate.report("go on")
      let rest = String(decoding: RawClient.readToEnd(of: fd), as: UTF8.self)
      #expect(rest == "3\r\ntwo\r\n0\r\n\r\n")
    }
  }

  @Test(arguments: [("/pieces", nil, "onetwo"), ("/cut", 2 as UInt32?, "one")])
  func `a body over HTTP/2 ends whole, or with a reset`(
    path: String, reset: UInt32?, body: String
  ) async throws {
    let gate = Signal()
    try await TestServer.run(routes: Self.routes(gate: gate)) { test in
      let client = try RawClient(test.address)
      let id = try client.open(path, method: "GET", [:], end: true)
      try client.run { $0.answers[id]?.body == Array("one".utf8) }
      gate.report("go on")
      let answer = try client.finish(id)
      #expect(String(decoding: answer.body, as: UTF8.self) == body)
      #expect(answer.reset == reset)
    }
  }

  @Test func `what a body throws cuts the answer off`() async throws {
    let gate = Signal()
    gate.report("go on")
    try await TestServer.run(routes: Self.routes(gate: gate)) { test in
      let answer = try RawClient.exchange(test.address, Self.get("/cut"))
      #expect(!answer.contains("0\r\n\r\n"))
    }
  }

  @Test func `a HEAD is answered by the head alone`() async throws {
    try await TestServer.run(routes: Self.routes()) { test in
      let answer = try RawClient.exchange(test.address, Self.get("/pieces", method: "HEAD"))
      #expect(answer.hasPrefix("HTTP/1.1 200 OK") && answer.hasSuffix("\r\n\r\n"))
      #expect(!answer.contains("one"))
    }
  }

  @Test func `a body may be written from another thread`() async throws {
    try await TestServer.run(routes: Self.routes()) { test in
      let answer = try RawClient.exchange(test.address, Self.get("/elsewhere"))
      #expect(answer.hasSuffix("3\r\none\r\n0\r\n\r\n"))
    }
  }

  @Test func `a body that waits ends when its client goes`() async throws {
    let ends = Signal()
    try await TestServer.run(routes: Self.routes(ends: ends)) { test in
      let fd = try Self.begun("/asleep", test)
      close(fd)
      #expect(await ends.next() == "CancellationError")
    }
  }

  @Test func `a client that does not read holds the writer back, and ends it when it goes`()
    async throws
  {
    let ends = Signal()
    try await TestServer.run(routes: Self.routes(ends: ends)) { test in
      let fd = try Self.begun("/flood", test)
      close(fd)
      #expect(await ends.next() == "CancellationError after few")
    }
  }

  /// As of a client whose end comes before the bytes that it does not take any more are refused.
  @Test func `a client that ended its side and then goes ends the writer, too`() async throws {
    let ends = Signal()
    try await TestServer.run(routes: Self.routes(ends: ends)) { test in
      let fd = try Self.begun("/flood", test)
      shutdown(fd, CInt(SHUT_WR))
      // The server hears of one before the other.
      usleep(200_000)
      close(fd)
      #expect(await ends.next() == "CancellationError after few")
    }
  }
}
