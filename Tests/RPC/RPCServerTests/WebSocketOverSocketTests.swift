import EventLoop
import Glibc
import HTTP
import HTTP2
import Protobuf
import RPCCore
import Synchronization
import Testing
import VoiceAPI
import WebSocket

@testable import RPCServer

/// A stream both ways on a WebSocket, over HTTP/1.1 and on a stream of HTTP/2, on a real socket.
@Suite struct WebSocketOverSocketTests {
  typealias V1 = Payaid.Voice.V1

  /// Answers each mark with itself, "flood" with marks for ever, and the end with how many came.
  final class Mirror: V1.LiveServiceServing {
    let codes: AsyncStream<StatusCode>
    private let code: AsyncStream<StatusCode>.Continuation
    let sent = Mutex(0)

    init() { (codes, code) = AsyncStream.makeStream() }

    func converse(
      _ requests: Inbound<V1.ClientFrame>, _ responses: Outbound<V1.ServerFrame>,
      _ context: RPCContext
    ) async throws {
      do {
        var count = 0
        for try await frame in requests {
          guard case .markPlayed(let name)? = frame.frame else { continue }
          count += 1
          if name == "flood" { try await flood(responses) }
          if name.utf8.count < 100 { try await responses.send(.with { $0.frame = .mark(name) }) }
        }
        try await responses.send(.with { $0.frame = .mark("\(count)") })
        code.yield(.ok)
      } catch {
        code.yield((error as? RPCError)?.code ?? .unknown)
        throw error
      }
    }

    private func flood(_ responses: Outbound<V1.ServerFrame>) async throws {
      let name = String(repeating: "x", count: 10_000)
      while true {
        try await responses.send(.with { $0.frame = .mark(name) })
        sent.withLock { $0 += 1 }
      }
    }
  }

  /// The client's end of a WebSocket, whatever carries it.
  final class Peer {
    let session: WebSocketSession
    var texts: [String] = []
    var close: WebSocketCloseReason?

    init() throws { session = try WebSocketSession(role: .client, maxMessage: 1 << 20) }

    func frames(_ texts: [String]) -> [UInt8] {
      for text in texts { session.send(.text(Array(text.utf8))) }
      var bytes: [UInt8] = []
      session.takeOutput(into: &bytes)
      return bytes
    }

    func receive(_ bytes: [UInt8]) {
      bytes.withUnsafeBytes {
        session.receive($0) { event in
          switch event {
          case .message(let message): texts.append(String(decoding: message.bytes, as: UTF8.self))
          case .close(let reason): close = reason
          case .ping, .pong: break
          }
        }
      }
    }
  }

  static let path = "/payaid.voice.v1.LiveService/Converse"
  static let connect: HTTPHeaders = [":protocol": "websocket", "sec-websocket-version": "13"]

  private func run(_ body: (TestServer, Mirror) async throws -> Void) async throws {
    let mirror = Mirror()
    try await TestServer.run(bindings: [V1.LiveServiceBinding.binding], services: [mirror]) {
      try await body($0, mirror)
    }
  }

  private func mark(_ name: String) -> String { #"{"markPlayed":"\#(name)"}"# }

  @Test func `messages go both ways on a stream of HTTP 2, to the status and the close`()
    async throws
  {
    try await run { test, _ in
      let client = try RawClient(test.address)
      let peer = try Peer()
      let offer = Self.connect.adding("sec-websocket-protocol", "other, rpc.v1.json")
      let id = try client.open(Self.path, method: "CONNECT", offer)
      try client.run { !$0.answers[id]!.heads.isEmpty }
      #expect(client.answers[id]?.heads[0]["http-status"] == "200")
      #expect(client.answers[id]?.heads[0]["sec-websocket-protocol"] == "rpc.v1.json")
      try client.session.submitData(id, peer.frames([mark("a"), mark("b"), ""]))
      var read = 0
      try client.run { client in
        let body = client.answers[id]!.body
        peer.receive(Array(body[read...]))
        read = body.count
        return peer.close != nil
      }
      let results = [#"{"mark":"a"}"#, #"{"mark":"b"}"#, #"{"mark":"2"}"#]
      #expect(peer.texts == results.map { #"{"result":\#($0)}"# } + [#"{"end":{}}"#])
      #expect(peer.close == WebSocketCloseReason(code: 1000, reason: "OK"))
      try client.session.submitData(id, peer.frames([]), endStream: true)
      #expect(try client.finish(id).reset == nil)
    }
  }

  @Test func `what a caller sends is not read before it is let in`() async throws {
    let guardian = Interceptor.check(later: { _ in
      throw RPCError(.unauthenticated, "who are you?")
    })
    try await TestServer.run(
      bindings: [V1.LiveServiceBinding.binding], services: [Mirror()], interceptors: [guardian]
    ) { test in
      let client = try RawClient(test.address)
      let peer = try Peer()
      let id = try client.open(Self.path, method: "CONNECT", Self.connect)
      // With the request, so that it is there before anybody has looked at the call.
      try client.session.submitData(id, peer.frames(["{ this is no JSON"]))
      var read = 0
      try client.run { client in
        let body = client.answers[id]!.body
        peer.receive(Array(body[read...]))
        read = body.count
        return peer.close != nil
      }
      #expect(peer.close == WebSocketCloseReason(code: 4016, reason: "UNAUTHENTICATED"))
    }
  }

  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var path = WebSocketOverSocketTests.path
    let headers: HTTPHeaders
    var ends = false
    let http: String
  }

  @Test(arguments: [
    Row(
      testDescription: "another protocol", headers: connect.adding(":protocol", "webtransport"),
      http: "501"),
    Row(testDescription: "no version", headers: [":protocol": "websocket"], http: "426"),
    Row(testDescription: "no such path", path: "/nothing", headers: connect, http: "404"),
    Row(testDescription: "one that has ended", headers: connect, ends: true, http: "400"),
    Row(
      testDescription: "a page of a stranger",
      headers: connect.adding("origin", "https://evil.example"), http: "403"),
    Row(testDescription: "a bad path", path: path + "?x=1", headers: connect, http: "400"),
  ])
  func `what cannot be opened on HTTP 2 is answered by its status`(row: Row) async throws {
    try await run { test, _ in
      let client = try RawClient(test.address)
      let id = try client.open(row.path, method: "CONNECT", row.headers, end: row.ends)
      try client.run { !$0.answers[id]!.heads.isEmpty }
      #expect(client.answers[id]?.heads[0]["http-status"] == row.http)
    }
  }

  @Test func `a flooding call waits for a peer that does not read, and ends with its stream`()
    async throws
  {
    try await run { test, mirror in
      let client = try RawClient(test.address, window: 20_000)
      let peer = try Peer()
      let id = try client.open(Self.path, method: "CONNECT", Self.connect)
      try client.session.submitData(id, peer.frames([mark("flood")]))
      try client.run { $0.answers[id]!.body.count >= 20_000 }
      client.session.resetStream(id, .cancel)
      try client.flush()
      #expect(await mirror.codes.first { _ in true } == .cancelled)
      // The window, and what may wait in the stream.
      #expect(mirror.sent.withLock { $0 } < 12)
    }
  }

  @Test func `messages in part are booked together, with what their frames cost`() async throws {
    try await TestServer.run(
      bindings: [V1.LiveServiceBinding.binding], services: [Mirror()],
      limits: { $0.requestMemory = 100_000 }
    ) { test in
      let client = try RawClient(test.address)
      // 600 bytes, one in a frame.
      let pieces = (0..<600).flatMap { index -> [UInt8] in
        [index == 0 ? 0x02 : 0x00, 0x81, 0, 0, 0, 0, 1]
      }
      let ids = try (0..<2).map { _ in
        let id = try client.open(Self.path, method: "CONNECT", Self.connect)
        try client.run { !$0.answers[id]!.heads.isEmpty }
        try client.session.submitData(id, pieces)
        try client.flush()
        return id
      }
      let peer = try Peer()
      var read = 0
      try client.run { client in
        let body = client.answers[ids[1]]!.body
        peer.receive(Array(body[read...]))
        read = body.count
        return peer.close != nil
      }
      #expect(peer.close?.code == 4008)
      #expect(client.answers[ids[0]]!.body.isEmpty)
    }
  }

  /// More than every buffer on the way, so that credit must come back.
  @Test func `a long stream of requests is taken as its handler reads, over HTTP 2`()
    async throws
  {
    try await run { test, _ in
      let client = try RawClient(test.address)
      let peer = try Peer()
      let id = try client.open(Self.path, method: "CONNECT", Self.connect)
      let long = mark(String(repeating: "x", count: 50_000))
      try client.session.submitData(id, peer.frames(Array(repeating: long, count: 80) + [""]))
      var read = 0
      try client.run { client in
        let body = client.answers[id]!.body
        peer.receive(Array(body[read...]))
        read = body.count
        return peer.close != nil
      }
      #expect(peer.texts.first == #"{"result":{"mark":"80"}}"#)
    }
  }

  @Test func `a long stream of requests is taken as its handler reads, over HTTP 1`()
    async throws
  {
    try await run { test, _ in
      let fd = try RawClient.connect(test.address)
      defer { close(fd) }
      let peer = try Peer()
      let long = mark(String(repeating: "x", count: 50_000))
      // The frames follow the request at once: what comes early waits.
      let bytes =
        Array(
          ("GET \(Self.path) HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
            + "sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
            .utf8) + peer.frames(Array(repeating: long, count: 80) + [""])
      var sent = 0
      while sent < bytes.count {
        let count = bytes.withUnsafeBytes {
          send(fd, $0.baseAddress! + sent, bytes.count - sent, CInt(MSG_NOSIGNAL))
        }
        guard count > 0 else { break }
        sent += count
      }
      var head: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while peer.close == nil {
        let count = Glibc.read(fd, &buffer, buffer.count)
        guard count > 0 else { break }
        if head.isEmpty, let end = firstEmptyLine(buffer[..<count]) {
          head = Array(buffer[..<end])
          peer.receive(Array(buffer[end..<count]))
        } else {
          peer.receive(Array(buffer[..<count]))
        }
      }
      #expect(String(decoding: head, as: UTF8.self).hasPrefix("HTTP/1.1 101 "))
      #expect(peer.texts == [#"{"result":{"mark":"80"}}"#, #"{"end":{}}"#])
    }
  }

  private func firstEmptyLine(_ bytes: ArraySlice<UInt8>) -> Int? {
    let line = Array("\r\n\r\n".utf8)
    return (bytes.startIndex..<max(bytes.startIndex, bytes.endIndex - 3)).first {
      bytes[$0..<$0 + 4].elementsEqual(line)
    }.map { $0 + 4 }
  }
}

@Suite struct WebSocketLivenessTests {
  @Test func `a silent peer is pinged once, then given up`() {
    var liveness = WebSocketLiveness(openedAt: second(0))
    #expect(liveness.tick(second(20), isOpen: true, isFlushed: true) == .nothing)
    #expect(liveness.tick(second(21), isOpen: true, isFlushed: true) == .ping)
    #expect(liveness.tick(second(22), isOpen: true, isFlushed: true) == .nothing)
    liveness.received(at: second(30))
    #expect(liveness.tick(second(51), isOpen: true, isFlushed: true) == .ping)
    #expect(liveness.tick(second(91), isOpen: true, isFlushed: true) == .silent)
  }

  @Test func `a peer that does not answer a close frame is not waited for`() {
    var liveness = WebSocketLiveness(openedAt: second(0))
    #expect(liveness.tick(second(1), isOpen: false, isFlushed: true) == .nothing)
    #expect(liveness.tick(second(6), isOpen: false, isFlushed: true) == .nothing)
    #expect(liveness.tick(second(7), isOpen: false, isFlushed: true) == .closeTimedOut)
  }

  @Test func `one that is still reading what came before the close frame is`() {
    var liveness = WebSocketLiveness(openedAt: second(0))
    for time in [1, 7, 100] {
      #expect(liveness.tick(second(time), isOpen: false, isFlushed: false) == .nothing)
    }
    #expect(liveness.tick(second(101), isOpen: false, isFlushed: true) == .nothing)
    #expect(liveness.tick(second(106), isOpen: false, isFlushed: true) == .nothing)
    #expect(liveness.tick(second(107), isOpen: false, isFlushed: true) == .closeTimedOut)
  }
}
