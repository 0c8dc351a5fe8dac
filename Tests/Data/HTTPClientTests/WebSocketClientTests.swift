internal import EventLoop
internal import HTTP
internal import HTTP1
internal import HTTPClient
internal import TLS
import Testing
internal import WebSocket

@Suite struct WebSocketClientTests {
  @Test(arguments: [false, true])
  func `messages go and come back, in the clear and by TLS`(secure: Bool) async throws {
    let identity = try SelfSignedCertificate.generate(names: ["localhost"])
    let journal = Journal<WebSocketMessage>()
    let reason = try await withLoop { loop in
      let tls = secure ? try TLSContext.server(identity: identity, protocols: ["http/1.1"]) : nil
      let server = try WebSocketServer(loop, tls: tls)
      let channel = try await WebSocketClient.connect(
        url: server.url, headers: ["x-token": "t"], loop: loop,
        trust: .authorities(identity.certificateChain))
      return await withCheckedContinuation { done in
        channel.onClose = { done.resume(returning: $0) }
        channel.onMessage = {
          journal.note($0)
          if journal.items.count == 4 { channel.close(code: 1000, reason: "bye") }
        }
        channel.send(.text(Array("namaste".utf8)))
        channel.send(.binary([1, 2, 3]))
        channel.send(.binary([UInt8](repeating: 9, count: 300_000)))
      }
    }
    #expect(
      journal.items == [
        .text(Array("/media t".utf8)), .text(Array("namaste".utf8)), .binary([1, 2, 3]),
        .binary([UInt8](repeating: 9, count: 300_000)),
      ])
    #expect(reason.code == 1000)
  }

  @Test func `a refusal carries its status`() async throws {
    let error = try await withLoop { loop in
      let server = try ScriptedServer(loop) { _ in
        "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"
      }
      let url = "ws://\(server.authority)/"
      return await HTTPClientTests.failure {
        try await WebSocketClient.connect(url: url, loop: loop).close()
      }
    }
    #expect(error?.kind == .upgradeRefused(HTTPStatus(rawValue: 403)))
  }

  @Test(arguments: [
    "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
    "nonsense\r\n\r\n",
  ])
  func `an answer that breaks the protocol is refused`(answer: String) async throws {
    let error = try await withLoop { loop in
      let server = try ScriptedServer(loop) { _ in answer }
      let url = "ws://\(server.authority)/"
      return await HTTPClientTests.failure {
        try await WebSocketClient.connect(url: url, loop: loop).close()
      }
    }
    #expect(error?.kind == .exchangeFailed)
  }

  @Test func `a server that does not answer the upgrade times out`() async throws {
    let error = try await withLoop { loop in
      let server = try ScriptedServer(loop) { _ in "" }
      let url = "ws://\(server.authority)/"
      return await HTTPClientTests.failure {
        try await WebSocketClient.connect(url: url, loop: loop, timeout: .milliseconds(20)).close()
      }
    }
    #expect(error?.kind == .timedOut)
  }

  @Test func `a certificate nobody trusts fails the connection`() async throws {
    let identity = try SelfSignedCertificate.generate(names: ["localhost"])
    let error = try await withLoop { loop in
      let server = try WebSocketServer(
        loop, tls: try TLSContext.server(identity: identity, protocols: ["http/1.1"]))
      let url = server.url
      return await HTTPClientTests.failure {
        try await WebSocketClient.connect(url: url, loop: loop).close()
      }
    }
    #expect(error?.kind == .connectFailed)
  }

  @Test func `a broken transport is code 1006`() async throws {
    let code = try await withLoop { loop in
      let server = try WebSocketServer(loop)
      let channel = try await WebSocketClient.connect(url: server.url, loop: loop)
      return await withCheckedContinuation { done in
        channel.onClose = { done.resume(returning: $0.code) }
        server.breakConnections()
      }
    }
    #expect(code == 1006)
  }

  @Test(arguments: ["http://x/", "ws://", "ws://u:p@x/"])
  func `another URL is refused`(url: String) async throws {
    let error = try await withLoop { loop in
      await HTTPClientTests.failure {
        try await WebSocketClient.connect(url: url, loop: loop).close()
      }
    }
    #expect(error?.kind == .badRequest)
  }
}

/// An echo server that greets with the path and token it was asked with. Loop-confined.
private final class WebSocketServer {
  private var listener: TCPListener?
  private var streams: [TCPStream] = []
  private let scheme: String

  init(_ loop: EventLoop, tls: TLSContext? = nil) throws {
    scheme = tls == nil ? "ws" : "wss"
    listener = try TCPListener.bind(loop, SocketAddress(host: "127.0.0.1", port: 0)) { stream in
      self.streams.append(stream)
      Self.serve(stream, tls.flatMap { try? TLSSession(server: $0) })
    }
  }

  var url: String { "\(scheme)://localhost:\(listener?.boundAddress.port ?? 0)/media" }

  func breakConnections() {
    for stream in streams { stream.close() }
  }

  private static func serve(_ stream: TCPStream, _ tls: TLSSession?) {
    var parser = RequestParser()
    var channel: WebSocketChannel?
    func receive(_ bytes: [UInt8]) {
      if let channel { return bytes.withUnsafeBytes { channel.receive($0) } }
      parser.receive(bytes)
      while channel == nil, let event = try? parser.next() {
        guard case .head(let head) = event else { continue }
        channel = try? open(head.request, stream, tls)
      }
    }
    stream.onRead = { bytes in
      guard let tls else { return receive(Array(bytes)) }
      var plain: [UInt8] = []
      guard (try? tls.receiveCiphertext(bytes, into: &plain)) != nil else { return stream.close() }
      ScriptedServer.flush(tls, stream)
      if !plain.isEmpty { receive(plain) }
    }
    stream.onEnd = { _ in stream.close() }
    stream.start()
  }

  /// The greeting goes out in one write with the 101, as a hurried server would.
  private static func open(
    _ head: HTTPRequestHead, _ stream: TCPStream, _ tls: TLSSession?
  ) throws -> WebSocketChannel {
    let answer = try WebSocketHandshake.answer(to: head)
    var early: [UInt8]? = []
    try HTTP1Writer.appendHead(answer, body: .none, to: &early!)
    let session = try WebSocketSession(role: .server, maxMessage: 1 << 20)
    let channel = WebSocketChannel(
      session: session,
      write: {
        if early != nil { early! += $0 } else { ScriptedServer.send($0, tls, stream) }
      },
      pendingBytes: { stream.pendingWriteBytes }, endTransport: { stream.closeAfterWriting() })
    channel.onMessage = { [unowned channel] in channel.send($0) }
    channel.send(.text(Array("\(head.path) \(head.headers["x-token"] ?? "")".utf8)))
    let first = early ?? []
    early = nil
    ScriptedServer.send(first, tls, stream)
    return channel
  }
}
