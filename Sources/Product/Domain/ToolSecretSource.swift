package import Postgres

/// Where calls find the values of the secret headers that agents' tools name.
package protocol ToolSecretSource: Sendable {
  /// The values of those of `names` that the merchant has. They belong in a request and nowhere else.
  func values(
    _ names: [String], of merchant: MerchantID, _ transaction: Transaction
  ) async throws -> [String: String]
}
