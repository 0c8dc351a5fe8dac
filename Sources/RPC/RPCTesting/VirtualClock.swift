public import RPCCore
internal import Synchronization

/// A clock that stands still until a test moves it; deadlines of an ``InMemoryChannel`` follow it.
public final class VirtualClock: Sendable {
  private struct Alarm: Sendable {
    let time: UInt64
    let body: @Sendable () -> Void
  }

  private struct State {
    var now: UInt64 = 1_000_000_000
    var alarms: [UInt64: Alarm] = [:]
    var nextID: UInt64 = 0
  }

  private let state = Mutex(State())

  /// A clock at one second.
  public init() {}

  /// The time it shows.
  public var now: Deadline { Deadline(nanoseconds: state.withLock { $0.now }) }

  /// The same clock as calls read it.
  public var rpcClock: RPCClock { RPCClock { self.now } }

  /// The moment `duration` from now.
  public func deadline(in duration: Duration) -> Deadline { Deadline(duration, after: now) }

  /// Moves the clock and runs, in order of time, everything that is due by then.
  public func advance(by duration: Duration) {
    let target = Deadline(duration, after: now).nanoseconds
    while let due = takeDue(by: target) { due() }
    state.withLock { $0.now = max($0.now, target) }
  }

  private func takeDue(by target: UInt64) -> (@Sendable () -> Void)? {
    state.withLock { state in
      let earliest = state.alarms.min { ($0.value.time, $0.key) < ($1.value.time, $1.key) }
      guard let earliest, earliest.value.time <= target else { return nil }
      state.alarms[earliest.key] = nil
      state.now = max(state.now, earliest.value.time)
      return earliest.value.body
    }
  }

  /// Runs `body` when the clock reaches `time`; at once when it is past. Answers an id to cancel by.
  @discardableResult
  func schedule(at time: Deadline, _ body: @escaping @Sendable () -> Void) -> UInt64 {
    let (id, isDue) = state.withLock { state in
      state.nextID += 1
      guard time.nanoseconds > state.now else { return (state.nextID, true) }
      state.alarms[state.nextID] = Alarm(
        time: time.nanoseconds, body: body)
      return (state.nextID, false)
    }
    if isDue { body() }
    return id
  }

  func cancel(_ id: UInt64) { state.withLock { $0.alarms[id] = nil } }
}
