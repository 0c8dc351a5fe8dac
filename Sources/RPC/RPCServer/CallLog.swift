internal import EventLoop
internal import Telemetry

/// Sends the log lines of one loop's calls out together, before the loop sleeps. Loop-confined.
final class CallLog: BeforeSleepHook {
  private let loop: EventLoop
  /// Who adds one says so by `lineWritten()`.
  @exclusivity(unchecked) var lines = LogBatch()
  @exclusivity(unchecked) private var isArmed = false

  init(loop: EventLoop) { self.loop = loop }

  /// A line waits in `lines`.
  func lineWritten() {
    guard !isArmed else { return }
    isArmed = true
    loop.beforeSleep(self)
  }

  func loopWillSleep() {
    isArmed = false
    lines.flush()
  }
}
