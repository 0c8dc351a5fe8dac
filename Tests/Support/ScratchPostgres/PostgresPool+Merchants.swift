package import Postgres

extension PostgresPool {
  /// Makes a merchant one for which calls may be placed: who it is was said, and approved for a year
  /// from 2026-11-22 or from now, whichever is later.
  package func approve(_ merchant: String, sector: String = "OTHER") async throws {
    let kyc = #"{"legalName":"Shop","dltEntityId":"1101234567890123456","sector":"\#(sector)"}"#
    try await transaction(tenant: .system) {
      try await $0.execute(
        """
        UPDATE merchants SET kyc = \(kyc)::jsonb, kyc_state = 'approved',
          kyc_expire = greatest(now(), timestamptz '2026-11-22') + interval '365 days'
        WHERE merchant_id = \(merchant)
        """)
    }
  }
}
