internal import Telemetry

/// The figures of the queue in the process's registry. Loop-confined; what is asked for once is kept.
struct JobMetrics {
  private struct OfKind {
    var runs: [String: Counter] = [:]
    let took: Histogram
    let waited: Histogram
  }
  private struct Standing {
    let due: Gauge
    let later: Gauge
    let dead: Gauge
    let oldest: Gauge
  }

  private let registry: MetricsRegistry
  private var kinds: [String: OfKind] = [:]
  private var standings: [String: Standing] = [:]

  init(registry: MetricsRegistry = .process) { self.registry = registry }

  /// An attempt is over.
  mutating func ran(_ job: Job, _ outcome: JobOutcome, took: Duration) {
    var figures = kinds[job.kind] ?? make(job.kind)
    let label = outcome.label
    let counter =
      figures.runs[label]
      ?? registry.counter(
        "payaid_job_runs_total", help: "Attempts at jobs, by what became of them.",
        labels: ["kind": job.kind, "outcome": label])
    figures.runs[label] = counter
    kinds[job.kind] = figures
    counter.increment()
    figures.took.observe(took)
    figures.waited.observe(job.waited)
  }

  /// Shows the board; a kind that has left it stands at nothing.
  mutating func show(_ board: [JobStore.Standing]) {
    let keys = Set(board.map { "\($0.queue) \($0.kind)" })
    for (key, gauges) in standings where !keys.contains(key) {
      for gauge in [gauges.due, gauges.later, gauges.dead, gauges.oldest] { gauge.set(0) }
    }
    for entry in board {
      let key = "\(entry.queue) \(entry.kind)"
      let gauges = standings[key] ?? make(entry)
      standings[key] = gauges
      gauges.due.set(Int64(entry.due))
      gauges.later.set(Int64(entry.later))
      gauges.dead.set(Int64(entry.dead))
      gauges.oldest.set(entry.oldestDue.components.seconds)
    }
  }

  private func make(_ kind: String) -> OfKind {
    OfKind(
      took: registry.histogram(
        "payaid_job_run_seconds", help: "How long attempts at jobs took.", labels: ["kind": kind]),
      waited: registry.histogram(
        "payaid_job_wait_seconds", help: "How long jobs had been due when they were claimed.",
        labels: ["kind": kind]))
  }

  private func make(_ entry: JobStore.Standing) -> Standing {
    func depth(_ state: String) -> Gauge {
      registry.gauge(
        "payaid_job_queue_depth", help: "Jobs that are not over, in the whole system.",
        labels: ["queue": entry.queue, "kind": entry.kind, "state": state])
    }
    return Standing(
      due: depth("due"), later: depth("later"), dead: depth("dead"),
      oldest: registry.gauge(
        "payaid_job_oldest_due_seconds", help: "How long the oldest due job has been due.",
        labels: ["queue": entry.queue, "kind": entry.kind]))
  }
}
