package import Domain
internal import Postgres

/// The time in which a declaration of a number that machines call from holds.
package struct DeclaredSpan: Sendable, Hashable {
  package var start: Moment
  /// Open-ended without.
  package var end: Moment?

  package init(start: Moment, end: Moment? = nil) {
    self.start = start
    self.end = end
  }

  /// What a row's columns `start_time` and `end_time` say.
  init(_ row: Row) throws {
    self.init(
      start: try row.decode("start_time"), end: try row.decode("end_time", as: Moment?.self))
  }

  func contains(_ moment: Moment) -> Bool {
    start <= moment && end.map { moment < $0 } ?? true
  }
}
