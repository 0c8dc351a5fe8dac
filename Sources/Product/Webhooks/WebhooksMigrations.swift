package import Postgres

/// The tables of webhooks to merchants.
package enum WebhooksMigrations {
  package static let all = [
    Migration(file: "m0051_webhooks.sql", PackageResources.m0051_webhooks_sql),
    Migration(file: "m0052_managed_endpoints.sql", PackageResources.m0052_managed_endpoints_sql),
    Migration(file: "m0053_set_aside.sql", PackageResources.m0053_set_aside_sql),
    Migration(file: "m0067_message_subjects.sql", PackageResources.m0067_message_subjects_sql),
  ]
}
