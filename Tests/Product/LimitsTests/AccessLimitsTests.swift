import Domain
import EventLoop
import Protobuf
import RPCCore
import RPCTesting
import Schema
import Synchronization
import Testing

@testable internal import Limits

/// The two interceptors around an authentication, over the in-memory transport.
@Suite struct AccessLimitsTests {
  private struct Handlers: RPCService {
    let handlers: [MethodHandler]
  }

  private static let read = MethodDescriptor(
    service: "test.Agents", name: "Get", kind: .unary, idempotency: .noSideEffects)
  private static let write = MethodDescriptor(service: "test.Agents", name: "Make", kind: .unary)
  private static let place = MethodDescriptor(service: "test.Calls", name: "Call", kind: .unary)
  private static let login = MethodDescriptor(service: "test.Auth", name: "Login", kind: .unary)
  private static let refuse = MethodDescriptor(service: "test.Agents", name: "No", kind: .unary)
  private static let callback = MethodDescriptor(
    service: "test.Carrier", name: "Tell", kind: .unary)

  private static let merchant = MerchantID()

  /// Keys that begin with "good" are, and may everything, those with "known" nothing; "Auth" and
  /// "Carrier" need none.
  private static let authentication = Interceptor { context, next in
    if !["test.Auth", "test.Carrier"].contains(context.method.service) {
      guard let key = context.metadata["x-api-key"],
        key.hasPrefix("good") || key.hasPrefix("known")
      else { throw RPCError(.unauthenticated, "no") }
      context.identity = Caller(merchant: merchant, principal: key)
      if key.hasPrefix("known") { throw AccessRefusal.error("not you") }
    }
    try await next(context)
  }

  private final class Clock: Sendable {
    private let nanoseconds = Atomic<Int64>(0)
    var now: LoopInstant { LoopInstant(nanoseconds: nanoseconds.load(ordering: .relaxed)) }
    func advance(seconds: Int64) {
      nanoseconds.wrappingAdd(seconds * 1_000_000_000, ordering: .relaxed)
    }
  }

  private let clock = Clock()

  private func channels(_ peers: [String]) -> [InMemoryChannel] {
    var policy = LimitPolicy()
    policy.anonymous = Rate(3, perMinutes: 1)
    policy.callback = Rate(50, perMinutes: 1)
    policy.read = Rate(10, perMinutes: 1)
    policy.write = Rate(5, perMinutes: 1)
    policy.placing = Rate(2, perMinutes: 1)
    policy.placingMethods = ["test.Calls/Call"]
    policy.callbackServices = ["test.Carrier"]
    let limits = AccessLimits(
      limiter: Limiter(redis: nil, clock: { [clock] in clock.now }), policy: policy,
      addresses: ClientAddress(proxies: []))
    let handlers = [Self.read, Self.write, Self.place, Self.callback].map { method in
      MethodHandler(method) { _, port in
        // A call that ends before its request has come fails for who still sends it.
        _ = try await port.receive()
        try await port.send([])
      }
    }
    let login = MethodHandler(Self.login) { _, _ in throw RPCError(.unauthenticated, "wrong") }
    let refuse = MethodHandler(Self.refuse) { _, _ in throw RPCError(.permissionDenied, "not it") }
    return peers.map { peer in
      InMemoryChannel(
        services: [Handlers(handlers: handlers + [login, refuse])],
        interceptors: [limits.gate, Self.authentication, limits.meter], peer: peer)
    }
  }

  private func call(
    _ channel: InMemoryChannel, _ method: MethodDescriptor, key: String? = nil
  ) async throws -> RPCError? {
    let metadata: Metadata = key.map { ["x-api-key": $0] } ?? [:]
    let call = try await channel.open(method, options: CallOptions(metadata: metadata))
    do {
      try await call.send([])
      try await call.finishSending()
      while try await call.receive() != nil {}
      return nil
    } catch let error as RPCError {
      return error
    }
  }

  private func codes(
    _ count: Int, _ channel: InMemoryChannel, _ method: MethodDescriptor, key: String? = nil
  ) async throws -> [StatusCode] {
    var codes: [StatusCode] = []
    for _ in 0..<count { codes.append(try await call(channel, method, key: key)?.code ?? .ok) }
    return codes
  }

  @Test func `a key has its own allowance for each class of method`() async throws {
    let channel = channels(["203.0.113.9:1"])[0]
    for (method, limit) in [(Self.read, 10), (Self.write, 5), (Self.place, 2)] {
      for key in ["good1", "good2"] {
        let codes = try await codes(limit + 2, channel, method, key: key)
        let allowed = Array(repeating: StatusCode.ok, count: limit)
        #expect(codes == allowed + [.resourceExhausted, .resourceExhausted])
      }
    }
  }

  @Test func `guessing spends the address's allowance, also for who comes from there with a key`()
    async throws
  {
    let channels = channels(["203.0.113.9:1", "203.0.113.9:2", "203.0.113.10:1"])
    let guesses = try await codes(2, channels[0], Self.read, key: "bad")
    #expect(guesses == [.unauthenticated, .unauthenticated])
    #expect(try await codes(1, channels[1], Self.read, key: "good") == [.ok])
    #expect(try await codes(1, channels[1], Self.read) == [.unauthenticated])
    #expect(try await codes(1, channels[0], Self.read, key: "good") == [.resourceExhausted])
    #expect(try await codes(1, channels[2], Self.read, key: "good") == [.ok])
    clock.advance(seconds: 20)
    #expect(try await codes(1, channels[0], Self.read, key: "good") == [.ok])
  }

  @Test(arguments: ["known", "good"])
  func `who may not call spends their own allowance, once for each call`(key: String) async throws {
    let channel = channels(["203.0.113.9:1"])[0]
    let codes = try await codes(6, channel, Self.refuse, key: key)
    #expect(codes == Array(repeating: .permissionDenied, count: 5) + [.resourceExhausted])
    let guesses = try await self.codes(3, channel, Self.write)
    #expect(guesses == Array(repeating: .unauthenticated, count: 3))
  }

  @Test func `a wrong password counts once, and callbacks are not held to what strangers may`()
    async throws
  {
    let channel = channels(["203.0.113.9:1"])[0]
    let logins = try await codes(4, channel, Self.login)
    #expect(logins == [.unauthenticated, .unauthenticated, .unauthenticated, .resourceExhausted])
    let callbacks = try await codes(51, channel, Self.callback)
    #expect(callbacks == Array(repeating: .ok, count: 50) + [.resourceExhausted])
  }

  @Test func `a refusal says when to come again`() async throws {
    let channel = channels(["203.0.113.9:1"])[0]
    _ = try await codes(2, channel, Self.place, key: "good")
    clock.advance(seconds: 1)
    let error = try #require(try await call(channel, Self.place, key: "good"))
    #expect(error.message == "too many calls: the limit is 2 in 60 seconds (placing)")
    let detail = try #require(error.details.first)
    #expect(detail.typeName == "google.rpc.RetryInfo")
    let retry = try Google.Rpc.RetryInfo(serializedBytes: detail.value)
    #expect(retry.retryDelay?.seconds == 29)
    #expect(error.metadata["ratelimit-policy"] == "\"placing\";q=2;w=60")
    #expect(error.metadata["ratelimit"] == "\"placing\";r=0;t=59")
    #expect(error.metadata["ratelimit-limit"] == "2")
    #expect(error.metadata["ratelimit-remaining"] == "0")
    #expect(error.metadata["ratelimit-reset"] == "59")
  }

  @Test func `pages spend the allowance of their address, and say how long to wait`() async throws {
    var policy = LimitPolicy()
    policy.anonymous = Rate(3, perMinutes: 1)
    let limits = AccessLimits(
      limiter: Limiter(redis: nil, clock: { [clock] in clock.now }), policy: policy,
      addresses: ClientAddress(proxies: []))
    let one = NetworkAddress("203.0.113.9")
    for _ in 0..<3 { #expect(await limits.visit(from: one) == nil) }
    #expect(await limits.visit(from: one) == .seconds(20))
    #expect(await limits.visit(from: NetworkAddress("203.0.113.10")) == nil)
    clock.advance(seconds: 20)
    #expect(await limits.visit(from: one) == nil)
  }
}
