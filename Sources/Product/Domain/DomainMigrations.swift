package import Postgres

/// The tables that all areas share.
package enum DomainMigrations {
  package static let all = [
    Migration(
      version: 15, name: "idempotency",
      sql: String(decoding: PackageResources.m0015_idempotency_sql, as: UTF8.self)),
    Migration(
      version: 16, name: "api_audit",
      sql: String(decoding: PackageResources.m0016_api_audit_sql, as: UTF8.self)),
  ]
}
