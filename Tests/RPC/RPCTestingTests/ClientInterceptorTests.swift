import RPCCore
import RPCTesting
import Synchronization
import Testing

/// Interceptors around a client, and calls that inherit, in memory.
@Suite struct ClientInterceptorTests {
  private static let say = MethodDescriptor(service: "test.Echo", name: "Say", kind: .unary)

  private struct Echo: RPCService {
    var handlers: [MethodHandler] {
      [
        .unary(ClientInterceptorTests.say, in: .bytes, out: .bytes) { request, context in
          Array((context.metadata["x-token"] ?? "nobody").utf8) + request
        }
      ]
    }
  }

  private func ask(_ channel: any ClientChannel) async throws -> String {
    let answer = try await channel.unary(
      Self.say, Array("!".utf8), in: .bytes, out: .bytes)
    return String(decoding: answer, as: UTF8.self)
  }

  @Test func `an interceptor may add to what is sent`() async throws {
    let credentials = ClientInterceptor { method, options, next in
      var options = options
      options.metadata["x-token"] = "somebody"
      return try await next(method, options)
    }
    let channel = InMemoryChannel(services: [Echo()])
    #expect(try await ask(channel) == "nobody!")
    #expect(try await ask(channel.intercepted(by: [credentials])) == "somebody!")
    #expect(try await ask(channel.intercepted(by: [])) == "nobody!")
  }

  @Test func `an interceptor may refuse a call`() async throws {
    let closed = ClientInterceptor { _, _, _ in throw RPCError(.permissionDenied, "not today") }
    let channel = InMemoryChannel(services: [Echo()]).intercepted(by: [closed])
    let error = await #expect(throws: RPCError.self) { try await ask(channel) }
    #expect(error?.code == .permissionDenied)
  }

  /// Counts what passes; everything else is the call's below.
  private final class Counted: ClientCall {
    let inner: any ClientCall
    let sent = Atomic(0)

    init(_ inner: any ClientCall) { self.inner = inner }

    var trailers: Metadata { inner.trailers }
    func send(_ message: [UInt8]) async throws {
      sent.add(message.count, ordering: .relaxed)
      try await inner.send(message)
    }
    func finishSending() async throws { try await inner.finishSending() }
    func receive() async throws -> [UInt8]? { try await inner.receive() }
    func headers() async throws -> Metadata { try await inner.headers() }
    func cancel() { inner.cancel() }
  }

  @Test func `an interceptor may stand between a call and its messages`() async throws {
    let last = Mutex<Counted?>(nil)
    let counting = ClientInterceptor { method, options, next in
      let call = Counted(try await next(method, options))
      last.withLock { $0 = call }
      return call
    }
    _ = try await ask(InMemoryChannel(services: [Echo()]).intercepted(by: [counting]))
    #expect(last.withLock { $0?.sent.load(ordering: .relaxed) } == 1)
  }
}

@Suite struct InheritedOptionsTests {
  private static let method = MethodDescriptor(service: "test.Echo", name: "Say", kind: .unary)

  @Test(
    arguments: [
      (nil, nil, nil), (nil, 5, 5), (3, nil, 3), (3, 5, 3), (7, 5, 5),
    ] as [(Int64?, Int64?, Int64?)])
  func `the earlier of two deadlines counts`(parent: Int64?, own: Int64?, found: Int64?) {
    let clock = VirtualClock()
    let context = RPCContext(
      method: Self.method, deadline: parent.map { clock.deadline(in: .seconds($0)) },
      clock: clock.rpcClock)
    let options = CallOptions(
      inheriting: context, deadline: own.map { clock.deadline(in: .seconds($0)) })
    #expect(
      options.deadline(on: clock.rpcClock) == found.map { clock.deadline(in: .seconds($0)) })
  }

  @Test func `what waits for the end of a call is told once, or not at all when it went away`() {
    let context = RPCContext(method: Self.method)
    let count = Mutex(0)
    let kept = context.whenCancelled { count.withLock { $0 += 1 } }
    _ = context.whenCancelled { count.withLock { $0 += 10 } }
    context.markCancelled()
    context.markCancelled()
    #expect(count.withLock { $0 } == 1)
    let late = context.whenCancelled { count.withLock { $0 += 100 } }
    #expect(count.withLock { $0 } == 101)
    withExtendedLifetime((kept, late)) {}
  }
}
