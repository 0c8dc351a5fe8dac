internal import EventLoop
internal import HTTP
internal import HTTP2
internal import RPCCore

/// What answers one HTTP/2 stream. Called on the connection's loop.
protocol StreamOwner: AnyObject {
  /// Body bytes came; `endStream` also for a trailer section, with no bytes.
  func receiveData(_ bytes: UnsafeRawBufferPointer, endStream: Bool)
  /// Body bytes given to the session so far, whether they left or not.
  var submittedBytes: Int { get }
  /// What was queued has fallen to the mark that was asked for.
  func streamDrained()
  /// The stream is gone: answered in full, reset, or lost with its connection.
  func streamClosed()
  /// About once a second: timeouts.
  func tick(_ now: LoopInstant)
  /// Ends what runs, for this reason if the wire can tell it.
  func cancel(_ error: RPCError)
}

/// The answering side of one HTTP exchange, whatever the version below it.
protocol ResponseStream: AnyObject {
  /// Sends the head once; with `end` it is the whole answer.
  func sendHead(_ head: HTTPResponseHead, end: Bool)
  /// Sends body bytes behind the head; ignored when the answer is whole.
  func sendBody(_ bytes: [UInt8], end: Bool)
  /// Cuts the answer off where it is.
  func abort()
  /// Bytes that wait to be sent.
  var queuedBytes: Int { get }
  /// Calls `exchangeDrained()` of the exchange when at most `mark` bytes wait; false when that is so.
  func notifyDrained(atOrBelow mark: Int) -> Bool
  /// Where bodies are booked while they wait for their handler.
  var memory: MemoryMeter { get }
  /// The exchange took `count` body bytes.
  func consumed(_ count: Int)
}
