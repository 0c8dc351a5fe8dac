internal import Domain
internal import Postgres
internal import Protobuf
internal import VoiceAPI

/// The SQL of what the gate asks of a merchant and its numbers.
enum ComplianceStore {
  /// What the gate asks of the merchant; reads the table of accounts. `telemarketer` is the platform's id as
  /// one.
  static func standing(
    of merchant: MerchantID, telemarketer: String?, _ transaction: Transaction
  ) async throws -> MerchantStanding {
    let rows = try await transaction.query(
      """
      SELECT state = 'active' AS is_active, kyc_state, kyc_expire, kyc::text AS kyc
      FROM merchants WHERE merchant_id = \(merchant.text)
      """)
    guard let row = rows.first else { return .none }
    let kyc = try Payaid.Voice.V1.Kyc(json: Array(try row.decode("kyc", as: String.self).utf8))
    let chain = try await DLTChain.find(
      entity: kyc.dltEntityId,
      telemarketer: DLTChain.telemarketer(own: kyc.dltTelemarketerId, platform: telemarketer),
      of: merchant, transaction)
    return MerchantStanding(
      isActive: try row.decode("is_active"), check: try MerchantStanding.Check(row),
      hasDLTEntity: !kyc.dltEntityId.isEmpty, chain: chain, sector: kyc.sector)
  }

  /// Whether the merchant's account is open; reads the table of accounts.
  static func isActive(_ merchant: MerchantID, _ transaction: Transaction) async throws -> Bool {
    let rows = try await transaction.query(
      """
      SELECT state = 'active' AS is_active FROM merchants WHERE merchant_id = \(merchant.text)
      """)
    return try rows.first?.decode("is_active") ?? false
  }

  /// Whether the merchant may call from `number`: it rents it, or, where nobody here does, an agent
  /// of its has it. Numbers that were not bought here are known by their agents alone. Reads the
  /// tables of agents and of numbers; one that is being bought or given back is nobody's.
  static func owns(
    _ number: PhoneNumber, _ merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Bool {
    let rows = try await transaction.query(
      """
      SELECT CASE WHEN phone_number_renter(\(number.e164)) IS NULL
        THEN EXISTS (SELECT FROM agents WHERE phone_number = \(number.e164)
          AND state <> 'deleted' AND merchant_id = \(merchant.text))
        ELSE EXISTS (SELECT FROM phone_numbers WHERE phone_number = \(number.e164)
          AND state = 'active' AND merchant_id = \(merchant.text))
      END AS is_own
      """)
    return try rows[0].decode("is_own")
  }
}

extension MerchantStanding.Check {
  /// What the columns `kyc_state` and `kyc_expire` of a merchant's row say.
  fileprivate init(_ row: Row) throws {
    switch try row.decode("kyc_state", as: String.self) {
    case "draft": self = .missing
    case "submitted": self = .pending
    case "approved": self = .approved(until: try row.decode("kyc_expire"))
    case "rejected": self = .rejected
    case "suspended": self = .suspended
    default: throw PostgresError(.invalidValue, "merchants.kyc_state is unknown")
    }
  }
}
