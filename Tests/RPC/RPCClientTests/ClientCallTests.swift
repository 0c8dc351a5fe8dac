import EventLoop
import GRPC
import HTTP
import HTTP2
import RPCCore
import Synchronization
import TLS
import Testing

@testable import RPCClient

@Suite struct ClientCallTests {
  @Test func `a unary call is a POST with the headers gRPC wants`() async throws {
    let heads = Mutex<[HTTPRequestHead]>([])
    let rig = try await Rig { call in
      heads.withLock { $0.append(call.head) }
      call.answer(call.messages[0] + Array("!".utf8))
    }
    var options = CallOptions.timeout(.seconds(5), metadata: ["x-a": "1"])
    options.metadata.add(binary: [1, 2, 3], for: "y-bin")
    #expect(try await say(rig, "hello", options) == "hello!")
    let head = heads.withLock { $0[0] }
    #expect(head.method == "POST")
    #expect(head.target == "/test.Echo/Say")
    #expect(head.scheme == "http")
    #expect(head.authority.hasPrefix("127.0.0.1:"))
    #expect(head.headers["te"] == "trailers")
    #expect(head.headers["content-type"] == "application/grpc")
    #expect(head.headers["x-a"] == "1")
    #expect(head.headers["y-bin"] == "AQID")
    #expect(head.headers["grpc-timeout"] != nil)
    await rig.stop()
  }

  @Test func `calls share one connection`() async throws {
    let rig = try await Rig { $0.answer($0.messages[0]) }
    try await withThrowingTaskGroup(of: String.self) { group in
      for number in 0..<50 { group.addTask { try await say(rig, "n\(number)") } }
      var all: Set<String> = []
      for try await text in group { all.insert(text) }
      #expect(all.count == 50)
    }
    #expect(await rig.server.connectionCount == 1)
    await rig.stop()
  }

  @Test func `a status with message and trailers becomes the call's error`() async throws {
    let rig = try await Rig {
      $0.trailersOnly([
        "content-type": "application/grpc", "grpc-status": "5", "grpc-message": "no%20such thing",
        "x-t": "end",
      ])
    }
    let error = try #require(await failure { try await say(rig) })
    #expect(error.code == .notFound)
    #expect(error.message == "no such thing")
    #expect(error.metadata["x-t"] == "end")
    await rig.stop()
  }

  @Test(arguments: [
    (404, StatusCode.unimplemented), (503, .unavailable), (401, .unauthenticated), (500, .unknown),
  ])
  func `an answer that is not gRPC is judged by its HTTP status`(
    status: Int, code: StatusCode
  ) async throws {
    let rig = try await Rig { $0.trailersOnly(["content-type": "text/plain"], status: status) }
    #expect(await failure { try await say(rig) }?.code == code)
    await rig.stop()
  }

  @Test(arguments: [
    (HTTP2ErrorCode.cancel, StatusCode.cancelled), (.enhanceYourCalm, .resourceExhausted),
    (.internalError, .internal), (.noError, .internal),
  ])
  func `a reset becomes the status of its code`(
    reset: HTTP2ErrorCode, code: StatusCode
  ) async throws {
    let rig = try await Rig { $0.reset(reset) }
    #expect(await failure { try await say(rig) }?.code == code)
    await rig.stop()
  }

  @Test func `a refused call is sent again once`() async throws {
    let count = Atomic(0)
    let rig = try await Rig { call in
      let number = count.add(1, ordering: .relaxed).newValue
      if number == 1 { call.reset(.refusedStream) } else { call.answer(call.messages[0]) }
    }
    #expect(try await say(rig, "again") == "again")
    #expect(count.load(ordering: .relaxed) == 2)
    await rig.stop()
  }

  @Test func `a call refused twice is unavailable`() async throws {
    let count = Atomic(0)
    let rig = try await Rig { call in
      count.add(1, ordering: .relaxed)
      call.reset(.refusedStream)
    }
    #expect(await failure { try await say(rig) }?.code == .unavailable)
    #expect(count.load(ordering: .relaxed) == 2)
    await rig.stop()
  }

  @Test func `an answer that has begun is never asked for again`() async throws {
    let rig = try await Rig { call in
      call.sendHead()
      call.connection.loopWillSleep()
      call.reset(.refusedStream)
    }
    #expect(await failure { try await say(rig) }?.code == .unavailable)
    await rig.stop()
  }

  @Test func `a deadline ends the call here and resets the stream`() async throws {
    let rig = try await Rig { _ in }
    let error = await failure { try await say(rig, "x", .timeout(.milliseconds(30))) }
    #expect(error?.code == .deadlineExceeded)
    await rig.stop()
  }

  @Test func `a deadline that has passed costs no request`() async throws {
    let count = Atomic(0)
    let rig = try await Rig { _ in count.add(1, ordering: .relaxed) }
    let error = await failure { try await say(rig, "x", .timeout(.zero)) }
    #expect(error?.code == .deadlineExceeded)
    #expect(count.load(ordering: .relaxed) == 0)
    await rig.stop()
  }

  @Test func `cancelling the task cancels the call`() async throws {
    let (arrived, arrival) = AsyncStream.makeStream(of: Void.self)
    let rig = try await Rig { _ in arrival.yield() }
    let task = Task { await failure { try await say(rig) } }
    for await _ in arrived { break }
    task.cancel()
    #expect(await task.value?.code == .cancelled)
    await rig.stop()
  }

  @Test func `a stream is read to its end`() async throws {
    let rig = try await Rig { call in
      call.sendHead(["x-h": "head"])
      for number in 0..<100 { call.send([UInt8(number)]) }
      call.end(0, ["x-t": "end"])
    }
    let responses = try await rig.channel.serverStreaming(watch, [], in: .bytes, out: .bytes)
    #expect(try await responses.call.headers()["x-h"] == "head")
    var numbers: [UInt8] = []
    for try await message in responses { numbers += message }
    #expect(numbers == Array(0..<100))
    #expect(responses.call.trailers["x-t"] == "end")
    await rig.stop()
  }

  @Test func `a call that failed without a head has no headers, and tells why when it is read`()
    async throws
  {
    let rig = try await Rig { $0.fail(5) }
    let call = try await rig.channel.open(echo, options: CallOptions())
    try await call.send([])
    try await call.finishSending()
    let headers = try await call.headers()
    #expect(headers.isEmpty)
    #expect(await failure { try await call.receive() }?.code == .notFound)
    await rig.stop()
  }

  @Test func `messages that came before an error are still read`() async throws {
    let rig = try await Rig { call in
      call.sendHead()
      for number in 0..<3 { call.send([UInt8(number)]) }
      call.end(8)
    }
    let responses = try await rig.channel.serverStreaming(watch, [], in: .bytes, out: .bytes)
    // By the time the head is known here, all of it has come.
    _ = try await responses.call.headers()
    try await rig.loop.sleep(for: .milliseconds(1))
    let read = Mutex<[[UInt8]]>([])
    let error = await failure {
      while let message = try await responses.next() { read.withLock { $0.append(message) } }
    }
    #expect(error?.code == .resourceExhausted)
    #expect(read.withLock { $0 } == [[0], [1], [2]])
    await rig.stop()
  }

  @Test func `what is sent after an early OK is dropped, as the server wants no more`() async throws
  {
    let rig = try await Rig { $0.answer([7]) }
    let options = CallOptions(metadata: ["x-early": "1"])
    let stream = try await rig.channel.clientStreaming(
      chat, in: .bytes, out: .bytes, options: options)
    #expect(try await stream.responses.next() == [7])
    #expect(try await stream.responses.next() == nil)
    try await stream.send([1])
    try await stream.finishSending()
    await rig.stop()
  }

  @Test func `an answer before all bytes have left frees the stream by NO_ERROR`() async throws {
    let resets = Mutex<[HTTP2ErrorCode]>([])
    let rig = try await Rig(settings: .peer { $0.resetAfterEarlyEnd = false }) { call in
      resets.withLock { $0 = call.connection.resets }
      guard call.head.headers["x-early"] != nil else { return call.answer([]) }
      call.connection.returnsCredit = false
      EventLoop.current?.schedule(after: .milliseconds(20)) { call.answer([1]) }
    }
    let big = [UInt8](repeating: 0, count: 100_000)
    let options = CallOptions(metadata: ["x-early": "1"])
    let answer = try await rig.channel.unary(echo, big, in: .bytes, out: .bytes, options: options)
    #expect(answer == [1])
    _ = try await say(rig)
    #expect(resets.withLock { $0 } == [.noError])
    await rig.stop()
  }

  @Test func `headers over the server's limit are not sent`() async throws {
    let count = Atomic(0)
    let rig = try await Rig(settings: .peer { $0.maxHeaderListSize = 600 }) { call in
      count.add(1, ordering: .relaxed)
      call.answer([])
    }
    let options = CallOptions(metadata: ["x-long": String(repeating: "x", count: 600)])
    let error = await failure { try await say(rig, "x", options) }
    #expect(error?.code == .internal)
    #expect(error?.message.contains("the server takes 600") == true)
    _ = try await say(rig)
    #expect(count.load(ordering: .relaxed) == 1)
    await rig.stop()
  }

  @Test func `a call that is over leaves nothing behind`() async throws {
    let rig = try await Rig { $0.answer($0.messages[0]) }
    weak var held: RPCContext?
    do {
      let context = RPCContext(method: echo, deadline: Deadline(.seconds(60)))
      held = context
      _ = try await say(rig, "x", CallOptions(inheriting: context))
    }
    // The loop hears a little later that the handle is gone.
    for _ in 0..<100 where held != nil { try await rig.channel.connect() }
    #expect(held == nil)
    await rig.stop()
  }

  @Test func `a message larger than the window arrives`() async throws {
    let big = [UInt8](repeating: 7, count: 3_000_000)
    let rig = try await Rig { $0.answer(big) }
    let answer = try await rig.channel.unary(echo, [1], in: .bytes, out: .bytes)
    #expect(answer == big)
    await rig.stop()
  }

  @Test func `a message over the limit ends the call`() async throws {
    let rig = try await Rig({ $0.maxMessageBytes = 1000 }) {
      $0.answer([UInt8](repeating: 0, count: 1001))
    }
    #expect(await failure { try await say(rig) }?.code == .resourceExhausted)
    await rig.stop()
  }

  @Test func `a sender waits while the server does not read`() async throws {
    let rig = try await Rig { call in call.connection.returnsCredit = false }
    let options = CallOptions(metadata: ["x-early": "1"])
    let stream = try await rig.channel.bidirectional(
      chat, in: .bytes, out: .bytes, options: options)
    let sent = Atomic(0)
    let (stalled, stall) = AsyncStream.makeStream(of: Int.self)
    let sender = Task {
      while true {
        try await stream.send([UInt8](repeating: 1, count: 16_384))
        stall.yield(sent.add(1, ordering: .relaxed).newValue)
      }
    }
    // The server's window is 64 KiB and ours as much again: the ninth or so does not get through.
    for await number in stalled where number >= 4 { break }
    for _ in 0..<100 { try await rig.channel.connect() }
    #expect(sent.load(ordering: .relaxed) < 16)
    stream.cancel()
    await #expect(throws: RPCError.self) { try await sender.value }
    await rig.stop()
  }
}

@Suite struct ClientConnectionTests {
  @Test func `after GOAWAY new calls use a new connection and old ones finish`() async throws {
    let rig = try await Rig { call in
      if call.connection.number == 1 {
        call.connection.session.goAway(lastStream: call.stream, .noError)
      }
      call.answer(Array("\(call.connection.number)".utf8))
    }
    #expect(try await say(rig) == "1")
    #expect(try await say(rig) == "2")
    #expect(try await say(rig) == "2")
    await rig.stop()
  }

  @Test func `a call above the last stream of GOAWAY is sent again elsewhere`() async throws {
    let rig = try await Rig { call in
      if call.connection.number == 1 {
        call.connection.session.goAway(lastStream: 0, .noError)
        call.connection.flushSoon()
      } else {
        call.answer(call.messages[0])
      }
    }
    #expect(try await say(rig, "moved") == "moved")
    await rig.stop()
  }

  @Test func `calls that wait for a stream move on when the connection is lost`() async throws {
    let (arrived, arrival) = AsyncStream.makeStream(of: Void.self)
    let rig = try await Rig(settings: .peer { $0.maxConcurrentStreams = 1 }) { call in
      if call.connection.number == 1 { arrival.yield() } else { call.answer([50]) }
    }
    let first = Task { await failure { try await say(rig) } }
    for await _ in arrived { break }
    let second = Task { try await say(rig) }
    for _ in 0..<100 { try await rig.channel.connect() }
    await rig.server.forEachConnection { $0.close() }
    #expect(await first.value?.code == .unavailable)
    #expect(try await second.value == "2")
    await rig.stop()
  }

  @Test func `calls that wait for a stream move on at GOAWAY, and running ones stay`() async throws
  {
    let (arrived, arrival) = AsyncStream.makeStream(of: Void.self)
    let rig = try await Rig(settings: .peer { $0.maxConcurrentStreams = 1 }) { call in
      if call.connection.number == 1 { arrival.yield() } else { call.answer([50]) }
    }
    let first = Task { await failure { try await say(rig) } }
    for await _ in arrived { break }
    let second = Task { try await say(rig) }
    for _ in 0..<100 { try await rig.channel.connect() }
    await rig.server.forEachConnection { connection in
      guard connection.number == 1 else { return }
      connection.session.goAway(lastStream: 1, .noError)
      connection.flushSoon()
    }
    #expect(try await second.value == "2")
    first.cancel()
    #expect(await first.value?.code == .cancelled)
    await rig.stop()
  }

  @Test func `a call that waits for a stream gets that of one cancelled before it left`()
    async throws
  {
    let rig = try await Rig(settings: .peer { $0.maxConcurrentStreams = 1 }) {
      $0.answer($0.messages[0])
    }
    _ = try await say(rig)
    // On the loop all three happen before anything is sent.
    let opening = Task(executorPreference: rig.loop) {
      let first = try await rig.channel.open(echo, options: CallOptions())
      let second = try await rig.channel.open(echo, options: .timeout(.seconds(30)))
      first.cancel()
      return second
    }
    let call = try await opening.value
    try await call.send([7])
    try await call.finishSending()
    #expect(try await call.receive() == [7])
    await rig.stop()
  }

  @Test func `a lost call's error has what the server said in its goodbye`() async throws {
    let rig = try await Rig { call in
      call.connection.session.goAway(
        lastStream: call.stream, .enhanceYourCalm, debug: "too_many_pings")
      call.connection.loopWillSleep()
      call.connection.close()
    }
    let error = await failure { try await say(rig) }
    #expect(error?.code == .unavailable)
    #expect(error?.message.contains("ENHANCE_YOUR_CALM, too_many_pings") == true)
    await rig.stop()
  }

  @Test func `a lost connection fails its calls and the next call connects again`() async throws {
    let rig = try await Rig { call in
      if call.connection.number == 1 { call.connection.close() } else { call.answer([50]) }
    }
    #expect(await failure { try await say(rig) }?.code == .unavailable)
    #expect(try await say(rig) == "2")
    await rig.stop()
  }

  @Test func `a server nobody runs is unavailable at once, then within the pause too`() async throws
  {
    let loop = EventLoop.start(name: "test")
    let configuration = ClientConfiguration(address: SocketAddress(host: "127.0.0.1", port: 1))
    let channel = try Channel(loop: loop, configuration: configuration)
    for _ in 0..<2 {
      let error = await failure {
        try await channel.unary(echo, [], in: .bytes, out: .bytes)
      }
      #expect(error?.code == .unavailable)
    }
    await channel.close()
    await loop.stop()
  }

  @Test func `a call that waits for a connection outlives failed attempts`() async throws {
    let loop = EventLoop.start(name: "test")
    var configuration = ClientConfiguration(address: SocketAddress(host: "127.0.0.1", port: 1))
    configuration.backoff.initial = .milliseconds(5)
    let channel = try Channel(loop: loop, configuration: configuration)
    var options = CallOptions.timeout(.milliseconds(60))
    options.waitForReady = true
    let given = options
    let error = await failure {
      try await channel.unary(echo, [], in: .bytes, out: .bytes, options: given)
    }
    #expect(error?.code == .deadlineExceeded)
    await channel.close()
    await loop.stop()
  }

  @Test func `a closed channel takes no calls`() async throws {
    let rig = try await Rig { $0.answer([]) }
    _ = try await say(rig)
    await rig.channel.close()
    #expect(await failure { try await say(rig) }?.code == .unavailable)
    await rig.stop()
  }

  @Test func `closing waits for running calls`() async throws {
    let (arrived, arrival) = AsyncStream.makeStream(of: Void.self)
    let rig = try await Rig { call in
      arrival.yield()
      call.connection.answerLater(call)
    }
    let task = Task { try await say(rig, "late") }
    for await _ in arrived { break }
    await rig.channel.close(grace: .seconds(10))
    #expect(try await task.value == "late")
    await rig.stop()
  }
}

@Suite struct ClientTLSTests {
  @Test func `a pinned certificate is believed, and big messages pass`() async throws {
    let identity = try SelfSignedCertificate.generate(names: ["localhost"])
    let rig = try await Rig(
      { $0.tls = ClientTLS(trust: .pinned(identity.certificateChain)) },
      tls: TLSContext.server(identity: identity, protocols: ["h2"])
    ) { $0.answer($0.messages[0]) }
    let big = [UInt8](repeating: 5, count: 500_000)
    let echoed = try await rig.channel.unary(echo, big, in: .bytes, out: .bytes)
    #expect(echoed == big)
    await rig.stop()
  }

  @Test func `a certificate nobody vouches for is refused`() async throws {
    let identity = try SelfSignedCertificate.generate(names: ["localhost"])
    let rig = try await Rig(
      { $0.tls = ClientTLS() }, tls: TLSContext.server(identity: identity, protocols: ["h2"])
    ) { $0.answer([]) }
    #expect(await failure { try await say(rig) }?.code == .unavailable)
    await rig.stop()
  }

  @Test func `a server's goodbye in TLS is the end of its connection`() async throws {
    let identity = try SelfSignedCertificate.generate(names: ["localhost"])
    let rig = try await Rig(
      { $0.tls = ClientTLS(trust: .pinned(identity.certificateChain)) },
      tls: TLSContext.server(identity: identity, protocols: ["h2"])
    ) { call in
      if call.connection.number == 1 {
        call.connection.sayGoodbye()
      } else {
        call.answer(call.messages[0])
      }
    }
    var options = CallOptions.timeout(.seconds(10))
    options.waitForReady = true
    let told = options
    #expect(await failure { try await say(rig, "lost", told) }?.code == .unavailable)
    #expect(try await say(rig, "again", told) == "again")
    await rig.stop()
  }

  @Test func `a server without h2 by ALPN is refused`() async throws {
    let identity = try SelfSignedCertificate.generate(names: ["localhost"])
    let rig = try await Rig(
      { $0.tls = ClientTLS(trust: .pinned(identity.certificateChain)) },
      tls: TLSContext.server(identity: identity, protocols: ["http/1.1"])
    ) { $0.answer([]) }
    #expect(await failure { try await say(rig) }?.code == .unavailable)
    await rig.stop()
  }
}

extension PeerConnection {
  func answerLater(_ call: PeerCall) {
    EventLoop.current?.schedule(after: .milliseconds(30)) { call.answer(call.messages[0]) }
  }
}
