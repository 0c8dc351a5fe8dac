internal import EventLoop
internal import Synchronization

/// Whether this process has renewed its leases without a gap. When the database was away, the leases of
/// all processes have run out, and whoever is back first must not take what others still hold.
final class LeaseWatch: Sendable {
  private let since = Mutex<LoopInstant?>(nil)

  /// Notes how a renewal went.
  func renewed(_ isDone: Bool) {
    since.withLock { $0 = isDone ? $0 ?? LoopInstant.readClock() : nil }
  }

  /// Whether every renewal of the last `time` went well.
  func isSteady(for time: Duration) -> Bool {
    since.withLock { $0.map { $0.duration(to: .readClock()) >= time } ?? false }
  }
}
