package import Postgres

/// A moment lies in `timestamptz` columns, which have the same resolution.
extension Moment: PostgresEncodable, PostgresDecodable {
  package var bind: Bind { PostgresTimestamp(microseconds: microseconds).bind }

  package init(postgresText text: ArraySlice<UInt8>) throws(PostgresError) {
    self.init(microseconds: try PostgresTimestamp(postgresText: text).microseconds)
  }
}

extension Moment {
  /// RFC 3339 in UTC, to the microsecond, as events and documents show it.
  package var iso8601: String { PostgresTimestamp(microseconds: microseconds).description }
}
