import EventLoop
import GRPC
import HTTP
import HTTP2
import RPCCore
import Synchronization
import Testing

@testable import RPCClient

/// Retries and hedging, as a server sees them.
@Suite struct RetryTests {
  private static let policy = """
    "retryPolicy": {"maxAttempts": 4, "initialBackoff": "0.001s", "maxBackoff": "0.001s",
      "backoffMultiplier": 1, "retryableStatusCodes": ["UNAVAILABLE"]}
    """

  private func config(_ method: String, _ more: String = "") throws -> ServiceConfig {
    try ServiceConfig(json: "{\"methodConfig\": [{\"name\": [{}], \(method)}]\(more)}")
  }

  private func rig(
    _ method: String = policy, _ more: String = "",
    _ configure: (inout ClientConfiguration) -> Void = { _ in },
    _ script: @escaping PeerServer.Script
  ) async throws -> Rig {
    let config = try config(method, more)
    return try await Rig({
      $0.serviceConfig = config
      configure(&$0)
    }) { script($0) }
  }

  @Test func `a failed attempt is made again, and says how many there were`() async throws {
    let heads = Mutex<[String?]>([])
    let rig = try await rig { call in
      let count = heads.withLock { heads in
        heads.append(call.head.headers["grpc-previous-rpc-attempts"])
        return heads.count
      }
      if count < 3 { call.fail(14) } else { call.answer(call.messages[0]) }
    }
    #expect(try await say(rig, "again") == "again")
    #expect(heads.withLock { $0 } == [nil, "1", "2"])
    await rig.stop()
  }

  @Test(arguments: [(14, 4), (5, 1)])
  func `attempts end with the policy's number, or at once for another code`(
    status: Int, attempts: Int
  ) async throws {
    let count = Atomic(0)
    let rig = try await rig { call in
      count.add(1, ordering: .relaxed)
      call.fail(status)
    }
    #expect(await failure { try await say(rig) }?.code.rawValue == UInt8(status))
    #expect(count.load(ordering: .relaxed) == attempts)
    await rig.stop()
  }

  @Test func `an answer whose head has come is never asked for again`() async throws {
    let count = Atomic(0)
    let rig = try await rig { call in
      count.add(1, ordering: .relaxed)
      call.sendHead()
      call.end(14)
    }
    #expect(await failure { try await say(rig) }?.code == .unavailable)
    #expect(count.load(ordering: .relaxed) == 1)
    await rig.stop()
  }

  @Test(arguments: ["-1", "never"])
  func `a server may forbid another attempt`(pushback: String) async throws {
    let count = Atomic(0)
    let rig = try await rig { call in
      count.add(1, ordering: .relaxed)
      call.fail(14, ["grpc-retry-pushback-ms": pushback])
    }
    #expect(await failure { try await say(rig) }?.code == .unavailable)
    #expect(count.load(ordering: .relaxed) == 1)
    await rig.stop()
  }

  @Test func `a server's pushback takes the place of the backoff`() async throws {
    let count = Atomic(0)
    let patient = Self.policy.replacing("0.001s", with: "3600s")
    let rig = try await rig(patient) { call in
      if count.add(1, ordering: .relaxed).newValue == 1 {
        call.fail(14, ["grpc-retry-pushback-ms": "5"])
      } else {
        call.answer(call.messages[0])
      }
    }
    #expect(try await say(rig, "soon") == "soon")
    await rig.stop()
  }

  @Test func `the deadline is one for all attempts`() async throws {
    let patient = Self.policy.replacing("0.001s", with: "3600s")
    let rig = try await rig(patient) { $0.fail(14) }
    let error = await failure { try await say(rig, "x", .timeout(.milliseconds(40))) }
    #expect(error?.code == .deadlineExceeded)
    await rig.stop()
  }

  @Test func `a refusal costs no attempt, and comes once without a policy's help`() async throws {
    let heads = Mutex<[String?]>([])
    let rig = try await rig { call in
      let count = heads.withLock { heads in
        heads.append(call.head.headers["grpc-previous-rpc-attempts"])
        return heads.count
      }
      switch count {
      case 1, 2: call.reset(.refusedStream)
      default: call.answer(call.messages[0])
      }
    }
    #expect(try await say(rig, "x") == "x")
    #expect(heads.withLock { $0 } == [nil, nil, "1"])
    await rig.stop()
  }

  @Test func `too many failures stop all retries`() async throws {
    let count = Atomic(0)
    let throttling = #", "retryThrottling": {"maxTokens": 4, "tokenRatio": 0.1}"#
    let rig = try await rig(Self.policy, throttling) { call in
      count.add(1, ordering: .relaxed)
      call.fail(14)
    }
    // 4 tokens: the first attempt leaves 3, the second 2, which is half.
    _ = await failure { try await say(rig) }
    #expect(count.load(ordering: .relaxed) == 2)
    _ = await failure { try await say(rig) }
    #expect(count.load(ordering: .relaxed) == 3)
    await rig.stop()
  }

  @Test func `everything that was sent is sent again, in order`() async throws {
    let seen = Mutex<[[[UInt8]]]>([])
    let rig = try await rig { call in
      let count = seen.withLock { seen in
        seen.append(call.messages)
        return seen.count
      }
      if count == 1 { call.fail(14) } else { call.answer([9]) }
    }
    let stream = try await rig.channel.clientStreaming(chat, in: .bytes, out: .bytes)
    for number in 0..<5 { try await stream.send([UInt8(number)]) }
    #expect(try await stream.finish() == [9])
    let all: [[UInt8]] = [[0], [1], [2], [3], [4]]
    #expect(seen.withLock { $0 } == [all, all])
    await rig.stop()
  }

  @Test func `messages go on to the next attempt while it runs`() async throws {
    let (failed, fail) = AsyncStream.makeStream(of: Void.self)
    let count = Atomic(0)
    let rig = try await rig { call in
      // The first attempt fails at its head; the second one gets what is sent before and after.
      if count.add(1, ordering: .relaxed).newValue == 1 {
        call.fail(14)
        fail.yield()
      } else {
        call.answerEach()
      }
    }
    let options = CallOptions(metadata: ["x-early": "1"])
    let stream = try await rig.channel.bidirectional(
      chat, in: .bytes, out: .bytes, options: options)
    try await stream.send([1])
    for await _ in failed { break }
    try await stream.send([2])
    #expect(try await stream.responses.next() == [1])
    #expect(try await stream.responses.next() == [2])
    stream.cancel()
    await rig.stop()
  }

  @Test func `a call that sent more than is kept has one attempt`() async throws {
    let count = Atomic(0)
    let rig = try await rig(Self.policy, "", { $0.replayBytes = 1_000 }) { call in
      count.add(1, ordering: .relaxed)
      call.fail(14)
    }
    let text = String(repeating: "x", count: 1_001)
    #expect(await failure { try await say(rig, text) }?.code == .unavailable)
    #expect(count.load(ordering: .relaxed) == 1)
    await rig.stop()
  }

  @Test func `cancelling ends a call between its attempts`() async throws {
    let (failed, fail) = AsyncStream.makeStream(of: Void.self)
    let patient = Self.policy.replacing("0.001s", with: "3600s")
    let rig = try await rig(patient) { call in
      call.fail(14)
      fail.yield()
    }
    let task = Task { await failure { try await say(rig) } }
    for await _ in failed { break }
    task.cancel()
    #expect(await task.value?.code == .cancelled)
    await rig.stop()
  }

  @Test func `a server nobody runs is tried as often as the policy says`() async throws {
    let loop = EventLoop.start(name: "test")
    var configuration = ClientConfiguration(address: SocketAddress(host: "127.0.0.1", port: 1))
    configuration.serviceConfig = try config(Self.policy)
    let channel = try Channel(loop: loop, configuration: configuration)
    let error = await failure { try await channel.unary(echo, [], in: .bytes, out: .bytes) }
    #expect(error?.code == .unavailable)
    await channel.close()
    await loop.stop()
  }
}

@Suite struct MethodConfigTests {
  private func rig(_ method: String, _ script: @escaping PeerServer.Script) async throws -> Rig {
    let config = try ServiceConfig(
      json: "{\"methodConfig\": [{\"name\": [{\"service\": \"test.Echo\"}], \(method)}]}")
    return try await Rig({ $0.serviceConfig = config }, script)
  }

  @Test(arguments: [CallOptions(), .timeout(.seconds(3600))])
  func `a timeout ends a call that has none or a longer one`(options: CallOptions) async throws {
    let rig = try await rig(#""timeout": "0.03s""#) { _ in }
    #expect(await failure { try await say(rig, "x", options) }?.code == .deadlineExceeded)
    await rig.stop()
  }

  @Test func `a request over the limit fails before it is sent`() async throws {
    let count = Atomic(0)
    let rig = try await rig(#""maxRequestMessageBytes": 4"#) { call in
      count.add(1, ordering: .relaxed)
      call.answer([])
    }
    #expect(await failure { try await say(rig, "12345") }?.code == .resourceExhausted)
    #expect(count.load(ordering: .relaxed) == 0)
    _ = try await say(rig, "1234")
    await rig.stop()
  }

  @Test func `a response over the limit fails`() async throws {
    let rig = try await rig(#""maxResponseMessageBytes": 4"#) { $0.answer($0.messages[0]) }
    #expect(await failure { try await say(rig, "12345") }?.code == .resourceExhausted)
    #expect(try await say(rig, "1234") == "1234")
    await rig.stop()
  }

  @Test func `the tighter of the call's and the config's limits counts`() async throws {
    let rig = try await rig(#""maxRequestMessageBytes": 9"#) { $0.answer($0.messages[0]) }
    var options = CallOptions()
    options.maxRequestBytes = 3
    let given = options
    #expect(await failure { try await say(rig, "1234", given) }?.code == .resourceExhausted)
    await rig.stop()
  }

  @Test func `calls wait for a connection when the config says so and they do not`() async throws {
    let loop = EventLoop.start(name: "test")
    var configuration = ClientConfiguration(address: SocketAddress(host: "127.0.0.1", port: 1))
    configuration.backoff.initial = .milliseconds(5)
    configuration.serviceConfig = try ServiceConfig(
      json: #"{"methodConfig": [{"name": [{}], "waitForReady": true}]}"#)
    let channel = try Channel(loop: loop, configuration: configuration)
    func call(_ options: CallOptions) async -> StatusCode? {
      await failure {
        try await channel.unary(echo, [], in: .bytes, out: .bytes, options: options)
      }?.code
    }
    #expect(await call(.timeout(.milliseconds(40))) == .deadlineExceeded)
    var hasty = CallOptions()
    hasty.waitForReady = false
    #expect(await call(hasty) == .unavailable)
    await channel.close()
    await loop.stop()
  }
}

@Suite struct HedgingTests {
  private func rig(
    _ attempts: Int, delay: String, _ more: String = "", _ script: @escaping PeerServer.Script
  ) async throws -> Rig {
    let config = try ServiceConfig(
      json: """
        {"methodConfig": [{"name": [{}], "hedgingPolicy": {"maxAttempts": \(attempts),
          "hedgingDelay": "\(delay)", "nonFatalStatusCodes": ["UNAVAILABLE"]}}]\(more)}
        """)
    return try await Rig({ $0.serviceConfig = config }, script)
  }

  @Test func `a slow attempt is joined by another, and cancelled when that one answers`()
    async throws
  {
    let heads = Mutex<[String?]>([])
    let resets = Mutex<[HTTP2ErrorCode]>([])
    let rig = try await rig(2, delay: "0.005s") { call in
      resets.withLock { $0 = call.connection.resets }
      let count = heads.withLock { heads in
        heads.append(call.head.headers["grpc-previous-rpc-attempts"])
        return heads.count
      }
      if count > 1 { call.answer(call.messages[0]) }
    }
    #expect(try await say(rig, "fast") == "fast")
    #expect(heads.withLock { $0 } == [nil, "1"])
    // The reset has left with the loop's last iteration; the next call lets the server see it.
    #expect(try await say(rig, "next") == "next")
    #expect(resets.withLock { $0 } == [.cancel])
    await rig.stop()
  }

  @Test func `without a delay all attempts are sent at once`() async throws {
    let count = Atomic(0)
    let rig = try await rig(3, delay: "0s") { call in
      if count.add(1, ordering: .relaxed).newValue == 3 { call.answer([3]) }
    }
    let answer = try await rig.channel.unary(echo, [], in: .bytes, out: .bytes)
    #expect(answer == [3])
    await rig.stop()
  }

  @Test func `a failure that is not fatal brings the next attempt forward`() async throws {
    let count = Atomic(0)
    let rig = try await rig(3, delay: "3600s") { call in
      if count.add(1, ordering: .relaxed).newValue < 3 { call.fail(14) } else { call.answer([1]) }
    }
    _ = try await say(rig)
    #expect(count.load(ordering: .relaxed) == 3)
    await rig.stop()
  }

  @Test func `a fatal failure ends the call and its other attempts`() async throws {
    let count = Atomic(0)
    let rig = try await rig(2, delay: "0.005s") { call in
      if count.add(1, ordering: .relaxed).newValue == 2 { call.fail(5) }
    }
    #expect(await failure { try await say(rig) }?.code == .notFound)
    #expect(count.load(ordering: .relaxed) == 2)
    await rig.stop()
  }

  @Test func `when all attempts fail the last failure is the call's`() async throws {
    let count = Atomic(0)
    let rig = try await rig(3, delay: "0s") { call in
      count.add(1, ordering: .relaxed)
      call.fail(14)
    }
    #expect(await failure { try await say(rig) }?.code == .unavailable)
    #expect(count.load(ordering: .relaxed) == 3)
    await rig.stop()
  }

  @Test func `a call whose next attempt finds no tokens ends with its last failure`() async throws {
    let (failed, fail) = AsyncStream.makeStream(of: Void.self)
    let throttling = #", "retryThrottling": {"maxTokens": 4, "tokenRatio": 0.1}"#
    let rig = try await rig(2, delay: "3600s", throttling) { call in
      call.fail(14, ["grpc-retry-pushback-ms": "50"])
      fail.yield()
    }
    let options = CallOptions.timeout(.seconds(30))
    let first = Task { await failure { try await say(rig, "x", options) } }
    for await _ in failed { break }
    // 4 tokens: the first call leaves 3 and waits for its time, the second one 2, which is half.
    #expect(await failure { try await say(rig) }?.code == .unavailable)
    #expect(await first.value?.code == .unavailable)
    await rig.stop()
  }
}

extension PeerCall {
  /// Trailers only, with a status.
  func fail(_ status: Int, _ more: HTTPHeaders = HTTPHeaders()) {
    var headers: HTTPHeaders = ["content-type": "application/grpc", "grpc-status": "\(status)"]
    for field in more { headers.add(field.name, field.value) }
    trailersOnly(headers)
  }
}

@Suite struct ReplayBufferTests {
  @Test func `frames are kept in order and counted until they are dropped`() {
    var buffer = ReplayBuffer()
    #expect(buffer.count == 0)
    for number in 1...3 { buffer.append([UInt8](repeating: UInt8(number), count: number)) }
    #expect((0..<buffer.count).map { buffer[$0] } == [[1], [2, 2], [3, 3, 3]])
    #expect(buffer.bytes == 6)
    buffer.removeAll()
    #expect(buffer.count == 0)
    #expect(buffer.bytes == 0)
  }
}
