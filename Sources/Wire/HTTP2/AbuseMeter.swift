/// Counts what a peer makes us do against `HTTP2AbuseLimits` and says when it is too much.
struct AbuseMeter {
  private let limits: HTTP2AbuseLimits
  private var resets: TokenBucket
  private var cancellations: TokenBucket
  private var refusals: TokenBucket
  private var streamErrors: TokenBucket
  private var controlFrames: TokenBucket
  private var windowUpdates: TokenBucket
  private var continuations = 0
  private var last: Duration?

  private static let grain = Duration.milliseconds(10)

  init(_ limits: HTTP2AbuseLimits) {
    self.limits = limits
    resets = TokenBucket(limits.resets)
    cancellations = TokenBucket(limits.cancellations)
    refusals = TokenBucket(limits.refusals)
    streamErrors = TokenBucket(limits.streamErrors)
    controlFrames = TokenBucket(limits.controlFrames)
    windowUpdates = TokenBucket(limits.windowUpdates)
  }

  /// Refills all buckets with what `now`, since any fixed origin, has earned since the last time.
  /// Less than `grain` is left to earn, so that a read does not pay for six divisions.
  mutating func advance(to now: Duration) {
    guard let last else {
      self.last = now
      return
    }
    guard now - last >= Self.grain else { return }
    self.last = now
    let elapsed = (now - last).components
    let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    resets.refill(seconds: seconds)
    cancellations.refill(seconds: seconds)
    refusals.refill(seconds: seconds)
    streamErrors.refill(seconds: seconds)
    controlFrames.refill(seconds: seconds)
    windowUpdates.refill(seconds: seconds)
  }

  /// Judges a frame by its header alone.
  mutating func received(_ frame: FrameScanner.Frame) -> HTTP2Abuse? {
    let type = frame.type
    if type != 9 { continuations = 0 }
    switch type {
    case 0 where frame.isEmptyData:
      return controlFrames.spend() ? nil : .controlFrames
    case 0, 1, 3, 5, 7: return nil
    case 8: return windowUpdates.spend() ? nil : .windowUpdates
    case 9:
      continuations += 1
      return continuations <= limits.continuations ? nil : .continuations
    default: return controlFrames.spend() ? nil : .controlFrames
    }
  }

  /// The peer reset a stream that we had not answered; `atOnce`: in the read that opened it.
  mutating func receivedReset(atOnce: Bool) -> HTTP2Abuse? {
    if atOnce { return resets.spend() ? nil : .resets }
    resets.earn(8)
    return cancellations.spend() ? nil : .cancellations
  }

  /// A header block came on a stream that is gone.
  mutating func receivedUnowned() -> HTTP2Abuse? {
    controlFrames.spend() ? nil : .controlFrames
  }

  /// We refused a stream because too many are open.
  mutating func refusedStream() -> HTTP2Abuse? {
    refusals.spend() ? nil : .refusals
  }

  /// We had to reset a stream for the peer's fault.
  mutating func sentStreamError() -> HTTP2Abuse? {
    streamErrors.spend() ? nil : .streamErrors
  }

  /// We sent a header block: a stream was served.
  mutating func sentHeaders() {
    resets.earn(8)
    cancellations.earn(1)
  }

  /// We sent HEADERS or DATA, which a fair peer answers with pings and credit.
  mutating func sentFrame() {
    controlFrames.earn(1)
    windowUpdates.earn(10)
  }
}
