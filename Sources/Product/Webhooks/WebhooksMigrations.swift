package import Postgres

/// The tables of webhooks to merchants.
package enum WebhooksMigrations {
  package static let all = [
    Migration(file: "m0051_webhooks.sql", PackageResources.m0051_webhooks_sql)
  ]
}
