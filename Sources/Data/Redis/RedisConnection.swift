internal import EventLoop
internal import TLS

/// One connection to Redis, commands pipelined. Lives on one loop and is called only there.
///
/// Commands of one iteration of the loop leave in one write. Answers come in order, so a late head
/// means that nothing behind it can proceed: the connection is given up with all that waits on it.
final class RedisConnection: BeforeSleepHook {
  typealias Answer = (Result<RedisReply, RedisError>) -> Void

  private struct Waiting {
    let number: UInt64
    let deadline: LoopInstant
    let answer: Answer
  }

  /// Called once when the connection ends by itself.
  var onLost: ((RedisError) -> Void)?

  private let stream: TCPStream
  private let tls: TLSSession?
  private let reader: ReplyReader
  private let limits: RedisConfiguration
  private var output: [UInt8] = []
  private var waiting: ArraySlice<Waiting> = []
  private var sent: UInt64 = 0
  private var isFlushDue = false
  private var isOver = false
  private var timer: LoopTimer?

  /// Takes over a connected stream.
  init(
    _ stream: TCPStream, _ tls: TLSSession?, _ configuration: RedisConfiguration
  ) throws(RedisError) {
    guard let reader = ReplyReader() else {
      stream.close()
      throw RedisError(.unavailable, "hiredis has no memory for a connection")
    }
    self.stream = stream
    self.tls = tls
    self.reader = reader
    limits = configuration
  }

  /// Begins to read, and the TLS handshake.
  func start() {
    unsafe stream.onRead = { [weak self] in unsafe self?.didRead($0) }
    stream.onEnd = { [weak self] error in
      self?.fail(RedisError(.connectionLost, error?.message ?? "redis closed the connection"))
    }
    stream.start()
    flushCiphertext()
  }

  /// Sends a command; `answer` is called once, later or now.
  func send(_ command: RedisCommand, timeout: Duration, _ answer: @escaping Answer) {
    guard !isOver else { return answer(.failure(RedisError(.unavailable, "redis is not there"))) }
    let queued = output.count + stream.pendingWriteBytes
    guard waiting.count < limits.maxPending, queued + command.size <= limits.maxPendingBytes else {
      return answer(.failure(RedisError(.unavailable, "too many redis commands are under way")))
    }
    command.encode(into: &output)
    sent += 1
    let deadline = stream.loop.now.advanced(by: timeout)
    waiting.append(Waiting(number: sent, deadline: deadline, answer: answer))
    if timer == nil { watchHead() }
    flushSoon()
  }

  /// Closes without calling `onLost`; what waits fails.
  func close() {
    onLost = nil
    fail(RedisError(.unavailable, "redis connection was closed"))
  }

  /// Ends the connection for a reason; everything that waits fails with it.
  func fail(_ error: RedisError) {
    guard !isOver else { return }
    isOver = true
    timer?.cancel()
    timer = nil
    stream.close()
    let (waiting, onLost) = (waiting, onLost)
    self.waiting = []
    self.onLost = nil
    for one in waiting { one.answer(.failure(error)) }
    onLost?(error)
  }
}

extension RedisConnection {
  private func didRead(_ bytes: UnsafeRawBufferPointer) {
    do throws(RedisError) {
      guard let tls else { return unsafe try receive(bytes) }
      var plaintext: [UInt8] = []
      do throws(TLSError) {
        unsafe try tls.receiveCiphertext(bytes, into: &plaintext)
      } catch {
        flushCiphertext()
        throw RedisError(.connectionLost, error.message)
      }
      flushCiphertext()
      if tls.state == .open { flushSoon() }
      unsafe try plaintext.withUnsafeBufferPointer { (bytes) throws(RedisError) in
        unsafe try receive(UnsafeRawBufferPointer(bytes))
      }
      if tls.state == .closed { throw RedisError(.connectionLost, "redis closed the connection") }
    } catch {
      fail(error)
    }
  }

  private func receive(_ bytes: UnsafeRawBufferPointer) throws(RedisError) {
    unsafe try reader.receive(bytes)
    while !isOver, let reply = try reader.next() {
      guard let head = waiting.popFirst() else {
        throw RedisError(.badReply, "redis sent a reply nobody asked for")
      }
      deliver(reply, head.answer)
    }
  }

  private func deliver(_ reply: RedisReply, _ answer: Answer) {
    guard case .error(let line) = reply else { return answer(.success(reply)) }
    let error = RedisError(line: line)
    answer(.failure(error))
    if error.meansWrongServer { fail(RedisError(.connectionLost, error.message)) }
  }

  /// Watches over the oldest command. Timers run before the loop polls, so after a long iteration an
  /// answer may lie in the socket unread: a head that is late is given one poll more.
  private func watchHead(isLate: Bool = false) {
    guard let head = waiting.first else { return timer = nil }
    let now = stream.loop.now
    let left = max(now.duration(to: head.deadline), .zero)
    timer = stream.loop.schedule(after: isLate ? .milliseconds(1) : left) { [weak self] in
      self?.headIsDue(head.number, wasLate: isLate)
    }
  }

  private func headIsDue(_ number: UInt64, wasLate: Bool) {
    timer = nil
    guard let head = waiting.first, head.number == number, head.deadline <= stream.loop.now else {
      return watchHead()
    }
    guard wasLate else { return watchHead(isLate: true) }
    fail(RedisError(.timedOut, "redis did not answer in time"))
  }

  private func flushSoon() {
    guard !isFlushDue, !output.isEmpty else { return }
    isFlushDue = true
    stream.loop.beforeSleep(self)
  }

  func loopWillSleep() {
    isFlushDue = false
    guard !isOver, !output.isEmpty else { return }
    guard let tls else {
      stream.write(output)
      return output.removeAll(keepingCapacity: output.count < 65_536)
    }
    guard tls.state == .open else { return }
    do throws(TLSError) {
      try tls.send(output)
    } catch {
      return fail(RedisError(.connectionLost, error.message))
    }
    output.removeAll(keepingCapacity: output.count < 65_536)
    flushCiphertext()
  }

  private func flushCiphertext() {
    guard let tls, tls.hasCiphertext else { return }
    var ciphertext: [UInt8] = []
    tls.takeCiphertext(into: &ciphertext)
    stream.write(ciphertext)
  }
}
