package import Postgres

/// The tables that all areas share.
package enum DomainMigrations {
  package static let all = [
    Migration(file: "m0015_idempotency.sql", PackageResources.m0015_idempotency_sql),
    Migration(file: "m0016_api_audit.sql", PackageResources.m0016_api_audit_sql),
    Migration(file: "m0050_event_outbox.sql", PackageResources.m0050_event_outbox_sql),
    Migration(file: "m0072_master_keys.sql", PackageResources.m0072_master_keys_sql),
  ]
}
