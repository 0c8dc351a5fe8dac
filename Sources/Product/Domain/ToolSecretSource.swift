package import Postgres

/// Where calls find the values of the secret headers that agents' tools name.
package protocol ToolSecretSource: Sendable {
  /// The values of those of `names` that the merchant has and that may be sent to `host`, which is in lower case. They
  /// belong in a request to it and nowhere else.
  func values(
    _ names: [String], for host: String, of merchant: MerchantID, _ transaction: Transaction
  ) async throws -> [String: String]
}
