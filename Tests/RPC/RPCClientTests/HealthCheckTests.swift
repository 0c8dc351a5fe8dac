import EventLoop
import GRPC
import HTTP
import Protobuf
import RPCCore
import Schema
import Synchronization
import Testing

@testable import RPCClient

/// Servers on one loop that answer with their number and say of their health what a test wants.
private struct Ward {
  let loop: EventLoop
  let servers: [PeerServer]
  let charts: [Chart]
  private(set) var channel: Channel!

  /// The health checks of one server. Used on the loop; its counts anywhere.
  final class Chart: @unchecked Sendable {  // `calls` only on the loop
    var calls: [PeerCall] = []
    let asked = Mutex<[String]>([])
    let first: (PeerCall) -> Void

    init(_ first: @escaping (PeerCall) -> Void) { self.first = first }

    func script(_ number: Int) -> PeerServer.Script {
      { [self] call in
        guard call.head.target == "/grpc.health.v1.Health/Watch" else {
          return call.answer(Array("\(number)".utf8))
        }
        calls.append(call)
        let request = try? Grpc.Health.V1.HealthCheckRequest(serializedBytes: call.messages[0])
        asked.withLock { $0.append(request?.service ?? "?") }
        first(call)
      }
    }
  }

  static let config = #"""
    {"loadBalancingConfig": [{"round_robin": {}}], "healthCheckConfig": {"serviceName": "a.B"}}
    """#

  init(
    _ first: [@Sendable (PeerCall) -> Void], config: String = config,
    configure: (inout ClientConfiguration) -> Void = { _ in }
  ) async throws {
    loop = EventLoop.start(name: "test")
    charts = first.map { Chart($0) }
    var servers: [PeerServer] = []
    var addresses: [SocketAddress] = []
    for (number, chart) in charts.enumerated() {
      let server = PeerServer(loop: loop, chart.script(number))
      addresses.append(try await server.start(on: .ownLoopback()))
      servers.append(server)
    }
    self.servers = servers
    let list = addresses.map(\.description).joined(separator: ",")
    var configuration = ClientConfiguration(target: try Target("ipv4:" + list))
    configuration.backoff.initial = .milliseconds(5)
    configuration.serviceConfig = try ServiceConfig(json: config)
    configure(&configuration)
    channel = try Channel(loop: loop, configuration: configuration)
  }

  func ask(waiting: Bool = false) async throws -> String {
    let options = CallOptions(waitForReady: waiting)
    let answer = try await channel.unary(echo, [], in: .bytes, out: .bytes, options: options)
    return String(decoding: answer, as: UTF8.self)
  }

  /// Asks until the last answers are from exactly these servers.
  func settle(on numbers: Set<String>) async throws {
    var last: [String] = []
    while last.count < 6 || Set(last.suffix(6)) != numbers {
      last.append((try? await ask()) ?? "none")
    }
  }

  /// Tells every health check of a server.
  func tell(_ number: Int, _ status: UInt8) {
    let chart = charts[number]
    loop.execute { for call in chart.calls { call.send([8, status]) } }
  }

  /// Lets the channel go without closing it.
  mutating func abandon() { channel = nil }

  func stop() async {
    await channel?.close()
    for server in servers { await server.stop() }
    await loop.stop()
  }
}

@Sendable private func says(_ status: UInt8) -> @Sendable (PeerCall) -> Void {
  { call in
    call.sendHead()
    call.send([8, status])
  }
}

@Sendable private func fails(_ code: Int) -> @Sendable (PeerCall) -> Void {
  { $0.trailersOnly(["content-type": "application/grpc", "grpc-status": "\(code)"]) }
}

/// Client-side health checking (gRFC A17).
@Suite struct HealthCheckTests {
  @Test func `calls go to servers that say they serve, as they say it`() async throws {
    let ward = try await Ward([says(2), says(1)])
    #expect(try await ward.ask() == "1")
    try await ward.settle(on: ["1"])
    ward.tell(0, 1)
    try await ward.settle(on: ["0", "1"])
    ward.tell(1, 3)
    try await ward.settle(on: ["0"])
    #expect(ward.charts.map { $0.asked.withLock { $0 } } == [["a.B"], ["a.B"]])
    await ward.stop()
  }

  @Test func `a channel of which no server serves is unavailable until one does`() async throws {
    let ward = try await Ward([says(2), says(0)])
    #expect(await failure { try await ward.ask() }?.code == .unavailable)
    #expect(await ward.channel.state() == .transientFailure)
    let waiting = Task { try await ward.ask(waiting: true) }
    ward.tell(1, 1)
    #expect(try await waiting.value == "1")
    #expect(await ward.channel.state() == .ready)
    await ward.stop()
  }

  @Test func `calls wait for the first word of a server`() async throws {
    let ward = try await Ward([{ _ in }])
    #expect(await ward.channel.state(connecting: true) == .connecting)
    let call = Task { try await ward.ask() }
    while ward.charts[0].asked.withLock({ $0.isEmpty }) { await Task.yield() }
    #expect(await ward.channel.state() == .connecting)
    ward.loop.execute { says(1)(ward.charts[0].calls[0]) }
    #expect(try await call.value == "0")
    await ward.stop()
  }

  @Test func `a server without a health service counts as serving, and is not asked again`()
    async throws
  {
    let ward = try await Ward([fails(12)])
    for _ in 0..<3 { #expect(try await ward.ask() == "0") }
    #expect(ward.charts[0].asked.withLock { $0.count } == 1)
    await ward.stop()
  }

  @Test func `a check that fails is made again, and until then the server is not used`()
    async throws
  {
    let count = Mutex(0)
    let ward = try await Ward([
      { call in
        let round = count.withLock {
          $0 += 1
          return $0
        }
        if round < 3 { fails(13)(call) } else { says(1)(call) }
      }
    ])
    #expect(await failure { try await ward.ask() }?.code == .unavailable)
    #expect(try await ward.ask(waiting: true) == "0")
    #expect(count.withLock { $0 } == 3)
    await ward.stop()
  }

  @Test func `a check that a server ends is made again at once`() async throws {
    let ward = try await Ward([says(1)]) { $0.backoff.initial = .seconds(100) }
    #expect(try await ward.ask() == "0")
    ward.loop.execute { ward.charts[0].calls[0].end(14) }
    while ward.charts[0].asked.withLock({ $0.count }) < 2 { await Task.yield() }
    #expect(try await ward.ask(waiting: true) == "0")
    await ward.stop()
  }

  @Test func `a check may outlive a channel that nobody keeps, and is not made again`() async throws
  {
    var ward = try await Ward([says(1)])
    #expect(try await ward.ask() == "0")
    ward.abandon()
    let chart = ward.charts[0]
    ward.loop.execute { chart.calls[0].end(14) }
    // Nothing tells when the client has heard of it.
    try await ward.loop.sleep(for: .milliseconds(100))
    #expect(chart.asked.withLock { $0.count } == 1)
    await ward.stop()
  }

  @Test func `a lost connection is watched anew`() async throws {
    let ward = try await Ward([says(1)])
    #expect(try await ward.ask() == "0")
    await ward.servers[0].forEachConnection { $0.close() }
    while ward.charts[0].asked.withLock({ $0.count }) < 2 { _ = try? await ward.ask(waiting: true) }
    #expect(try await ward.ask(waiting: true) == "0")
    await ward.stop()
  }

  @Test(arguments: [
    #"{"loadBalancingConfig": [{"pick_first": {}}], "healthCheckConfig": {"serviceName": ""}}"#,
    #"{"loadBalancingConfig": [{"round_robin": {}}], "healthCheckConfig": {}}"#,
    #"{"loadBalancingConfig": [{"round_robin": {}}]}"#,
  ])
  func `without a service to ask for, or a choice, nothing is asked`(config: String) async throws {
    let ward = try await Ward([says(2)], config: config)
    #expect(try await ward.ask() == "0")
    #expect(ward.charts[0].asked.withLock { $0 } == [])
    await ward.stop()
  }

  @Test func `a channel may be told not to check`() async throws {
    let ward = try await Ward([says(2)]) { $0.checksHealth = false }
    #expect(try await ward.ask() == "0")
    #expect(ward.charts[0].asked.withLock { $0 } == [])
    await ward.stop()
  }
}
