import EventLoop
import HTTP
import RPCClient
import RPCCore
import RPCServer
import Synchronization
import Testing

/// A handler that calls another server for the call it serves.
@Suite struct InheritanceTests {
  private static let relay = MethodDescriptor(service: "test.Relay", name: "Relay", kind: .unary)

  /// Calls Say of a scripted server; in a task of nobody's, so that only the options tie it.
  private struct Relay: RPCService {
    let channel: Channel
    let outcome: AsyncStream<StatusCode?>.Continuation

    var handlers: [MethodHandler] {
      [
        .unary(InheritanceTests.relay, in: .bytes, out: .bytes) { request, context in
          let options = CallOptions(inheriting: context, metadata: ["x-early": "1"])
          let call = Task.detached {
            await failure {
              try await channel.unary(echo, request, in: .bytes, out: .bytes, options: options)
            }
          }
          outcome.yield(await call.value?.code)
          return []
        }
      ]
    }
  }

  private struct Chain {
    let inner: Rig
    let server: Server
    let outer: Channel
    let timeouts = AsyncStream.makeStream(of: String?.self)
    let outcomes = AsyncStream.makeStream(of: StatusCode?.self)

    init() async throws {
      let told = timeouts.continuation
      inner = try await Rig { told.yield($0.head.headers["grpc-timeout"]) }
      let loops = EventLoopGroup(count: 1)
      var configuration = ServerConfiguration(listen: [SocketAddress(host: "127.0.0.1", port: 0)])
      configuration.logsCalls = false
      server = try Server(
        loops: loops, configuration: configuration,
        services: [Relay(channel: inner.channel, outcome: outcomes.continuation)])
      let address = try await server.start()[0]
      outer = try Channel(
        loop: inner.loop, configuration: ClientConfiguration(address: address))
    }

    func stop() async {
      await outer.close()
      await server.stop()
      await inner.stop()
    }
  }

  @Test(arguments: [false, true])
  func `a call made for another one has its deadline, and is cancelled with it`(
    hasDeadline: Bool
  ) async throws {
    let chain = try await Chain()
    let options = hasDeadline ? CallOptions.timeout(.seconds(3600)) : CallOptions()
    let task = Task {
      await failure {
        try await chain.outer.unary(
          Self.relay, [], in: .bytes, out: .bytes, options: options)
      }
    }
    for await timeout in chain.timeouts.stream {
      #expect((timeout != nil) == hasDeadline)
      break
    }
    task.cancel()
    #expect(await task.value?.code == .cancelled)
    for await code in chain.outcomes.stream {
      #expect(code == .cancelled)
      break
    }
    await chain.stop()
  }
}

@Suite struct ChannelInterceptorTests {
  @Test func `interceptors of a configuration are around every call, the first outermost`()
    async throws
  {
    let seen = Mutex<[String]>([])
    func note(_ name: String) -> ClientInterceptor {
      ClientInterceptor { method, options, next in
        seen.withLock { $0.append("\(name) \(method.name)") }
        var options = options
        options.metadata.add(name, for: "x-by")
        return try await next(method, options)
      }
    }
    let rig = try await Rig({ $0.interceptors = [note("outer"), note("inner")] }) { call in
      let names = call.head.headers.filter { $0.name == "x-by" }.map(\.value)
      call.answer(Array(names.joined(separator: " ").utf8))
    }
    #expect(try await say(rig) == "outer inner")
    #expect(seen.withLock { $0 } == ["outer Say", "inner Say"])
    await rig.stop()
  }
}
