internal import Conversation
internal import Telemetry

/// The figures of calls, for `/metrics`. Any thread; ask for them once, as each asking takes a lock.
struct CallFigures: Sendable {
  /// Those of this process. Every state is there from the start, so that a first end shows as a rise.
  static let process = CallFigures(.process)

  /// Seconds in which a caller's patience shows.
  private static let turnBounds = [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10]

  private let live: Gauge
  private let ended: [CallState: Counter]
  private let turns: Histogram
  private let waiting: Gauge
  private let oldestWaiting: Gauge

  init(_ registry: MetricsRegistry) {
    live = registry.gauge("payaid_calls_live", help: "Calls whose media this process holds.")
    let ends = CallState.allCases.filter(\.isTerminal).map { state in
      let counter = registry.counter(
        "payaid_calls_ended_total", help: "Calls that this process brought to their end, by state.",
        labels: ["state": state.rawValue])
      return (state, counter)
    }
    ended = Dictionary(uniqueKeysWithValues: ends)
    turns = registry.histogram(
      "payaid_turn_seconds",
      help: "From the end of what a caller said to the first sound of the answer.",
      bounds: Self.turnBounds)
    waiting = registry.gauge(
      "payaid_recordings_waiting", help: "Recordings of ended calls that are not stored yet.")
    oldestWaiting = registry.gauge(
      "payaid_recordings_oldest_waiting_seconds",
      help: "How long ago the oldest recording that is not stored yet was written to.")
  }

  /// How many calls this process holds now.
  func holds(_ count: Int) { live.set(Int64(count)) }

  /// A call has come to `state`; nothing is counted before its end. One whose transaction fails after
  /// that is counted again when it is tried again.
  func moved(to state: CallState) { ended[state]?.increment() }

  /// A conversation is over.
  func talked(_ report: CallReport) {
    for response in report.latencies.compactMap(\.response) { turns.observe(response) }
  }

  /// What the object store has not taken yet: how many, and how old the oldest is.
  func waits(_ count: Int, oldest: Duration) {
    waiting.set(Int64(count))
    oldestWaiting.set(oldest.components.seconds)
  }
}
