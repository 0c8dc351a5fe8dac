package import Postgres

extension PostgresPool {
  /// The platform's id on the operators' DLT platforms, for tests.
  package static let telemarketer = "1102000000000000002"

  private static let entity = "1101234567890123456"

  /// Makes a merchant one for which calls may be placed: who it is was said, and approved, and it is bound to
  /// its telemarketer, for a year from 2026-11-22 or from now, whichever is later.
  package func approve(_ merchant: String, sector: String = "OTHER") async throws {
    let kyc = #"{"legalName":"Shop","dltEntityId":"\#(Self.entity)","sector":"\#(sector)"}"#
    try await transaction(tenant: .system) {
      try await $0.execute(
        """
        UPDATE merchants SET kyc = \(kyc)::jsonb, kyc_state = 'approved',
          kyc_expire = greatest(now(), timestamptz '2026-11-22') + interval '365 days'
        WHERE merchant_id = \(merchant)
        """)
      try await $0.execute(
        """
        INSERT INTO dlt_bindings (merchant_id, entity_id, telemarketer_id, outcome, reviewer, method, expire_time)
        VALUES (\(merchant), \(Self.entity), \(Self.telemarketer), 'bound', 'op@example.in', 'manual',
          greatest(now(), timestamptz '2026-11-22') + interval '365 days')
        """)
      // Tests look at the audit log as it is from here on.
      try await $0.execute("DELETE FROM audit_inbox WHERE merchant_id = \(merchant)")
    }
  }
}
