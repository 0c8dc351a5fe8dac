internal import Domain
internal import Jobs
internal import Postgres

/// All SQL of failed logins. Every function runs in a transaction of the system's.
enum LoginAttemptStore {
  /// What is known of a subject; its row is the caller's until the transaction ends, so that
  /// attempts on it are counted one by one. Writes a row that is there as it is: one that a success
  /// or the retention deletes meanwhile is then made anew.
  static func lock(_ subject: [UInt8], _ transaction: Transaction) async throws -> LoginThrottle {
    let rows = try await transaction.query(
      """
      INSERT INTO login_attempts (subject) VALUES (\(subject))
      ON CONFLICT (subject) DO UPDATE SET failures = login_attempts.failures
      RETURNING failures, last_time
      """)
    return LoginThrottle(
      failures: try rows[0].decode("failures"), lastTime: try rows[0].decode("last_time"))
  }

  static func store(
    _ throttle: LoginThrottle, _ subject: [UInt8], _ transaction: Transaction
  ) async throws {
    try await transaction.execute(
      """
      UPDATE login_attempts SET failures = \(throttle.failures), last_time = \(throttle.lastTime)
      WHERE subject = \(subject)
      """)
  }

  /// Begins anew after a success.
  static func forget(_ subject: [UInt8], _ transaction: Transaction) async throws {
    try await transaction.execute("DELETE FROM login_attempts WHERE subject = \(subject)")
  }

  /// Takes back one attempt that turned out good.
  static func takeBack(_ subject: [UInt8], _ transaction: Transaction) async throws {
    try await transaction.execute(
      """
      UPDATE login_attempts SET failures = greatest(failures - 1, 0) WHERE subject = \(subject)
      """)
  }

  /// Forgets subjects that have been quiet for a day: a batch of them, and how many.
  static func forgetOld(_ transaction: Transaction) async throws -> Int {
    try await transaction.execute(
      """
      DELETE FROM login_attempts WHERE subject = ANY(ARRAY(
        SELECT subject FROM login_attempts WHERE last_time < now() - interval '1 day'
        ORDER BY last_time LIMIT \(Retention.batch) FOR UPDATE SKIP LOCKED))
      """)
  }
}
