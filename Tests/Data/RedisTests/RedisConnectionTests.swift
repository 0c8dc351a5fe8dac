import EventLoop
import TLS
import Testing

@testable internal import Redis

@Suite struct RedisConnectionTests {
  /// Reads one command over TLS, then says goodbye there and leaves the connection of TCP open.
  private static func serve(_ stream: TCPStream, _ tls: TLSSession) {
    unsafe stream.onRead = { bytes in
      var plaintext: [UInt8] = []
      guard unsafe (try? tls.receiveCiphertext(bytes, into: &plaintext)) != nil else {
        return stream.close()
      }
      if !plaintext.isEmpty { tls.close() }
      var ciphertext: [UInt8] = []
      tls.takeCiphertext(into: &ciphertext)
      stream.write(ciphertext)
    }
    stream.onEnd = { _ in stream.close() }
    stream.start()
  }

  @Test func `the end of TLS is the end of the connection`() async throws {
    let certificate = try SelfSignedCertificate.generate()
    let server = try TLSContext.server(identity: certificate, protocols: [])
    let client = try TLSContext.client(trust: .pinned(certificate.certificateChain))
    let loop = EventLoop.start(name: "redis-tls")
    let error = try await Task(executorPreference: loop) {
      let place = SocketAddress(host: "127.0.0.1", port: 0)
      let listener = try TCPListener.bind(loop, place) { stream in
        guard let session = try? TLSSession(server: server) else { return stream.close() }
        Self.serve(stream, session)
      }
      defer { listener.close() }
      let stream = try await TCPStream.connect(
        on: loop, to: listener.boundAddress, timeout: .seconds(30))
      let connection = try RedisConnection(
        stream, TLSSession(client: client, serverName: "127.0.0.1"),
        RedisConfiguration(address: place))
      connection.start()
      let answer = await withCheckedContinuation { continuation in
        connection.send(RedisCommand("PING"), timeout: .seconds(60)) {
          continuation.resume(returning: $0)
        }
      }
      return #expect(throws: RedisError.self) { try answer.get() }
    }.value
    #expect(error?.kind == .connectionLost)
    await loop.stop()
  }
}
