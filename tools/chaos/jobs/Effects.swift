internal import Jobs
internal import Postgres

/// What the jobs of the storm do, and how it is counted afterwards.
///
/// Three kinds, each with its promise:
/// - `chaos.keyed`: an effect under a key, in a transaction before the job's end. Once, by its key.
/// - `chaos.together`: an effect without a key, in the transaction that completes the job. Once, by
///   the lease.
/// - `chaos.bare`: an effect with neither. At least once.
enum Effects {
  enum Kind: String, CaseIterable {
    case keyed = "chaos.keyed"
    case together = "chaos.together"
    case bare = "chaos.bare"

    /// The kind of the job with this number.
    init(number: Int) { self = Self.allCases[number % Self.allCases.count] }

    /// The table of its effects, which says nothing more than which job it was.
    var table: String { rawValue.replacing(".", with: "_") }
  }

  static func makeTables(_ pool: PostgresPool) async throws {
    for kind in Kind.allCases {
      let key = kind == .keyed ? "PRIMARY KEY" : "NOT NULL"
      try await pool.execute(
        "CREATE TABLE \(unsafeSQL: kind.table) (number int \(unsafeSQL: key), worker int NOT NULL)")
    }
  }

  /// Enqueues jobs `range` in one transaction, and as many in another that is thrown away.
  static func enqueue(_ range: Range<Int>, _ pool: PostgresPool) async throws {
    struct ThrownAway: Error {}
    func insert(_ range: Range<Int>, _ transaction: Transaction) async throws {
      for number in range {
        try await JobQueue().enqueue(
          kind: Kind(number: number).rawValue, payload: Array(String(number).utf8),
          maxAttempts: 1_000, priority: JobPriority(rawValue: number % 5 - 2) ?? .normal,
          transaction)
      }
    }
    try await pool.transaction { try await insert(range, $0) }
    do {
      try await pool.transaction { transaction in
        try await insert(range.lowerBound + 1_000_000..<range.lowerBound + 1_000_020, transaction)
        throw ThrownAway()
      }
    } catch is ThrownAway {}
  }

  /// How the effects stand against the jobs 0..<count.
  struct Tally {
    /// Jobs that had no effect.
    var missing = 0
    /// Effects beyond the first of a job, by kind.
    var repeated: [Kind: Int] = [:]
    /// Effects of jobs that were never committed.
    var ghosts = 0
    /// Jobs in each state.
    var states: [String: Int] = [:]
    /// Attempts beyond the first.
    var extraAttempts = 0
  }

  static func tally(_ count: Int, _ pool: PostgresPool) async throws -> Tally {
    var tally = Tally()
    for kind in Kind.allCases {
      let rows = try await pool.query(
        """
        SELECT count(*) AS effects, count(DISTINCT number) AS jobs,
          count(*) FILTER (WHERE number >= \(count)) AS ghosts FROM \(unsafeSQL: kind.table)
        """)
      let (effects, jobs): (Int, Int) = (try rows[0].decode("effects"), try rows[0].decode("jobs"))
      tally.repeated[kind] = effects - jobs
      tally.ghosts += try rows[0].decode("ghosts", as: Int.self)
      tally.missing += (0..<count).count { Kind(number: $0) == kind } - jobs
    }
    try await pool.transaction(tenant: .system) { transaction in
      for row in try await transaction.query(
        """
        SELECT state, count(*) AS jobs, sum(attempt - 1)::bigint AS extra FROM jobs GROUP BY state
        """)
      {
        tally.states[try row.decode("state")] = try row.decode("jobs", as: Int.self)
        tally.extraAttempts += try row.decode("extra", as: Int.self)
      }
    }
    return tally
  }
}
