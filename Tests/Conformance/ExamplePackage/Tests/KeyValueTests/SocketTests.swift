import EventLoop
import KeyValueSchema
import RPCClient
import RPCCore
import RPCServer
import Testing

/// The same over HTTP/2 and a real socket.
@Suite struct SocketTests {
  private let bench = Bench()

  @Test func `every method answers`() async throws {
    try await withChannel { try await bench.callEverything(over: $0) }
  }

  @Test func `every failure has its code and says why`() async throws {
    try await withChannel { try await bench.failEverything(over: $0) }
  }

  private func withChannel(_ body: (Channel) async throws -> Void) async throws {
    let loops = EventLoopGroup(count: 1)
    let server = try Server(
      loops: loops,
      configuration: ServerConfiguration(listen: [SocketAddress(host: "127.0.0.1", port: 0)]),
      services: [bench.service], bindings: [V1.KeyValueServiceBinding.binding],
      interceptors: bench.interceptors)
    let address = try await server.start()[0]
    let channel = try Channel(
      loop: loops.next(), configuration: ClientConfiguration(address: address))
    do {
      try await body(channel)
    } catch {
      Issue.record(error)
    }
    await channel.close()
    await server.stop()
    await loops.stop()
  }
}
