import EventLoop
import Glibc
import RPCCore
import RPCServer
import Testing

@Suite struct ServerLifetimeTests {
  private final class Witness: Sendable {}

  /// Starts a server that nobody keeps, with an interceptor that keeps `witness`.
  private func start(
    on loops: EventLoopGroup, at address: SocketAddress = SocketAddress(host: "127.0.0.1", port: 0),
    _ witness: Witness
  ) async throws -> SocketAddress {
    try await Server(
      loops: loops, configuration: ServerConfiguration(listen: [address]),
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

  @Test func `a port is not shared with another server, and is free when that has stopped`()
    async throws
  {
    let loops = [EventLoopGroup(count: 2), EventLoopGroup(count: 2)]
    let address = try await start(on: loops[0], Witness())
    let refusal = await #expect(throws: EventLoopError.self) {
      try await start(on: loops[1], at: address, Witness())
    }
    #expect(refusal?.kind == .addressInUse)
    #expect(refusal?.message.contains("\(address)") == true)

    // The server ends the connection first, so its port is in TIME_WAIT.
    let fd = try RawClient.connect(address)
    defer { close(fd) }
    await loops[0].stop()
    #expect(try await start(on: loops[1], at: address, Witness()) == address)
    await loops[1].stop()
  }
}
