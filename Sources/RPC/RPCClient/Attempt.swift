internal import GRPC
internal import HTTP2
internal import RPCCore

/// One try of a call on one stream: waiting for a connection → on a stream → over. Loop-confined.
///
/// It reads what the server answers and tells its call; what that means for the call, the call
/// decides. A call has one attempt at a time, or, hedged, several.
final class Attempt {
  /// What is known of a failed attempt.
  enum Failure {
    /// The server has, or may have, begun it.
    case ended
    /// The server says that it has not begun it.
    case refused
    /// It never left this side.
    case neverSent
  }

  let call: CallState
  /// Attempts of the call before it, those not counted which the server never began.
  let previous: Int
  private(set) var isOver = false
  private(set) var stream: HTTP2StreamID = 0
  private var connection: Connection?
  private var machine: ClientStreamMachine
  /// Frames of the call's buffer that the connection has.
  private var sent = 0
  private var hasFinished = false
  /// Bytes of data that the server was not given credit for yet.
  private var credit = 0

  init(_ call: CallState, previous: Int) {
    self.call = call
    self.previous = previous
    machine = ClientStreamMachine(limit: call.responseLimit, deadline: call.deadline)
  }

  /// Whether it has a stream.
  var isAttached: Bool { connection != nil }
}

/// Sending.
extension Attempt {
  /// It runs on `stream` from here on, with everything its call has sent so far behind its head.
  func attach(_ connection: Connection, _ stream: HTTP2StreamID) {
    self.connection = connection
    self.stream = stream
    pump()
    call.didAttach(self)
  }

  /// Hands on what the call's buffer has more.
  func pump() {
    guard let connection else { return }
    while sent < call.replay.count {
      // A stream that is closing refuses; its end is told by the event that follows.
      try? connection.submit(call.replay[sent], of: self)
      sent += 1
    }
    if call.hasFinishedSending { finish() }
  }

  /// Sends a frame that is in no buffer.
  func send(_ frame: [UInt8]) { try? connection?.submit(frame, of: self) }

  func finish() {
    guard !hasFinished, let connection else { return }
    hasFinished = true
    try? connection.finish(self)
  }

  /// Whether more waits to leave than `limit`; if so, `didDrain` of the call follows.
  func mustWait(above limit: Int) -> Bool {
    guard let connection else { return call.replay.bytes > limit }
    return connection.notifyDrained(self, above: limit)
  }

  func didDrain() { call.didDrain() }
}

/// Receiving.
extension Attempt {
  func didReceive(head status: Int, _ block: HTTP2HeaderBlock, isTrailers: Bool, endStream: Bool) {
    guard !isOver else { return }
    let headers = block.headers()
    act(
      isTrailers
        ? machine.receiveTrailers(headers, endStream: endStream)
        : machine.receiveHead(status: status, headers, endStream: endStream))
  }

  func didReceive(data: UnsafeRawBufferPointer, endStream: Bool) {
    credit += data.count
    guard !isOver else { return giveCredit() }
    let answer = machine.receiveData(data, endStream: endStream) { call.enqueue($0) }
    call.deliver()
    act(answer)
  }

  /// The stream is over in both directions, or was reset with `code`.
  func didClose(_ code: HTTP2ErrorCode) {
    connection = nil
    guard !isOver else { return }
    if code == .refusedStream { return wasRefused() }
    act(machine.receiveReset(code.rawValue))
  }

  private func wasRefused() {
    isOver = true
    let error = RPCError(.unavailable, "the server refused the call before it began")
    call.failed(self, error, .refused)
  }

  /// It is certain that nothing of it has left.
  func wasNeverSent() {
    connection = nil
    guard !isOver else { return }
    isOver = true
    call.failed(self, RPCError(.unavailable, "the call could not be sent"), .neverSent)
  }

  func connectionLost(_ reason: String) {
    connection = nil
    guard !isOver else { return }
    act(machine.connectionLost(reason))
  }

  /// It fails before it has a stream, or for a reason of this side.
  func fail(_ error: RPCError) {
    guard !isOver else { return }
    act(machine.abandon(error))
  }

  /// It is worth nothing any more; its call is not told.
  func cancel() {
    guard !isOver else { return }
    isOver = true
    connection?.reset(self, .cancel)
  }

  /// Lets the server send more.
  func giveCredit() {
    guard credit > 0 else { return }
    connection?.consume(self, credit)
    credit = 0
  }

  private func act(_ answer: ClientStreamMachine.OnReceive) {
    switch answer {
    case .nothing: break
    case .head(let metadata): call.didStart(self, metadata)
    case .succeeded(let trailers):
      end(nil)
      call.succeeded(self, trailers)
    case .failed(let error, let reset):
      end(reset)
      call.failed(self, error, .ended)
    }
  }

  private func end(_ reset: UInt32?) {
    isOver = true
    guard let connection else { return }
    if let reset {
      connection.reset(self, HTTP2ErrorCode(rawValue: reset))
    } else if connection.isOpen(self) {
      // Trailers before our own end: the stream is freed by a reset that means nothing (P8).
      connection.reset(self, .noError)
    }
  }
}
