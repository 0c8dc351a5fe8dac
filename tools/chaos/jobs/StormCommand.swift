internal import ArgumentParser
internal import Buffers
internal import Glibc

/// `chaos-jobs storm`: the whole trial.
struct StormCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "storm",
    abstract: "Enqueues jobs, kills workers at random, crashes the database in the middle, counts.",
    discussion: "Prints one line of JSON. The exit status is 0 only when every promise was kept.")

  @Option(help: "How many jobs.") var jobs = 10_000
  @Option(help: "Worker processes at a time.") var workers = 4
  @Option(help: "Milliseconds from one SIGKILL to the next, on average.") var killEvery = 400
  @Option(help: "Seconds until it has failed.") var limit = 600

  func validate() throws {
    guard jobs > 0, workers > 0, killEvery > 0 else {
      throw ValidationError("--jobs, --workers and --kill-every must be positive")
    }
  }

  func run() async throws {
    let storm = Storm(jobs: jobs, workers: workers, killEvery: killEvery, limit: limit)
    let report = try await storm.run()
    print(report.json(jobs: jobs))
    fflush(nil)
    guard report.isKept(jobs: jobs) else { throw ExitCode.failure }
  }
}

/// What came of a storm.
struct StormReport: Sendable {
  var tally = Effects.Tally()
  var kills = 0
  var restarts = 0
  var seconds = 0.0

  /// Whether every job is done and took effect, and none twice whose effect was guarded.
  func isKept(jobs: Int) -> Bool {
    tally.missing == 0 && tally.ghosts == 0 && tally.states == ["done": jobs]
      && tally.repeated[.keyed] == 0 && tally.repeated[.together] == 0
  }

  func json(jobs: Int) -> String {
    var json = JSONWriter()
    json.beginObject()
    json.key("kept")
    json.bool(isKept(jobs: jobs))
    for (name, count) in [
      ("jobs", jobs), ("kills", kills), ("restarts", restarts), ("missing", tally.missing),
      ("ghosts", tally.ghosts), ("repeated_keyed", tally.repeated[.keyed] ?? 0),
      ("repeated_together", tally.repeated[.together] ?? 0),
      ("repeated_bare", tally.repeated[.bare] ?? 0), ("extra_attempts", tally.extraAttempts),
    ] {
      json.key(name)
      json.number(count)
    }
    json.key("states")
    json.beginObject()
    for (state, count) in tally.states.sorted(by: { $0.key < $1.key }) {
      json.key(state)
      json.number(count)
    }
    json.endObject()
    json.key("seconds")
    json.number((seconds * 10).rounded() / 10)
    json.endObject()
    return String(decoding: json.bytes, as: UTF8.self)
  }
}
