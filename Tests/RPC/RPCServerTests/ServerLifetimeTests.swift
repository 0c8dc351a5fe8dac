import EventLoop
import Glibc
import RPCCore
import RPCServer
import Testing

@Suite struct ServerLifetimeTests {
  private final class Witness: Sendable {}

  /// Starts a server that nobody keeps, with an interceptor that keeps `witness`.
  private func start(on loops: EventLoopGroup, _ witness: Witness) async throws -> SocketAddress {
    try await Server(
      loops: loops,
      configuration: ServerConfiguration(listen: [SocketAddress(host: "127.0.0.1", port: 0)]),
      services: [TestServer.Endings()],
      interceptors: [
        Interceptor { context, next in
          _ = witness
          try await next(context)
        }
      ]
    ).start()[0]
  }

  @Test func `a server that nobody keeps serves until its loops stop, and is gone then`()
    async throws
  {
    let loops = EventLoopGroup(count: 2)
    weak var witness: Witness?
    let address = try await {
      let kept = Witness()
      witness = kept
      return try await start(on: loops, kept)
    }()
    for _ in 0..<4 {
      let fd = try RawClient.connect(address)
      defer { close(fd) }
      RawClient.post(Array("GET /nothing HTTP/1.1\r\nhost: a\r\n\r\n".utf8), on: fd)
      var answer = [UInt8](repeating: 0, count: 12)
      #expect(recv(fd, &answer, answer.count, CInt(MSG_WAITALL)) == 12)
      #expect(answer == Array("HTTP/1.1 404".utf8))
    }
    await loops.stop()
    #expect(witness == nil)
  }
}
