internal import EventLoop

/// What answers one HTTP request, whatever the version below it. Called on the connection's loop.
///
/// It tells its `ResponseStream` of every body byte it has taken, now or later: the peer may send
/// no more than a window beyond that.
protocol RequestResponder: AnyObject {
  /// The head is known; it may be answered at once. Called once, before anything else.
  func begin()
  /// Body bytes came.
  func receiveBody(_ bytes: UnsafeRawBufferPointer)
  /// The body is whole.
  func endBody()
  /// What was queued has fallen to the mark that was asked for.
  func drained()
  /// Nobody waits for an answer any more.
  func peerGone()
  /// The server stops: what runs is told to end.
  func cancel()
  /// About once a second: timeouts.
  func tick(_ now: LoopInstant)
}

/// Answers a request by its head alone, and lets the body pass.
final class RefusedRequest: RequestResponder {
  private let answer: HTTPExchangeResponse
  private let response: ExchangeResponse
  private var whenDone: (() -> Void)?

  init(
    _ answer: HTTPExchangeResponse, _ response: ExchangeResponse, whenDone: @escaping () -> Void
  ) {
    self.answer = answer
    self.response = response
    self.whenDone = whenDone
  }

  func begin() {
    response.sendWhole(answer)
    peerGone()
  }

  func receiveBody(_ bytes: UnsafeRawBufferPointer) { response.stream.consumed(bytes.count) }

  func peerGone() {
    whenDone?()
    whenDone = nil
  }

  func endBody() {}
  func drained() {}
  func cancel() {}
  func tick(_ now: LoopInstant) {}
}
