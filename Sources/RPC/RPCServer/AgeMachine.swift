internal import EventLoop

/// How old an HTTP/2 connection may grow (wire sheet, 7.3): decides, sends nothing itself.
///
/// young → old (told to go elsewhere; calls go on) → over (what still runs is ended).
struct AgeMachine {
  enum Answer: Equatable {
    case nothing
    /// Ask the client to go elsewhere.
    case drain
    /// End what still runs.
    case cut
  }

  private enum State: Equatable { case young, old(since: LoopInstant), over }

  private let end: LoopInstant?
  private let grace: Duration?
  private var state = State.young

  /// `random` in -1 ... 1 makes the limit up to a tenth longer or shorter, so that connections that
  /// came together do not go together. Without a limit nothing ever happens; without `grace` calls
  /// take as long as they like.
  init(limit: Duration?, grace: Duration?, born: LoopInstant, random: Double) {
    end = limit.map { born.advanced(by: $0 * (1 + random / 10)) }
    self.grace = grace
  }

  mutating func tick(at now: LoopInstant) -> Answer {
    switch state {
    case .young:
      guard let end, now >= end else { return .nothing }
      state = .old(since: now)
      return .drain
    case .old(let since):
      guard let grace, since.duration(to: now) >= grace else { return .nothing }
      state = .over
      return .cut
    case .over: return .nothing
    }
  }
}
