package import Postgres

/// The tables of compliance.
package enum ComplianceMigrations {
  package static let all = [
    Migration(
      version: 30, name: "compliance",
      sql: String(decoding: PackageResources.m0030_compliance_sql, as: UTF8.self))
  ]
}
