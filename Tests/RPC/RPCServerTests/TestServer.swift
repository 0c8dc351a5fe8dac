import EventLoop
import RPCCore
import RPCProtobuf
import RPCServer
import Telemetry

/// A server on a port of the system's choice, with methods made for tests.
struct TestServer {
  let server: Server
  let loops: EventLoopGroup
  let address: SocketAddress
  /// How each `Flood` and `Silent` call ended, and how many messages `Flood` got rid of.
  let endings: Endings

  final class Endings: RPCService {
    let codes: AsyncStream<StatusCode>
    private let code: AsyncStream<StatusCode>.Continuation

    init() { (codes, code) = AsyncStream.makeStream() }

    func next() async -> StatusCode? { await codes.first { _ in true } }

    static func method(_ name: String, _ kind: MethodKind) -> MethodDescriptor {
      MethodDescriptor(service: "test.Echo", name: name, kind: kind)
    }

    var handlers: [MethodHandler] {
      [
        .unary(Self.method("Unary", .unary), in: .bytes, out: .bytes) {
          (request: [UInt8], _) in request
        },
        .unary(
          MethodDescriptor(
            service: "test.Echo", name: "Read", kind: .unary, idempotency: .noSideEffects),
          in: .bytes, out: .bytes
        ) { (request: [UInt8], context) in
          context.initialMetadata["x-initial"] = context.metadata["x-sent"]
          context.trailers["x-trailer"] = "1"
          return request
        },
        .bidirectional(Self.method("Chat", .bidirectional), in: .bytes, out: .bytes) {
          (requests: Inbound<[UInt8]>, responses: Outbound<[UInt8]>, _) in
          for try await message in requests { try await responses.send(message) }
        },
        MethodHandler(Self.method("Silent", .bidirectional)) { _, port in
          try await self.reporting { while try await port.receive() != nil {} }
        },
        MethodHandler(Self.method("Deaf", .bidirectional)) { _, _ in
          try await EventLoop.current?.sleep(for: .seconds(60))
        },
        MethodHandler(Self.method("Halves", .bidirectional)) { _, port in
          try await withThrowingTaskGroup(of: Void.self) { halves in
            halves.addTask { while try await port.receive() != nil {} }
            halves.addTask { throw RPCError(.aborted, "the other half failed") }
            while try await halves.next() != nil {}
          }
        },
        .bidirectional(Self.method("Leave", .bidirectional), in: .bytes, out: .bytes) {
          (requests: Inbound<[UInt8]>, responses: Outbound<[UInt8]>, _) in
          // One reads before the call ends, one begins after it.
          for delay in [Duration.zero, .milliseconds(50)] {
            Task {
              try? await Task.sleep(for: delay)
              try? await self.reporting { for try await _ in requests {} }
            }
            try await responses.send([])
            try await Task.sleep(for: .milliseconds(10))
          }
        },
        .bidirectional(Self.method("Delegate", .bidirectional), in: .bytes, out: .bytes) {
          (requests: Inbound<[UInt8]>, responses: Outbound<[UInt8]>, _) in
          async let echo: Void = {
            for try await message in requests { try await responses.send(message) }
          }()
          try await echo
        },
        MethodHandler(Self.method("Flood", .serverStreaming)) { _, port in
          let message = [UInt8](repeating: 1, count: 10_000)
          try await self.reporting { while true { try await port.send(message) } }
        },
        .bidirectional(Self.method("Flags", .bidirectional), in: .bytes, out: .bytes) {
          (requests: Inbound<[UInt8]>, responses: Outbound<[UInt8]>, context) in
          for try await _ in requests {
            let flag = context.lastRequestWasCompressed
            context.compressesResponses = flag
            try await responses.send([flag ? 1 : 0])
          }
        },
        .unary(Self.method("Mirror", .unary), in: .bytes, out: .bytes) {
          (request: [UInt8], context) in
          context.initialMetadata = context.metadata
          return request
        },
        .unary(Self.method("Fail", .unary), in: .bytes, out: .bytes) {
          (_: [UInt8], context) -> [UInt8] in
          context.trailers["x-trailer"] = "1"
          throw RPCError(.notFound, "nothing\nhere")
        },
      ]
    }

    private func reporting(_ body: () async throws -> Void) async throws {
      do {
        try await body()
        code.yield(.ok)
      } catch {
        code.yield((error as? RPCError)?.code ?? .unknown)
        throw error
      }
    }
  }

  /// Runs `body` against a started server and stops it. The body has a thread of its own, since its
  /// client blocks: on the shared pool it could hold up what it waits for.
  static func run(
    routes: HTTPRoutes = HTTPRoutes(), cors: CORSPolicy? = nil, bindings: [ServiceBinding] = [],
    services: [any RPCService] = [], interceptors: [Interceptor] = [],
    limits: (inout ServerLimits) -> Void = { _ in },
    _ body: (TestServer) async throws -> Void
  ) async throws {
    var configuration = ServerConfiguration(listen: [SocketAddress(host: "127.0.0.1", port: 0)])
    configuration.logsCalls = false
    configuration.metrics = MetricsRegistry()
    configuration.cors = cors
    limits(&configuration.limits)
    let loops = EventLoopGroup(count: 1, name: "test")
    let own = EventLoop.start(name: "body")
    let endings = Endings()
    let server = try Server(
      loops: loops, configuration: configuration, services: [endings] + services,
      bindings: bindings, interceptors: interceptors, routes: routes)
    let address = try await server.start()[0]
    do {
      try await withTaskExecutorPreference(own) {
        try await body(
          TestServer(server: server, loops: loops, address: address, endings: endings))
      }
    } catch {
      await server.stop()
      await loops.stop()
      await own.stop()
      throw error
    }
    await server.stop()
    await loops.stop()
    await own.stop()
  }
}
