/// Decides what becomes of a delivery: pure, without clock, socket or database.
///
/// ```
/// pending ─ attempt ─ 2xx ────────────────────────▶ delivered
///    ▲         │ else: 10 attempts in about 76 h ──▶ exhausted ─ replay ─▶ pending
///    │         └ 410, or five days of failures: the endpoint pauses
///    └ waits while its endpoint is paused
/// ```
enum DeliveryPlan {
  /// Pauses before the attempts of one schedule, in seconds: 75 h 35 min 5 s in all.
  static let pauses: [Int64] = [
    0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400,
  ]
  /// An endpoint that failed for so long, and never did better, is paused.
  static let patience = Duration.seconds(5 * 86_400)
  /// What an endpoint that asks for rest without saying for how long gets.
  static let defaultRest = Duration.seconds(30)
  private static let rests = Duration.seconds(1) ... .seconds(86_400)

  /// What is known of a delivery whose job came due.
  struct Standing: Equatable {
    var isPending = true
    /// A test goes out also when its endpoint is paused.
    var isTest = false
    var endpointIsActive = true
    var merchantIsActive = true
    /// Time left of what its endpoint asked for, and until its own next attempt.
    var rest = Duration.zero
    var pause = Duration.zero
  }

  enum OnDue: Equatable {
    case send
    /// Not yet: come again after this long.
    case wait(Duration)
    /// Its endpoint is paused: it waits without a job.
    case park
    /// It is over.
    case drop
  }

  static func due(_ standing: Standing) -> OnDue {
    guard standing.isPending else { return .drop }
    if !standing.endpointIsActive, !standing.isTest { return .park }
    if !standing.merchantIsActive { return .wait(.seconds(3_600)) }
    let wait = max(standing.rest, standing.pause)
    return wait > .zero ? .wait(wait) : .send
  }

  /// What an attempt came to.
  enum Answer: Equatable {
    case status(Int, retryAfter: Duration? = nil)
    case none
  }

  enum OnAttempt: Equatable {
    case delivered
    /// Try again after this long; the endpoint's other deliveries wait for `rest` as well.
    case retry(after: Duration, rest: Duration?)
    /// The schedule is over.
    case exhausted
    /// The endpoint is paused, and the delivery waits with it.
    case pause(Pause)
  }
  enum Pause: String, Equatable { case gone, failing }

  /// Decides after attempt `step` of the schedule, 1 for the first. `failingFor` is how long the
  /// endpoint has done nothing but fail; `jitter` is between 0.8 and 1.2.
  static func attempted(
    _ answer: Answer, step: Int, failingFor: Duration, jitter: Double
  ) -> OnAttempt {
    switch answer {
    case .status(200...299, _): return .delivered
    case .status(410, _): return .pause(.gone)
    case .status, .none: break
    }
    if failingFor >= patience { return .pause(.failing) }
    guard step < pauses.count else { return .exhausted }
    let pause = Duration.milliseconds(Int64(Double(pauses[step] * 1_000) * jitter))
    guard let rest = rest(asked: answer) else { return .retry(after: pause, rest: nil) }
    return .retry(after: max(pause, rest), rest: rest)
  }

  /// How long an endpoint wants to be left alone; nil when it did not ask.
  private static func rest(asked answer: Answer) -> Duration? {
    guard case .status(let status, let retryAfter) = answer, [429, 502, 503, 504].contains(status)
    else { return nil }
    let asked = retryAfter ?? defaultRest
    return min(max(asked, rests.lowerBound), rests.upperBound)
  }
}
