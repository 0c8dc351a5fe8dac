package import Postgres

/// The tables of accounts.
package enum AccountsMigrations {
  package static let all = [
    Migration(file: "m0010_accounts.sql", PackageResources.m0010_accounts_sql),
    Migration(file: "m0011_api_key_rotation.sql", PackageResources.m0011_api_key_rotation_sql),
    Migration(file: "m0012_sessions.sql", PackageResources.m0012_sessions_sql),
    Migration(file: "m0013_merchant_profile.sql", PackageResources.m0013_merchant_profile_sql),
    Migration(file: "m0014_key_cache.sql", PackageResources.m0014_key_cache_sql),
    Migration(file: "m0017_webhook_url.sql", PackageResources.m0017_webhook_url_sql),
    Migration(file: "m0061_kyc_reviews.sql", PackageResources.m0061_kyc_reviews_sql),
    Migration(file: "m0079_dlt_bindings.sql", PackageResources.m0079_dlt_bindings_sql),
  ]
}
