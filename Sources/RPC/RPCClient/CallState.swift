internal import EventLoop
internal import GRPC
internal import HTTP2
internal import RPCCore

/// One call on its loop: waiting for a connection → on a stream → ended. Loop-confined.
///
/// Until the server has answered, what was sent is kept, so that a refused call can be sent again.
final class CallState {
  /// Bytes one side may be ahead: of a slow server in sending, of a slow reader in receiving.
  static let bufferBytes = 64 * 1024

  let id: UInt64
  let method: MethodDescriptor
  let options: CallOptions
  weak var handle: Call?
  /// Where the call runs; nil while it waits and when it has ended.
  var connection: Connection?
  var stream: HTTP2StreamID = 0
  var deadlineTimer: LoopTimer?
  private(set) var result: Result<Void, RPCError>?

  private var machine: ClientStreamMachine
  private let messageLimit: Int
  // Sending.
  private(set) var replay: [[UInt8]] = []
  private var replayBytes = 0
  private(set) var hasFinishedSending = false
  private var isCommitted = false
  private var hasRetried = false
  private var senders: [CheckedContinuation<Void, any Error>] = []
  // Receiving.
  private var inbox: [ReceivedMessage] = []
  private var inboxHead = 0
  private var inboxBytes = 0
  private var credit = 0
  private var receiver: CheckedContinuation<[UInt8]?, any Error>?
  private var head: Metadata?
  private var headWaiters: [CheckedContinuation<Metadata, any Error>] = []

  init(id: UInt64, _ method: MethodDescriptor, _ options: CallOptions, messageLimit: Int) {
    self.id = id
    self.method = method
    self.options = options
    self.messageLimit = messageLimit
    machine = ClientStreamMachine(limit: messageLimit, deadline: options.deadline)
  }
}

extension CallState {
  /// Sends or keeps one message; the caller then waits if `mustWait` says so.
  func send(_ message: [UInt8], compressed: Bool?) throws(RPCError) {
    // A server may answer OK before it has read everything; what is left is of no use to it.
    guard try isOpen() else { return }
    guard !hasFinishedSending else {
      throw RPCError(.internal, "a message is sent after the end of the requests")
    }
    let frame = try frame(message, compressed: compressed)
    if !isCommitted {
      replay.append(frame)
      replayBytes += frame.count
      if connection != nil, replayBytes > Self.bufferBytes { commit() }
    }
    // A stream that is closing refuses; its end is told by the event that follows.
    try? connection?.submit(frame, of: self)
  }

  private func frame(_ message: [UInt8], compressed: Bool?) throws(RPCError) -> [UInt8] {
    guard let usual = options.compressesRequests, compressed ?? usual else {
      return Envelope.frame(message)
    }
    return Envelope.frame(try Compression.compress(message, as: .gzip), compressed: true)
  }

  func finishSending() throws(RPCError) {
    if case .failure(let error) = result { throw error }
    guard !hasFinishedSending else { return }
    hasFinishedSending = true
    try? connection?.finish(self)
  }

  /// Whether a sender has to wait for the server or for a connection.
  var mustWait: Bool {
    guard result == nil else { return false }
    guard let connection else { return replayBytes > Self.bufferBytes }
    return connection.notifyDrained(self, above: Self.bufferBytes)
  }

  func wait(_ sender: CheckedContinuation<Void, any Error>) { senders.append(sender) }

  /// The server, or a new connection, takes more.
  func didDrain() {
    let waiting = senders
    senders = []
    for sender in waiting { sender.resume() }
  }

  /// The call runs on `stream` from here on, with everything sent so far behind its head.
  func attach(_ connection: Connection, _ stream: HTTP2StreamID) {
    self.connection = connection
    self.stream = stream
    for frame in replay { try? connection.submit(frame, of: self) }
    if replayBytes > Self.bufferBytes { commit() }
    if hasFinishedSending { try? connection.finish(self) }
    if !mustWait { didDrain() }
  }

  /// From here on the call cannot be sent again.
  private func commit() {
    isCommitted = true
    replay = []
    replayBytes = 0
  }

  /// Whether the call, which the server has certainly not begun, may be sent again: any number of
  /// times when it never left, otherwise once.
  func takeRetry(neverSent: Bool) -> Bool {
    guard result == nil, !isCommitted, neverSent || !hasRetried else { return false }
    if !neverSent { hasRetried = true }
    connection = nil
    stream = 0
    machine = ClientStreamMachine(limit: messageLimit, deadline: options.deadline)
    return true
  }

  /// Whether the call takes messages; throws what it failed with.
  private func isOpen() throws(RPCError) -> Bool {
    if case .failure(let error) = result { throw error }
    return result == nil
  }
}

extension CallState {
  func receive(_ waiting: CheckedContinuation<[UInt8]?, any Error>) {
    guard receiver == nil else {
      return waiting.resume(throwing: RPCError(.internal, "two tasks receive from one call"))
    }
    receiver = waiting
    deliver()
  }

  func awaitHead(_ waiting: CheckedContinuation<Metadata, any Error>) {
    headWaiters.append(waiting)
    tellHead()
  }

  func didReceive(head status: Int, _ block: HTTP2HeaderBlock, isTrailers: Bool, endStream: Bool) {
    let headers = block.headers()
    act(
      isTrailers
        ? machine.receiveTrailers(headers, endStream: endStream)
        : machine.receiveHead(status: status, headers, endStream: endStream))
  }

  func didReceive(data: UnsafeRawBufferPointer, endStream: Bool) {
    credit += data.count
    let answer = machine.receiveData(data, endStream: endStream) { message in
      inbox.append(message)
      inboxBytes += message.wireSize
    }
    deliver()
    act(answer)
  }

  /// The server reset the stream, or both sides have closed it.
  func didClose(_ code: HTTP2ErrorCode) {
    guard result == nil else { return }
    act(machine.receiveReset(code.rawValue))
  }

  func connectionLost(_ reason: String) { act(machine.connectionLost(reason)) }

  /// This side gives the call up; messages that were not read are worth nothing.
  func abandon(_ error: RPCError) {
    guard result == nil else { return }
    inboxHead = inbox.count
    act(machine.abandon(error))
  }

  private func act(_ answer: ClientStreamMachine.OnReceive) {
    switch answer {
    case .nothing: break
    case .head(let metadata):
      commit()
      head = metadata
      tellHead()
    case .succeeded(let trailers):
      handle?.publish(trailers: trailers)
      end(.success(()), reset: nil)
    case .failed(let error, let reset):
      handle?.publish(trailers: error.metadata)
      end(.failure(error), reset: reset)
    }
  }

  private func end(_ result: Result<Void, RPCError>, reset: UInt32?) {
    guard self.result == nil else { return }
    self.result = result
    commit()
    deadlineTimer?.cancel()
    deadlineTimer = nil
    if let code = reset {
      connection?.reset(self, HTTP2ErrorCode(rawValue: code))
    } else if let connection, connection.isOpen(self) {
      // Trailers before our own end: the stream is freed by a reset that means nothing (P8).
      connection.reset(self, .noError)
    }
    tellHead()
    deliver()
    let waiting = senders
    senders = []
    for sender in waiting {
      if let failure = result.failure { sender.resume(throwing: failure) } else { sender.resume() }
    }
  }

  private func tellHead() {
    guard !headWaiters.isEmpty, head != nil || result != nil else { return }
    let waiting = headWaiters
    headWaiters = []
    for waiter in waiting {
      if head == nil, let failure = result?.failure {
        waiter.resume(throwing: failure)
      } else {
        waiter.resume(returning: head ?? Metadata())
      }
    }
  }

  private func deliver() {
    defer { giveCredit() }
    guard let waiting = receiver else { return }
    if inboxHead < inbox.count {
      let message = inbox[inboxHead]
      inboxHead += 1
      inboxBytes -= message.wireSize
      if inboxHead == inbox.count {
        inbox.removeAll(keepingCapacity: true)
        inboxHead = 0
      }
      receiver = nil
      handle?.publish(compressed: message.wasCompressed)
      waiting.resume(returning: message.bytes)
    } else if let result {
      receiver = nil
      switch result {
      case .success: waiting.resume(returning: nil)
      case .failure(let error): waiting.resume(throwing: error)
      }
    }
  }

  /// Lets the server send more unless the reader is behind. The bytes of a message that is not
  /// complete count as read, so that one larger than the window can arrive.
  private func giveCredit() {
    guard credit > 0, inboxBytes <= Self.bufferBytes else { return }
    connection?.consume(self, credit)
    credit = 0
  }
}

extension Result {
  var failure: Failure? {
    if case .failure(let error) = self { error } else { nil }
  }
}
