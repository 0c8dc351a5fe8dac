internal import EventLoop
internal import Glibc
internal import HTTP
internal import HTTP2
internal import HTTPClient
internal import TLS
import Testing

@Suite struct ConnectionReuseTests {
  /// A client, and an HTTP/2 server whose first connection answers one request and then no more. Gives
  /// the connection that each request of `body` came on, as `body` itself sees it.
  private func connections(
    _ body: @escaping @Sendable (HTTPClient, String, Journal<Int>) async -> Void
  ) async throws -> [Int] {
    let identity = try SelfSignedCertificate.generate(names: ["localhost"])
    let seen = Journal<Int>()
    try await withLoop { loop in
      let context = try TLSContext.server(identity: identity, protocols: ["h2"])
      let server = try HTTP2Server(loop, tls: context) { connection, number in
        seen.note(connection)
        return connection > 1 || number == 1
      }
      let client = HTTPClient(loop: loop, trust: .authorities(identity.certificateChain))
      await body(client, "https://localhost:\(server.port)/", seen)
    }
    return seen.items
  }

  private static func isAnswered(_ client: HTTPClient, _ request: ClientRequest) async -> Bool {
    await (try? client.send(request))?.status.rawValue == 200
  }

  private static func isTimedOut(_ client: HTTPClient, _ request: ClientRequest) async -> Bool {
    await HTTPClientTests.failure { try await client.send(request) }?.kind == .timedOut
  }

  @Test func `a connection whose server fell silent is not used again`() async throws {
    let seen = try await connections { client, url, _ in
      let hasty = ClientRequest(url: url, timeout: .milliseconds(200))
      #expect(await Self.isAnswered(client, ClientRequest(url: url)))
      #expect(await Self.isTimedOut(client, hasty))
      #expect(await Self.isAnswered(client, ClientRequest(url: url)))
    }
    #expect(seen == [1, 1, 2])
  }

  @Test func `nor is it when several requests waited on it`() async throws {
    let seen = try await connections { client, url, _ in
      let hasty = ClientRequest(url: url, timeout: .milliseconds(200))
      #expect(await Self.isAnswered(client, ClientRequest(url: url)))
      await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<3 { group.addTask { await Self.isTimedOut(client, hasty) } }
        for await isTimedOut in group { #expect(isTimedOut) }
      }
      #expect(await Self.isAnswered(client, ClientRequest(url: url)))
    }
    #expect(seen == [1, 1, 1, 1, 2])
  }

  @Test func `a request that its caller gave up leaves the connection to others`() async throws {
    let seen = try await connections { client, url, seen in
      #expect(await Self.isAnswered(client, ClientRequest(url: url)))
      let task = Task { try await client.send(ClientRequest(url: url)) }
      while seen.items.count < 2 { await Task.yield() }
      task.cancel()
      _ = await task.result
      #expect(await Self.isTimedOut(client, ClientRequest(url: url, timeout: .milliseconds(200))))
    }
    #expect(seen == [1, 1, 1])
  }

  @Test func `the system watches every connection for a peer that is gone`() async throws {
    let (keepsAlive, milliseconds) = try await withLoop { loop in
      let server = try ScriptedServer(loop) { _ in HTTPClientTests.ok }
      let client = HTTPClient(loop: loop)
      _ = try await client.send(ClientRequest(url: "http://\(server.authority)/"))
      let fd = try #require((0..<65_536).first { Self.peer(of: $0) == server.authority })
      return (
        Self.option(fd, SOL_SOCKET, SO_KEEPALIVE),
        Self.option(fd, CInt(IPPROTO_TCP), TCP_USER_TIMEOUT)
      )
    }
    #expect(keepsAlive == 1)
    #expect(milliseconds == 10_000)
  }

  private static func option(_ fd: CInt, _ level: CInt, _ name: CInt) -> CInt {
    var value: CInt = -1
    var size = socklen_t(MemoryLayout<CInt>.size)
    getsockopt(fd, level, name, &value, &size)
    return value
  }

  /// The other end of a connection over IPv4.
  private static func peer(of fd: CInt) -> String? {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(fd, $0, &size) }
    }
    guard status == 0, address.sin_family == sa_family_t(AF_INET) else { return nil }
    return "127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
  }
}

/// An HTTP/2 server on a free port that answers 200, or nothing. Loop-confined.
private final class HTTP2Server {
  /// Whether a connection's request is answered, by the numbers of both from 1.
  typealias Answers = (_ connection: Int, _ request: Int) -> Bool

  private let tls: TLSContext
  private let answers: Answers
  private var listener: TCPListener?
  private var connections = 0

  init(_ loop: EventLoop, tls: TLSContext, _ answers: @escaping Answers) throws {
    self.tls = tls
    self.answers = answers
    listener = try TCPListener.bind(loop, SocketAddress(host: "127.0.0.1", port: 0)) {
      try? self.accept($0)
    }
  }

  var port: Int { listener?.boundAddress.port ?? 0 }

  private func accept(_ stream: TCPStream) throws {
    connections += 1
    let number = connections
    var requests = 0
    let tls = try TLSSession(server: tls)
    let session = try HTTP2Session(role: .server, configuration: HTTP2Configuration())
    let take = { [answers] (event: HTTP2Event) in
      guard case .headers(let id, _, _, _) = event else { return }
      requests += 1
      guard answers(number, requests) else { return }
      let fields = HTTP2Fields(status: HTTPStatus(rawValue: 200))
      try? session.submitHeaders(id, fields, endStream: true)
    }
    stream.onRead = { bytes in
      var plain: [UInt8] = []
      guard (try? tls.receiveCiphertext(bytes, into: &plain)) != nil else { return stream.close() }
      try? plain.withUnsafeBytes { try session.receive($0, now: .zero, take) }
      var output: [UInt8] = []
      if tls.state == .open { try? session.takeOutput(into: &output, limit: 1 << 20, take) }
      if !output.isEmpty { try? tls.send(output) }
      ScriptedServer.flush(tls, stream)
    }
    stream.onEnd = { _ in stream.close() }
    stream.start()
  }
}
