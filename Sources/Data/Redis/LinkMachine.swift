/// The link to a server that may be dead or slow, and the breaker in front of it. Pure.
///
/// down → connecting → ready → paused → connecting → … ; closed from anywhere. Commands pass only in
/// `ready`; in every other state their callers hear at once, so a dead server costs those who were
/// under way one time-out and everybody else nothing. The greeting of a new connection is the probe
/// of the half-open breaker: no caller's command is. Failures are forgotten when a command was
/// answered in time, not when a connection was made: a server that greets but never answers is tried
/// ever more rarely.
struct LinkMachine {
  enum State: Equatable { case down, connecting, ready, paused, closed }

  enum Action: Equatable {
    case none
    case connect
    /// Wait, the longer the higher the number of failures in a row; then call `pauseOver`.
    case pause(failures: Int)
  }

  private(set) var state = State.down
  private(set) var failures = 0

  /// Whether commands may be sent.
  var letsPass: Bool { state == .ready }

  mutating func start() -> Action {
    guard state == .down else { return .none }
    state = .connecting
    return .connect
  }

  /// The greeting was answered. False when it is too late: the new connection is to be closed.
  mutating func greeted() -> Bool {
    guard state == .connecting else { return false }
    state = .ready
    return true
  }

  /// A command was answered in time.
  mutating func answered() {
    if state == .ready { failures = 0 }
  }

  /// The connection could not be made, broke, or was given up.
  mutating func failed() -> Action {
    guard state == .connecting || state == .ready else { return .none }
    state = .paused
    failures += 1
    return .pause(failures: failures)
  }

  mutating func pauseOver() -> Action {
    guard state == .paused else { return .none }
    state = .connecting
    return .connect
  }

  mutating func close() { state = .closed }
}

/// Pauses between attempts to connect: 50 ms, doubled each time, at most 2 s, ± 20 %.
enum Backoff {
  static func delay(failures: Int, jitter: Double = .random(in: 0.8...1.2)) -> Duration {
    let base = 50.0 * Double(1 << min(max(failures - 1, 0), 10))
    return .milliseconds(Int64(min(base, 2000) * jitter))
  }
}
