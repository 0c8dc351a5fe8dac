import EventLoop
import GRPC
import HTTP2
import RPCCore
import Synchronization
import Testing

@testable import RPCClient

/// Servers that do anything they may, and some things they may not: every call has its end.
@Suite struct ChaosTests {
  /// A sequence of numbers that is the same in each run.
  private final class Dice: Sendable {
    private let state: Mutex<UInt64>

    init(_ seed: UInt64) { state = Mutex(seed) }

    func roll(_ sides: UInt64) -> UInt64 {
      state.withLock { state in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 33) % sides
      }
    }
  }

  private static func act(_ call: PeerCall, _ roll: UInt64) {
    let connection = call.connection
    switch roll {
    case 0: call.fail(14)
    case 1: call.fail(5)
    case 2: call.reset(.refusedStream)
    case 3: call.reset(.cancel)
    case 4:
      connection.session.goAway(lastStream: call.stream, .noError, debug: "max_age")
      call.answer([0])
    case 5:
      connection.session.goAway(lastStream: 0, .enhanceYourCalm, debug: "too_many_pings")
      connection.flushSoon()
    case 6: connection.close()
    case 7:
      call.sendHead()
      call.send([1])
      call.reset(.internalError)
    case 8: EventLoop.current?.schedule(after: .milliseconds(3)) { call.answer([2]) }
    default: call.answer(call.messages.first ?? [])
    }
  }

  private static let recoveries = [
    """
    "retryPolicy": {"maxAttempts": 3, "initialBackoff": "0.001s", "maxBackoff": "0.002s",
      "backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE"]}
    """,
    """
    "hedgingPolicy": {"maxAttempts": 3, "hedgingDelay": "0.001s",
      "nonFatalStatusCodes": ["UNAVAILABLE"]}
    """,
    #""waitForReady": true"#,
  ]

  @Test(arguments: [1, 2, 3] as [UInt64], ["pick_first", "round_robin"])
  func `every call ends, whatever servers do`(seed: UInt64, policy: String) async throws {
    let dice = Dice(seed)
    let loop = EventLoop.start(name: "test")
    var servers: [PeerServer] = []
    var addresses: [SocketAddress] = []
    for _ in 0..<3 {
      let server = PeerServer(loop: loop, settings: .peer { $0.maxConcurrentStreams = 3 }) {
        Self.act($0, dice.roll(24))
      }
      addresses.append(try await server.start(on: .ownLoopback()))
      servers.append(server)
    }
    let found = addresses
    var configuration = ClientConfiguration(target: Target(resolver: Fixed(found), authority: "t"))
    configuration.resolutionInterval = .milliseconds(1)
    configuration.backoff.initial = .milliseconds(1)
    configuration.serviceConfig = try ServiceConfig(
      json: """
        {"loadBalancingConfig": [{"\(policy)": {}}],
         "connectionScaling": {"maxConnectionsPerSubchannel": 2},
         "methodConfig": [{"name": [{}], \(Self.recoveries[Int(seed) % 3])}]}
        """)
    let channel = try Channel(loop: loop, configuration: configuration)
    let outcomes = await withTaskGroup(of: StatusCode.self) { group in
      for number in 0..<300 {
        group.addTask {
          let size = number % 10 == 0 ? 70_000 : number
          let request = [UInt8](repeating: 1, count: size)
          let error = await failure {
            try await channel.unary(
              echo, request, in: .bytes, out: .bytes, options: .timeout(.seconds(60)))
          }
          return error?.code ?? .ok
        }
      }
      return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }
    #expect(outcomes.values.reduce(0, +) == 300)
    // Nobody was kept waiting for its deadline, and most had their answer.
    #expect(outcomes[.deadlineExceeded] == nil, "\(outcomes)")
    #expect(outcomes[.ok, default: 0] > 150, "\(outcomes)")
    await channel.close()
    for server in servers { await server.stop() }
    await loop.stop()
  }

  private struct Fixed: NameResolver {
    let addresses: [SocketAddress]

    init(_ addresses: [SocketAddress]) { self.addresses = addresses }

    func resolve() async throws -> NameResolution { NameResolution(addresses: addresses) }
  }
}
