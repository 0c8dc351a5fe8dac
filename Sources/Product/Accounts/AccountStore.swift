package import Domain
package import Postgres
internal import Protobuf
internal import VoiceAPI

/// All SQL of merchants. Every function runs in the caller's transaction.
package enum AccountStore {
  /// Makes a merchant, or finds the one with this address, whose name then stays as it is.
  package static func ensureMerchant(
    name: String, email: String, _ transaction: Transaction
  ) async throws -> MerchantID {
    let rows = try await transaction.query(
      """
      INSERT INTO merchants (merchant_id, name, email)
      VALUES (\(MerchantID().text), \(name), \(email.lowercased()))
      ON CONFLICT (email) DO UPDATE SET name = merchants.name
      RETURNING merchant_id
      """)
    return try MerchantID(rows[0])
  }

  /// The merchant with all that is known of it.
  static func find(
    _ merchant: MerchantID, _ seal: DataSeal, _ database: some Querying
  ) async throws -> MerchantRow? {
    let rows = try await database.query(
      "SELECT \(MerchantRow.columns) FROM merchants WHERE merchant_id = \(merchant.text)")
    return try rows.first.map { try MerchantRow($0, seal) }
  }

  /// Writes the profile; `kyc` is where the check of it stands now, nil to leave it as it is.
  static func update(
    _ merchant: MerchantRow.Merchant, kyc: KycState?, _ seal: DataSeal, _ transaction: Transaction
  ) async throws -> MerchantRow {
    let who = merchant.kyc ?? .init()
    let pan = Array(who.pan.utf8)
    let sealed =
      pan.isEmpty
      ? nil : try seal.seal(pan, for: MerchantRow.context(merchant.merchantId))
    let digest = pan.isEmpty ? nil : seal.digest(Array("pan:".utf8) + pan)
    let settings = String(
      decoding: try (merchant.settings ?? .init()).storableJSON(), as: UTF8.self)
    let rows = try await transaction.query(
      """
      UPDATE merchants SET revision = revision + 1, update_time = now(), name = \(merchant.name),
        email = \(merchant.email), webhook_url = \(merchant.webhookUrl),
        cors_origins = \(merchant.corsOrigins), kyc = \(try MerchantRow.kycJSON(who))::jsonb,
        pan_sealed = \(sealed), pan_digest = \(digest), settings = \(settings)::jsonb,
        kyc_state = coalesce(\(kyc?.rawValue), kyc_state),
        kyc_expire = CASE WHEN \(kyc?.rawValue)::text IS NULL THEN kyc_expire END
      WHERE merchant_id = \(merchant.merchantId) RETURNING \(MerchantRow.columns)
      """)
    return try MerchantRow(rows[0], seal)
  }

  /// How long new keys of a merchant may live; nil for as long as they like.
  static func longestKeyLife(
    _ merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Duration? {
    let rows = try await transaction.query(
      """
      SELECT extract(epoch FROM (settings->>'maxApiKeyLifetime')::interval)::bigint AS seconds
      FROM merchants WHERE merchant_id = \(merchant.text)
      """)
    return try rows.first?.decode("seconds", as: Int64?.self).map { .seconds($0) }
  }

  /// Sets where a merchant stands; the operator's. False when there is none.
  package static func setState(
    _ state: MerchantState, of merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Bool {
    let changed = try await transaction.execute(
      """
      UPDATE merchants SET state = \(state.rawValue), revision = revision + 1, update_time = now()
      WHERE merchant_id = \(merchant.text)
      """)
    try await AccountEvent.merchant(merchant).announce(transaction)
    return changed == 1
  }

  /// The browser origins of merchants that are not closed, and whose each is.
  static func origins(_ transaction: Transaction) async throws -> [String: Set<MerchantID>] {
    let rows = try await transaction.query(
      """
      SELECT merchant_id, cors_origins FROM merchants
      WHERE cors_origins <> '{}' AND state <> 'closed'
      """)
    var origins: [String: Set<MerchantID>] = [:]
    for row in rows {
      let merchant = try MerchantID(row)
      for origin in try row.decode("cors_origins", as: [String].self) {
        origins[origin, default: []].insert(merchant)
      }
    }
    return origins
  }

  /// Takes the merchant's row, so that changes which count its keys or owners come one by one. Rows
  /// that name the merchant are written by others all the same.
  static func lock(_ merchant: MerchantID, _ transaction: Transaction) async throws {
    _ = try await transaction.query(
      "SELECT 1 AS one FROM merchants WHERE merchant_id = \(merchant.text) FOR NO KEY UPDATE")
  }
}

/// Where a merchant stands.
package enum MerchantState: String, Sendable, Hashable {
  case active, suspended, closed
}

extension MerchantState {
  /// What a row's column `state` says.
  init(_ row: Row) throws {
    guard let state = MerchantState(rawValue: try row.decode("state")) else {
      throw PostgresError(.invalidValue, "merchants.state is unknown")
    }
    self = state
  }
}

extension ID where Entity == MerchantEntity {
  /// What a row's column `merchant_id` says.
  init(_ row: Row) throws {
    guard let id = MerchantID(try row.decode("merchant_id", as: String.self)) else {
      throw PostgresError(.invalidValue, "merchant_id is no merchant's id")
    }
    self = id
  }
}
