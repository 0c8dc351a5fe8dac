package import Postgres

/// Whether the operators' DLT platforms let a telemarketer place a merchant's calls, as far as the operator of
/// this platform recorded it.
package enum DLTChain: Sendable, Hashable {
  /// Neither the merchant nor the platform has a telemarketer id.
  case noTelemarketer
  /// Nobody recorded that the two are bound.
  case unbound
  case bound(until: Moment)
  /// They were bound once; that was taken back.
  case revoked

  /// The chain from a principal entity to the telemarketer that calls for it; reads the table of accounts.
  package static func find(
    entity: String, telemarketer: String?, of merchant: MerchantID, _ database: some Querying
  ) async throws -> DLTChain {
    guard let telemarketer else { return .noTelemarketer }
    let rows = try await database.query(
      """
      SELECT outcome, expire_time FROM dlt_bindings
      WHERE merchant_id = \(merchant.text) AND entity_id = \(entity)
        AND telemarketer_id = \(telemarketer)
      ORDER BY binding_id DESC LIMIT 1
      """)
    guard let row = rows.first else { return .unbound }
    let expireTime = try row.decode("expire_time", as: Moment?.self)
    return expireTime.map { .bound(until: $0) } ?? .revoked
  }

  /// Whether a text has the form of an id on those platforms: 19 digits.
  package static func isID(_ text: String) -> Bool {
    text.utf8.count == 19 && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }

  /// The telemarketer of a merchant: itself where it has an id, else the platform; `nil` when neither has.
  package static func telemarketer(own: String, platform: String?) -> String? {
    own.isEmpty ? platform : own
  }
}
