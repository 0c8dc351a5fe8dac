internal import ArgumentParser
internal import Jobs
internal import Postgres

/// `voicectl admin jobs`: a look at the job queue, and a hand on it.
struct AdminJobs: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jobs", abstract: "Shows, replays and cancels background jobs.",
    subcommands: [Board.self, List.self, Replay.self, Cancel.self], defaultSubcommand: Board.self)

  struct Board: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Counts the jobs that are not over, by queue and kind.")

    func run() async throws {
      let rows = try await OperatorDatabase.transaction {
        try await $0.query(
          """
          SELECT format('%-10s %-24s %6s due (oldest %s s) %6s later %4s running %4s silent %4s dead',
            queue, kind, due, round(oldest_due_seconds), later, running, silent, dead) AS line
          FROM job_board ORDER BY queue, kind
          """)
      }
      for row in rows { Output.line(try row.decode("line")) }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists jobs, newest first, one line each.")

    @Option(help: "Only these: due, later, running, silent, stopping, done, dead, cancelled.")
    var status: String?
    @Option(help: "Only jobs of this kind.") var kind: String?
    @Option(help: "Most lines.") var limit = 50

    func run() async throws {
      let rows = try await OperatorDatabase.transaction {
        try await $0.query(
          """
          SELECT format('%s %-9s %s attempt %s/%s at %s %s %s', job_id, status, kind, attempt,
            max_attempts, to_char(run_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), merchant_id,
            last_error) AS line
          FROM job_list WHERE (\(status)::text IS NULL OR status = \(status)::text)
            AND (\(kind)::text IS NULL OR kind = \(kind)::text)
          ORDER BY job_id DESC LIMIT \(limit)
          """)
      }
      for row in rows { Output.line(try row.decode("line")) }
    }
  }

  struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Brings a dead or cancelled job back, or all dead ones of a kind.")

    @Argument(help: "The job's number.") var job: Int64?
    @Option(help: "All dead jobs of this kind.") var kind: String?

    func validate() throws {
      guard (job == nil) != (kind == nil) else {
        throw ValidationError("name either a job or --kind")
      }
    }

    func run() async throws {
      let (job, kind) = (job, kind)
      let count = try await OperatorDatabase.transaction { transaction in
        if let kind { return try await JobQueue().replayDead(kind: kind, transaction) }
        guard let job else { return 0 }
        return try await JobQueue().replay(job, transaction) ? 1 : 0
      }
      Output.line("\(count) replayed")
      if count == 0, kind == nil { throw ExitCode.failure }
    }
  }

  struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Ends a waiting job and asks a running one to stop.")

    @Argument(help: "The job's number.") var job: Int64

    func run() async throws {
      let job = job
      switch try await OperatorDatabase.transaction({ try await JobQueue().cancel(job, $0) }) {
      case .cancelled: Output.line("cancelled")
      case .stopping: Output.line("stopping")
      case .nothing:
        Output.line("not waiting and not running")
        throw ExitCode.failure
      }
    }
  }
}
