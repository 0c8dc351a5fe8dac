import EventLoop
import GRPC
import HTTP
import HTTP2
import RPCCore
import Synchronization
import Testing

@testable import RPCClient

/// Several servers on one loop, each of which answers with its number, and a channel to them.
private struct Cluster {
  let loop: EventLoop
  let servers: [PeerServer]
  let addresses: [SocketAddress]
  let names: Names
  let channel: Channel

  init(
    _ count: Int, policy: String, settings: HTTP2Configuration = .peer, more: String = "",
    script: PeerServer.Script? = nil
  ) async throws {
    loop = EventLoop.start(name: "test")
    var servers: [PeerServer] = []
    var addresses: [SocketAddress] = []
    for number in 0..<count {
      let own: PeerServer.Script = { call in
        guard call.head.headers["x-early"] == nil else {
          return call.answerEach(["x-number": "\(number)"])
        }
        call.answer(Array("\(number)".utf8))
      }
      let server = PeerServer(loop: loop, settings: settings, script ?? own)
      addresses.append(try await server.start(on: .ownLoopback()))
      servers.append(server)
    }
    (self.servers, self.addresses) = (servers, addresses)
    names = Names(addresses)
    var configuration = ClientConfiguration(target: Target(resolver: names, authority: "test"))
    configuration.resolutionInterval = .zero
    // A slow machine is no reason to try the next address.
    configuration.connectionAttemptDelay = .seconds(60)
    configuration.backoff.initial = .milliseconds(5)
    configuration.serviceConfig = try ServiceConfig(
      json: "{\"loadBalancingConfig\": [{\"\(policy)\": {}}]\(more)}")
    channel = try Channel(loop: loop, configuration: configuration)
  }

  func ask(_ options: CallOptions = CallOptions()) async throws -> String {
    let answer = try await channel.unary(echo, [], in: .bytes, out: .bytes, options: options)
    return String(decoding: answer, as: UTF8.self)
  }

  func stop() async {
    await channel.close()
    for server in servers { await server.stop() }
    await loop.stop()
  }
}

/// A resolver whose answers a test sets.
private final class Names: NameResolver {
  private let answer: Mutex<Result<NameResolution, RPCError>>
  private let count = Atomic(0)

  init(_ addresses: [SocketAddress]) {
    answer = Mutex(.success(NameResolution(addresses: addresses)))
  }

  var questions: Int { count.load(ordering: .relaxed) }

  func set(_ new: Result<NameResolution, RPCError>) { answer.withLock { $0 = new } }

  func resolve() async throws -> NameResolution {
    count.add(1, ordering: .relaxed)
    return try answer.withLock { try $0.get() }
  }
}

@Suite struct ResolverTests {
  @Test func `pick_first sends all calls to the first address`() async throws {
    let cluster = try await Cluster(2, policy: "pick_first")
    for _ in 0..<4 { #expect(try await cluster.ask() == "0") }
    #expect(await cluster.servers[1].connectionCount == 0)
    await cluster.stop()
  }

  @Test func `pick_first passes over an address where nobody listens`() async throws {
    let cluster = try await Cluster(2, policy: "pick_first")
    await cluster.servers[0].stop()
    #expect(try await cluster.ask() == "1")
    await cluster.stop()
  }

  @Test func `pick_first asks the resolver again and moves on when its connection is lost`()
    async throws
  {
    let cluster = try await Cluster(2, policy: "pick_first")
    #expect(try await cluster.ask() == "0")
    cluster.names.set(.success(NameResolution(addresses: [cluster.addresses[1]])))
    await cluster.servers[0].stop()
    while await cluster.channel.state() == .ready {
      _ = try await cluster.channel.stateChange(from: .ready)
    }
    #expect(try await cluster.ask() == "1")
    #expect(cluster.names.questions >= 2)
    await cluster.stop()
  }

  @Test func `pick_first asks the resolver for as long as it reaches no address`() async throws {
    let cluster = try await Cluster(2, policy: "pick_first")
    cluster.names.set(.success(NameResolution(addresses: [cluster.addresses[0]])))
    await cluster.servers[0].stop()
    #expect(await failure { try await cluster.ask() }?.code == .unavailable)
    // What is asked after the first pass still has the old answer.
    while cluster.names.questions < 2 { _ = await cluster.channel.state() }
    _ = await cluster.channel.state()
    cluster.names.set(.success(NameResolution(addresses: [cluster.addresses[1]])))
    #expect(try await cluster.ask(.patient) == "1")
    await cluster.stop()
  }

  @Test func `round_robin sends calls to all addresses in turn`() async throws {
    let cluster = try await Cluster(3, policy: "round_robin")
    _ = try await cluster.ask()
    // Connections come one after the other; each server has one before turns can be counted.
    while Set(await cluster.counts()) != [1] { _ = try await cluster.ask() }
    var answers: [String] = []
    while Set(answers).count < 3 { answers.append(try await cluster.ask()) }
    var turns: [String: Int] = [:]
    for _ in 0..<30 { turns[try await cluster.ask(), default: 0] += 1 }
    #expect(turns == ["0": 10, "1": 10, "2": 10])
    await cluster.stop()
  }

  @Test func `round_robin goes on without a server that has gone`() async throws {
    let cluster = try await Cluster(2, policy: "round_robin")
    var seen: Set<String> = []
    while seen.count < 2 { seen.insert(try await cluster.ask()) }
    await cluster.servers[0].stop()
    var answers: [String] = []
    while answers.suffix(4) != ["1", "1", "1", "1"] {
      if let answer = try? await cluster.ask() { answers.append(answer) }
    }
    await cluster.stop()
  }

  @Test func `a call runs to its end though its address is no longer named`() async throws {
    let cluster = try await Cluster(3, policy: "round_robin")
    cluster.names.set(.success(NameResolution(addresses: Array(cluster.addresses[0...1]))))
    let options = CallOptions(metadata: ["x-early": "1"])
    var streams: [String: ClientStream<[UInt8], [UInt8]>] = [:]
    while streams.count < 2 {
      let stream = try await cluster.channel.bidirectional(
        chat, in: .bytes, out: .bytes, options: options)
      let number = try #require(try await stream.call.headers()["x-number"])
      if streams[number] == nil { streams[number] = stream } else { stream.cancel() }
    }
    cluster.names.set(.success(NameResolution(addresses: [cluster.addresses[2]])))
    // The loss makes the channel ask again; the new answer drops the address of the other call.
    await cluster.servers[1].stop()
    while (try? await cluster.ask()) != "2" {}
    let stream = try #require(streams["0"])
    try await stream.send([5])
    #expect(try await stream.responses.next() == [5])
    try await stream.finishSending()
    stream.cancel()
    await cluster.stop()
  }

  @Test func `a resolver that fails makes calls fail, one that recovers lets waiting ones go`()
    async throws
  {
    let cluster = try await Cluster(1, policy: "pick_first")
    cluster.names.set(.failure(RPCError(.notFound, "no such name")))
    // NOT_FOUND would say something about the call's own request (gRFC A54).
    #expect(await failure { try await cluster.ask() }?.code == .internal)
    #expect(await cluster.channel.state() == .transientFailure)
    let waiting = CallOptions(waitForReady: true)
    let call = Task {
      try await cluster.channel.unary(echo, [], in: .bytes, out: .bytes, options: waiting)
    }
    cluster.names.set(.success(NameResolution(addresses: cluster.addresses)))
    #expect(try await call.value == Array("0".utf8))
    await cluster.stop()
  }

  @Test func `the channel's own config says whether a call waits for a name that was never found`()
    async throws
  {
    let cluster = try await Cluster(
      1, policy: "pick_first", more: #", "methodConfig": [{"name": [{}], "waitForReady": true}]"#)
    cluster.names.set(.failure(RPCError(.unavailable, "no answer")))
    let call = Task { try await cluster.ask() }
    while await cluster.channel.state() != .transientFailure { await Task.yield() }
    let options = CallOptions(waitForReady: false)
    #expect(await failure { try await cluster.ask(options) }?.code == .unavailable)
    cluster.names.set(.success(NameResolution(addresses: cluster.addresses)))
    #expect(try await call.value == "0")
    await cluster.stop()
  }

  @Test func `a name without addresses is unavailable`() async throws {
    let cluster = try await Cluster(0, policy: "pick_first")
    #expect(await failure { try await cluster.ask() }?.code == .unavailable)
    await cluster.stop()
  }

  @Test(arguments: ["pick_first", "round_robin"])
  func `a name without addresses is asked for again until it has some`(
    policy: String
  ) async throws {
    let cluster = try await Cluster(1, policy: policy)
    cluster.names.set(.success(NameResolution(addresses: [])))
    #expect(await failure { try await cluster.ask() }?.code == .unavailable)
    cluster.names.set(.success(NameResolution(addresses: cluster.addresses)))
    #expect(try await cluster.ask(.patient) == "0")
    await cluster.stop()
  }

  @Test(arguments: ["pick_first", "round_robin"])
  func `connecting to a name without addresses fails`(policy: String) async throws {
    let cluster = try await Cluster(0, policy: policy)
    let connecting = Task { await failure { try await cluster.channel.connect() } }
    var state = ConnectivityState.idle
    while state != .transientFailure {
      state = try await cluster.channel.stateChange(from: state)
    }
    // Who waited still would be told that the channel is closed.
    await cluster.stop()
    #expect(await connecting.value?.message == RPCError.noAddresses.message)
  }

  @Test func `an answer without addresses is followed by the pause of a failure`() async {
    let loop = EventLoop.start(name: "test")
    let address = SocketAddress(host: "127.0.0.1", port: 1)
    var configuration = ClientConfiguration(address: address)
    configuration.resolutionInterval = .zero
    var resolution = Resolution(configuration, loop: loop)
    let now = Deadline.now
    resolution.begin(at: now)
    resolution.succeeded(NameResolution(addresses: []), at: now)
    #expect(resolution.wait(at: now) > .milliseconds(500))
    resolution.begin(at: now)
    resolution.succeeded(NameResolution(addresses: [address]), at: now)
    #expect(resolution.wait(at: now) == .zero)
    await loop.stop()
  }

  @Test func `a resolver's service config is in force for the first call already`() async throws {
    let cluster = try await Cluster(1, policy: "pick_first") { _ in }
    let config = try ServiceConfig(
      json: #"{"methodConfig": [{"name": [{}], "timeout": "0.02s"}]}"#)
    cluster.names.set(
      .success(NameResolution(addresses: cluster.addresses, serviceConfig: config)))
    #expect(await failure { try await cluster.ask() }?.code == .deadlineExceeded)
    await cluster.stop()
  }

  @Test func `a name is looked up by the system`() async throws {
    let loop = EventLoop.start(name: "test")
    let server = PeerServer(loop: loop) { $0.answer([7]) }
    let port = try #require(try await server.start().port)
    let target = try Target("dns:///localhost:\(port)")
    let channel = try Channel(loop: loop, configuration: ClientConfiguration(target: target))
    #expect(try await channel.unary(echo, [], in: .bytes, out: .bytes) == [7])
    let found = try await loop.addresses(of: "127.0.0.1", port: 5, timeout: .seconds(10))
    #expect(found == [SocketAddress("127.0.0.1:5")])
    await channel.close()
    await server.stop()
    await loop.stop()
  }
}

extension CallOptions {
  /// Waits for a connection, longer than a busy machine takes.
  fileprivate static var patient: CallOptions {
    CallOptions(deadline: Deadline(.seconds(30)), waitForReady: true)
  }
}

extension Cluster {
  fileprivate func counts() async -> [Int] {
    var counts: [Int] = []
    for server in servers { counts.append(await server.connectionCount) }
    return counts
  }
}

@Suite struct ConnectivityTests {
  @Test func `a channel is idle, connects when asked to, and is idle again when it is lost`()
    async throws
  {
    let rig = try await Rig { $0.answer([]) }
    #expect(await rig.channel.state() == .idle)
    #expect(await rig.channel.state(connecting: true) == .connecting)
    #expect(try await rig.channel.stateChange(from: .connecting) == .ready)
    #expect(try await rig.channel.stateChange(from: .idle) == .ready)
    await rig.server.forEachConnection { $0.close() }
    #expect(try await rig.channel.stateChange(from: .ready) == .idle)
    await rig.channel.close()
    #expect(await rig.channel.state() == .shutdown)
    await rig.stop()
  }

  @Test func `a channel that cannot connect says so until it can`() async throws {
    let loop = EventLoop.start(name: "test")
    let server = PeerServer(loop: loop) { $0.answer([]) }
    let address = try await server.start(on: .ownLoopback())
    await server.stop()
    var configuration = ClientConfiguration(address: address)
    configuration.backoff.initial = .milliseconds(5)
    let channel = try Channel(loop: loop, configuration: configuration)
    await #expect(throws: RPCError.self) { try await channel.connect() }
    #expect(await channel.state() == .transientFailure)
    let again = PeerServer(loop: loop) { $0.answer([]) }
    _ = try await again.start(on: address)
    #expect(try await channel.stateChange(from: .transientFailure) == .ready)
    await channel.close()
    await again.stop()
    await loop.stop()
  }

  @Test func `waiting for a change can be given up`() async throws {
    let rig = try await Rig { $0.answer([]) }
    let task = Task { try await rig.channel.stateChange(from: .idle) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    await rig.stop()
  }

  @Test func `a channel without calls lets its connection go, and comes back`() async throws {
    let rig = try await Rig({ $0.idleTimeout = .milliseconds(20) }) { $0.answer([]) }
    _ = try await say(rig)
    #expect(try await rig.channel.stateChange(from: .ready) == .idle)
    _ = try await say(rig)
    #expect(await rig.server.connectionCount == 2)
    await rig.stop()
  }
}

@Suite struct ConnectionScalingTests {
  @Test(arguments: [(1, [1]), (2, [1, 2])])
  func `calls above the stream limit get another connection where the config allows it`(
    connections: Int, used: [Int]
  ) async throws {
    let numbers = Mutex<[Int]>([])
    let (arrived, arrival) = AsyncStream.makeStream(of: Void.self)
    let config = ServiceConfig(maxConnectionsPerAddress: connections)
    let rig = try await Rig(
      { $0.serviceConfig = config }, settings: .peer { $0.maxConcurrentStreams = 2 }
    ) { call in
      numbers.withLock { $0.append(call.connection.number) }
      call.sendHead()
      call.send([UInt8(call.connection.number)])
      arrival.yield()
    }
    var streams: [ClientStream<[UInt8], [UInt8]>] = []
    let options = CallOptions(metadata: ["x-early": "1"])
    for _ in 0..<3 {
      streams.append(
        try await rig.channel.bidirectional(chat, in: .bytes, out: .bytes, options: options))
    }
    var count = 0
    for await _ in arrived {
      count += 1
      if count == (connections == 1 ? 2 : 3) { break }
    }
    #expect(Set(numbers.withLock { $0 }) == Set(used))
    // With one connection the third call gets its turn when another one ends.
    streams[0].cancel()
    #expect(try await streams[2].responses.next() == [UInt8(used.last!)])
    for stream in streams { stream.cancel() }
    await rig.stop()
  }
}
