internal import EventLoop
internal import Glibc
import Testing

@Suite struct StreamTests {
  static let places = [
    SocketAddress(host: "127.0.0.1", port: 0), SocketAddress(host: "::1", port: 0),
    SocketAddress(unixPath: "/tmp/payaid-stream-\(getpid()).sock"),
  ]

  @Test(arguments: places)
  func `what is written comes back from an echo, then the end`(place: SocketAddress) async throws {
    let answer = try await withLoop { loop in
      let listener = try TCPListener.bind(loop, place) { Self.echo($0) }
      let stream = try await TCPStream.connect(
        on: loop, to: listener.boundAddress, timeout: .seconds(5))
      #expect(stream.peerAddress == listener.boundAddress)
      let answer = await Self.readAll(stream) {
        stream.write(Array("hello ".utf8))
        stream.write(Array("loop".utf8))
        stream.shutdownWrite()
      }
      stream.close()
      listener.close()
      return answer
    }
    #expect(answer.bytes == Array("hello loop".utf8))
    #expect(answer.error == nil)
  }

  @Test func `more than the kernel takes is queued and drained in order`() async throws {
    let sent = [UInt8](repeating: 0, count: 4096).indices.flatMap {
      [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: 2048)
    }
    let drained = Journal<Int>()
    let answer = try await withLoop { loop in
      let listener = try TCPListener.bind(loop, SocketAddress(host: "127.0.0.1", port: 0)) { peer in
        peer.onDrain = {
          drained.note(peer.pendingWriteBytes)
          peer.close()
        }
        peer.write(sent)
        #expect(peer.pendingWriteBytes > 0)
      }
      let stream = try await TCPStream.connect(
        on: loop, to: listener.boundAddress, timeout: .seconds(5))
      return await Self.readAll(stream) {}
    }
    #expect(answer.bytes == sent)
    #expect(drained.items == [0])
  }

  @Test func `a user timeout reaches the kernel`() async throws {
    let milliseconds = try await withLoop { loop in
      let listener = try TCPListener.bind(loop, SocketAddress(host: "127.0.0.1", port: 0)) { _ in }
      defer { listener.close() }
      let fd = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
      let stream = try TCPStream(loop: loop, adopting: fd)
      defer { stream.close() }
      stream.setUserTimeout(.seconds(20))
      var value: CUnsignedInt = 0
      var size = socklen_t(MemoryLayout<CUnsignedInt>.size)
      getsockopt(fd, CInt(IPPROTO_TCP), TCP_USER_TIMEOUT, &value, &size)
      return value
    }
    #expect(milliseconds == 20_000)
  }

  @Test func `a host's addresses are told, or that it has none, or that nobody waits`() async throws
  {
    let found = try await withLoop { loop in
      try await loop.addresses(of: "::1", port: 5, timeout: .seconds(10))
    }
    #expect(found == [SocketAddress("[::1]:5")])
    await #expect(throws: EventLoopError.self) {
      try await withLoop {
        try await $0.addresses(of: "no-such-host.invalid", port: 5, timeout: .seconds(30))
      }
    }
    await #expect(throws: CancellationError.self) {
      try await withLoop { loop in
        let task = Task {
          try await loop.addresses(of: "no-such-host.invalid", port: 5, timeout: .seconds(30))
        }
        task.cancel()
        return try await task.value
      }
    }
  }

  /// To hold every thread that look-ups share with blocking work would hold up all other tests.
  @Test func `a look-up that takes too long is given up`() async throws {
    let clock = ContinuousClock()
    let began = clock.now
    await #expect(throws: EventLoopError.self) {
      try await withLoop { loop in
        try await loop.addresses(of: "no-such-host.invalid", port: 5, timeout: .zero)
      }
    }
    #expect(clock.now - began < .seconds(30))
  }

  /// Calls `bind` or `connect` with the address of a unix socket.
  private static func withUnixAddress(
    _ path: String, _ call: (UnsafePointer<sockaddr>, socklen_t) -> CInt
  ) -> CInt {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        call($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }

  @Test(.timeLimit(.minutes(10))) func `a unix socket with a full backlog holds nobody up`()
    async throws
  {
    let path = "/tmp/payaid-backlog-\(getpid()).sock"
    unlink(path)
    let full = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
    defer {
      close(full)
      unlink(path)
    }
    try #require(Self.withUnixAddress(path, { Glibc.bind(full, $0, $1) }) == 0)
    try #require(Glibc.listen(full, 0) == 0)
    var waiting: [CInt] = []
    defer { for fd in waiting { close(fd) } }
    var status: CInt = 0
    while status == 0 {
      let fd = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0)
      waiting.append(fd)
      status = Self.withUnixAddress(path, { Glibc.connect(fd, $0, $1) })
    }
    let place = SocketAddress(unixPath: path)
    let late = await #expect(throws: EventLoopError.self) {
      try await withLoop { loop in
        _ = try await TCPStream.connect(on: loop, to: place, timeout: .milliseconds(50))
      }
    }
    #expect(late?.kind == .timedOut)
    try await withLoop { loop in
      // The connection waits for room, and meanwhile the loop goes on.
      loop.schedule(after: .milliseconds(20)) { close(accept(full, nil, nil)) }
      _ = try await TCPStream.connect(on: loop, to: place, timeout: .seconds(30))
    }
    // Somebody listens there, however busy.
    let taken = await #expect(throws: EventLoopError.self) {
      try await withLoop { loop in
        _ = try TCPListener.bind(loop, place) { _ in }
      }
    }
    #expect(taken?.kind == .addressInUse)
  }

  @Test func `closing after writing loses nothing`() async throws {
    let sent = [UInt8](repeating: 7, count: 10_000_000)
    let answer = try await withLoop { loop in
      let listener = try TCPListener.bind(loop, SocketAddress(host: "127.0.0.1", port: 0)) { peer in
        peer.write(sent)
        peer.closeAfterWriting()
        peer.write([1])
      }
      let stream = try await TCPStream.connect(
        on: loop, to: listener.boundAddress, timeout: .seconds(5))
      return await Self.readAll(stream) {}
    }
    #expect(answer.bytes == sent)
  }

  @Test func `a reset is an error value, once, and closes the stream`() async throws {
    let kinds = Journal<EventLoopError.Kind?>()
    let isClosed = try await withLoop { loop in
      let listener = try TCPListener.bind(loop, SocketAddress(host: "127.0.0.1", port: 0)) { peer in
        peer.onRead = { _ in
          peer.pauseReading()
          peer.close()  // unread bytes make the kernel send a reset
        }
        peer.start()
      }
      let stream = try await TCPStream.connect(
        on: loop, to: listener.boundAddress, timeout: .seconds(5))
      let ended = Promise<Void>()
      stream.onEnd = {
        kinds.note($0?.kind)
        ended.fulfil(())
      }
      stream.start()
      stream.write([UInt8](repeating: 1, count: 3_000_000))
      await ended.value
      stream.write([1])
      stream.close()
      return stream.isClosed
    }
    #expect(kinds.items == [.connectionReset])
    #expect(isClosed)
  }

  @Test func `a failure behind the peer's clean end is told as well`() async throws {
    let ends = Journal<Bool>()
    try await withLoop { loop in
      let end = Promise<Void>()
      let listener = try TCPListener.bind(loop, SocketAddress(host: "127.0.0.1", port: 0)) { peer in
        peer.shutdownWrite()
        loop.schedule(after: .milliseconds(50)) { peer.close() }
      }
      let stream = try await TCPStream.connect(
        on: loop, to: listener.boundAddress, timeout: .seconds(5))
      let failed = Promise<Void>()
      stream.onEnd = {
        ends.note($0 == nil)
        if $0 == nil { end.fulfil(()) } else { failed.fulfil(()) }
      }
      stream.start()
      await end.value
      stream.write([UInt8](repeating: 1, count: 30_000_000))
      await failed.value
      #expect(stream.isClosed)
    }
    #expect(ends.items == [true, false])
  }

  @Test func `a paused stream reads nothing until it resumes`() async throws {
    let read = Journal<Int>()
    try await withLoop { loop in
      let listener = try TCPListener.bind(loop, SocketAddress(host: "127.0.0.1", port: 0)) {
        $0.write([1, 2, 3])
      }
      let stream = try await TCPStream.connect(
        on: loop, to: listener.boundAddress, timeout: .seconds(5))
      let got = Promise<Void>()
      stream.onRead = {
        read.note($0.count)
        got.fulfil(())
      }
      stream.start()
      stream.pauseReading()
      try await loop.sleep(for: .milliseconds(5))
      #expect(read.items == [])
      stream.resumeReading()
      await got.value
    }
    #expect(read.items == [3])
  }

  @Test func `a stopping loop tells its streams`() async throws {
    let loop = EventLoop.start(name: "stopping")
    let kind = Promise<EventLoopError.Kind?>()
    try await Task(executorPreference: loop) {
      let listener = try TCPListener.bind(loop, SocketAddress(host: "127.0.0.1", port: 0)) { _ in }
      let stream = try await TCPStream.connect(
        on: loop, to: listener.boundAddress, timeout: .seconds(5))
      stream.onEnd = { kind.fulfil($0?.kind) }
      stream.start()
    }.value
    await loop.stop()
    #expect(await kind.value == .loopStopped)
  }

  @Test func `two listeners share a port only when they ask to`() async throws {
    try await withLoop { loop in
      let any = SocketAddress(host: "127.0.0.1", port: 0)
      let first = try TCPListener.bind(loop, any, reusePort: true) { _ in }
      _ = try TCPListener.bind(loop, first.boundAddress, reusePort: true) { _ in }
      let error = #expect(throws: EventLoopError.self) {
        try TCPListener.bind(loop, first.boundAddress) { _ in }
      }
      #expect(error?.kind == .addressInUse)
    }
  }

  @Test func `nobody listening is a refusal, a name without address says so`() async throws {
    let (refused, unnamed) = try await withLoop { loop in
      let listener = try TCPListener.bind(loop, SocketAddress(host: "127.0.0.1", port: 0)) { _ in }
      let address = listener.boundAddress
      listener.close()
      try await loop.sleep(for: .milliseconds(1))
      return (
        await Self.connectError(loop, address),
        await Self.connectError(loop, SocketAddress(host: "no-such-name.invalid", port: 1))
      )
    }
    #expect(refused == .connectionRefused)
    #expect(unnamed == .nameNotFound)
  }

  @Test func `a cancelled connect throws CancellationError`() async throws {
    try await withLoop { loop in
      let task = Task(executorPreference: loop) {
        try await TCPStream.connect(on: loop, to: "192.0.2.1", port: 9, timeout: .seconds(60))
          .close()
      }
      loop.execute { task.cancel() }
      await #expect(throws: CancellationError.self) { try await task.value }
    }
  }

  @Test(arguments: [
    ("127.0.0.1:80", "127.0.0.1:80"), ("[::1]:8080", "[::1]:8080"), (":5", "0.0.0.0:5"),
    ("unix:/run/x", "unix:/run/x"), ("host:1", "host:1"), ("nonsense", nil), ("::1:80", nil),
    ("h:65536", nil), ("h:-1", nil),
  ])
  func `an address is read from its text`(text: String, expected: String?) {
    #expect(SocketAddress(text)?.description == expected)
  }

  private static func connectError(
    _ loop: EventLoop, _ address: SocketAddress
  ) async -> EventLoopError.Kind? {
    do {
      try await TCPStream.connect(on: loop, to: address, timeout: .seconds(20)).close()
      return nil
    } catch {
      return (error as? EventLoopError)?.kind
    }
  }

  private static func echo(_ peer: TCPStream) {
    peer.onRead = { peer.write($0) }
    peer.onEnd = { _ in peer.closeAfterWriting() }
    peer.start()
  }

  struct Answer: Sendable {
    var bytes: [UInt8] = []
    var error: EventLoopError.Kind?
  }

  /// Starts the stream, runs `then`, and gathers what comes until the end.
  private static func readAll(_ stream: TCPStream, then: () -> Void) async -> Answer {
    await withCheckedContinuation { continuation in
      var answer = Answer()
      stream.onRead = { answer.bytes.append(contentsOf: $0) }
      stream.onEnd = { [unowned stream] in
        answer.error = $0?.kind
        stream.onEnd = nil
        continuation.resume(returning: answer)
      }
      stream.start()
      then()
    }
  }
}
