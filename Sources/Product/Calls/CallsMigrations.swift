package import Postgres

/// The tables of calls.
package enum CallsMigrations {
  package static let all = [
    Migration(
      version: 40, name: "calls",
      sql: String(decoding: PackageResources.m0040_calls_sql, as: UTF8.self))
  ]
}
