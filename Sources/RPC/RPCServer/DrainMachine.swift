internal import EventLoop

/// The graceful end of an HTTP/2 connection (wire sheet, 7.3): decides, sends nothing itself.
///
/// serving → announced (GOAWAY 2^31-1 and a ping are out, streams still welcome) → refusing (real
/// GOAWAY is out) → closed once the last stream has ended.
struct DrainMachine {
  enum Answer: Equatable {
    case nothing
    /// GOAWAY(2^31-1) with this debug text, then a ping of `pingValue`.
    case announce(String)
    /// GOAWAY with the real last stream; `close`: no stream is left.
    case lastGoAway(close: Bool)
    case close
  }

  /// Marks our ping; its answer means that the peer has seen the announcement.
  static let pingValue: UInt64 = 0x6472_6169_6E00_0001
  /// How long the answer may take before we go on without.
  static let patience = Duration.seconds(5)

  private enum State: Equatable {
    case serving
    case announced(since: LoopInstant)
    case refusing
    case closed
  }

  private var state = State.serving

  /// Whether a new stream is still served.
  var acceptsStreams: Bool {
    switch state {
    case .serving, .announced: true
    case .refusing, .closed: false
    }
  }

  mutating func begin(at now: LoopInstant, reason: String) -> Answer {
    guard state == .serving else { return .nothing }
    state = .announced(since: now)
    return .announce(reason)
  }

  mutating func pingAcknowledged(remaining: Int) -> Answer {
    guard case .announced = state else { return .nothing }
    return refuse(remaining)
  }

  mutating func tick(at now: LoopInstant, remaining: Int) -> Answer {
    guard case .announced(let since) = state, since.duration(to: now) >= Self.patience else {
      return .nothing
    }
    return refuse(remaining)
  }

  mutating func streamClosed(remaining: Int) -> Answer {
    guard state == .refusing, remaining == 0 else { return .nothing }
    state = .closed
    return .close
  }

  private mutating func refuse(_ remaining: Int) -> Answer {
    state = remaining == 0 ? .closed : .refusing
    return .lastGoAway(close: remaining == 0)
  }
}
