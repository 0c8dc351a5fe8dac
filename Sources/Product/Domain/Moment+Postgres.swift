package import Postgres

/// A moment lies in `timestamptz` columns, which have the same resolution.
extension Moment: PostgresEncodable, PostgresDecodable {
  package var bind: Bind { PostgresTimestamp(microseconds: microseconds).bind }

  package init(postgresText text: ArraySlice<UInt8>) throws(PostgresError) {
    self.init(microseconds: try PostgresTimestamp(postgresText: text).microseconds)
  }
}
