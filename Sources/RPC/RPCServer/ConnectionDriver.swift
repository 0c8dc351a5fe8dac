internal import EventLoop

/// The protocol spoken on a connection once it is known. Confined to the connection's loop.
protocol ConnectionDriver: AnyObject {
  /// Takes bytes of the peer, deciphered.
  func receive(_ bytes: UnsafeRawBufferPointer)
  /// The peer sends no more.
  func receiveEnd()
  /// Appends what is ready to be sent.
  func takeOutput(into output: inout [UInt8])
  /// Bytes of answers that `takeOutput` has not given yet.
  var untakenBytes: Int { get }
  /// Whether `takeOutput` would have something.
  var hasOutput: Bool { get }
  /// Whether the connection is to be closed: nothing follows, and its output was taken.
  var isFinished: Bool { get }
  /// The transport took what was written.
  func transportDrained()
  /// The connection is gone: cancel what it carried.
  func transportLost()
  /// About once a second: timeouts.
  func tick(_ now: LoopInstant)
  /// Begin the graceful end.
  func beginDrain(_ reason: String)
  /// End every call that still runs.
  func cancelCalls()
}
