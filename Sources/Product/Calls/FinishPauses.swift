internal import Postgres

/// How long to wait between the attempts to write a call's end down. Pure.
struct FinishPauses {
  /// After any failure.
  var short: ArraySlice<Duration>
  /// After those, while the database is away.
  var long: ArraySlice<Duration>

  /// One attempt alone.
  static let none = FinishPauses(short: [], long: [])
  /// Of the process that has the report: a minute for what the database refuses, a quarter of an hour
  /// more for a failover.
  static let patient = FinishPauses(
    short: [
      .milliseconds(500), .seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(15),
      .seconds(30),
    ], long: ArraySlice(repeating: .seconds(30), count: 30))

  /// The pause after an attempt that failed with `error`; `nil` when it was the last.
  mutating func next(after error: any Error) -> Duration? {
    if let pause = short.popFirst() { return pause }
    guard let error = error as? PostgresError, error.isTransient else { return nil }
    return long.popFirst()
  }
}
