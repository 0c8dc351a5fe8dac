package import Postgres

/// The tables of accounts.
package enum AccountsMigrations {
  package static let all = [
    Migration(
      version: 10, name: "accounts",
      sql: String(decoding: PackageResources.m0010_accounts_sql, as: UTF8.self))
  ]
}
