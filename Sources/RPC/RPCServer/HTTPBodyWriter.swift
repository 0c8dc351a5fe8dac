internal import EventLoop

/// Takes the body of a plain route's answer piece by piece, while its client waits for it.
public struct HTTPBodyWriter: Sendable {
  /// Where the pieces go.
  private let body: StreamedBody

  /// Writes to `body`.
  init(_ body: StreamedBody) { self.body = body }

  /// Sends `bytes` behind those before them, and waits while the client is far behind. Throws
  /// `CancellationError` when nobody waits for the answer any more. From any thread, one at a time.
  public func write(_ bytes: [UInt8]) async throws { try await body.write(bytes) }
}

/// The body of one answer on its way out. Confined to its loop: `write` hops there when it is called
/// elsewhere.
final class StreamedBody: @unchecked Sendable {  // confined to its loop, see above
  /// The connection's.
  private let loop: EventLoop
  /// Bytes that may wait before the writer does.
  private let queueSize: Int
  /// Nil once nobody waits for the answer.
  @exclusivity(unchecked) private var stream: (any ResponseStream)?
  /// Waits for the queue to drain.
  @exclusivity(unchecked) private var writer: UnsafeContinuation<Void, Never>?
  /// Bytes written so far.
  @exclusivity(unchecked) private(set) var count = 0

  /// A body behind the head that was sent on `stream`.
  init(_ stream: any ResponseStream, loop: EventLoop, queueSize: Int) {
    self.stream = stream
    self.loop = loop
    self.queueSize = queueSize
  }

  /// Sends a piece, and waits while too much is queued.
  @concurrent func write(_ bytes: [UInt8]) async throws {
    guard loop.isCurrent else {
      // Its own cancellation reaches the body by `peerGone` alone.
      return try await Task(executorPreference: loop) { try await self.write(bytes) }.value
    }
    guard let stream else { throw CancellationError() }
    // An empty piece would end a chunked body.
    guard !bytes.isEmpty else { return }
    stream.sendBody(bytes, end: false)
    count += bytes.count
    guard stream.queuedBytes > queueSize else { return }
    await withUnsafeContinuation { waiting in
      writer = waiting
      if !stream.notifyDrained(atOrBelow: queueSize / 2) { resume() }
    }
    if self.stream == nil { throw CancellationError() }
  }

  /// What was queued has fallen to the mark, or will never.
  func resume() {
    writer?.resume()
    writer = nil
  }

  /// Ends the body: whole, or cut off where it is.
  func end(isWhole: Bool) {
    if isWhole { stream?.sendBody([], end: true) } else { stream?.abort() }
    stream = nil
  }

  /// Nobody waits for the answer any more.
  func peerGone() {
    stream = nil
    resume()
  }
}
