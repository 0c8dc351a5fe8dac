internal import EventLoop
internal import Speech
internal import Synchronization
internal import Telemetry

/// When an account's carrier, having refused a call for a limit, may be asked again to place one. Pure.
///
/// A refusal after a pause makes the next one twice as long, until a call is taken. One that comes
/// within a pause, of a call that was on its way, does not.
struct CarrierPause {
  private static let shortest = Duration.seconds(1)
  /// The carrier counts by the minute.
  private static let longest = Duration.seconds(60)
  /// Calls that wait come back one after the other, 200 a minute, and a new round begins after the
  /// last place.
  private static let step = Duration.milliseconds(300)
  private static let places = 32

  private var next = shortest
  private var end: LoopInstant?
  private var waiting = 0

  /// How long a call that is due at `now` has to wait; `nil` when it may be placed.
  mutating func wait(at now: LoopInstant) -> Duration? {
    guard let rest = rest(at: now) else {
      waiting = 0
      return nil
    }
    waiting += 1
    return rest + Self.step * (waiting % Self.places)
  }

  /// Notes that a call was refused; how long it has to wait. `asked` is what the carrier asked for, of
  /// which a minute counts.
  mutating func refused(at now: LoopInstant, asked: Duration?) -> Duration {
    let asked = min(asked ?? .zero, Self.longest)
    if let rest = rest(at: now) {
      end = now.advanced(by: max(rest, asked))
    } else {
      end = now.advanced(by: max(next, asked))
      next = min(next * 2, Self.longest)
    }
    return rest(at: now) ?? .zero
  }

  /// Notes that a call was taken.
  mutating func taken() { next = Self.shortest }

  private func rest(at now: LoopInstant) -> Duration? {
    end.flatMap { now < $0 ? now.duration(to: $0) : nil }
  }
}

/// The ``CarrierPause`` of this process's account.
final class CarrierPace: Sendable {
  private let pause = Mutex(CarrierPause())

  /// How long a call that is due has to wait; `nil` when it may be placed.
  func wait() -> Duration? { pause.withLock { $0.wait(at: .readClock()) } }

  /// Notes that a call was taken.
  func taken() { pause.withLock { $0.taken() } }

  /// Notes that a call was refused for a limit; how long it has to wait.
  func refused(_ error: SpeechError) -> Duration {
    let wait = pause.withLock { $0.refused(at: .readClock(), asked: error.retryAfter) }
    Log("calls").warning(
      "the carrier takes no calls for now", ["error": "\(error)", "pause": "\(wait)"])
    return wait
  }
}
