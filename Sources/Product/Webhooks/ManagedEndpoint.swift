package import Domain
package import HTTPClient
package import Postgres

/// The endpoint that a merchant has by naming a `webhook_url`: for every event, listed with the others,
/// with a secret of its own that a rotation shows. It moves and goes with the URL only.
package struct ManagedEndpoint: MerchantWebhook {
  private let policy: OutboundPolicy
  private let seal: DataSeal

  /// `policy` says where endpoints may be, as far as their URLs show.
  package init(policy: OutboundPolicy, seal: DataSeal) {
    self.policy = policy
    self.seal = seal
  }

  package func refusal(of url: String) -> String? {
    do {
      _ = try policy.check(url)
      return nil
    } catch {
      return error.description
    }
  }

  package func follow(
    _ url: String, of merchant: MerchantID, _ transaction: Transaction
  ) async throws {
    if url.isEmpty { return try await EndpointStore.deleteManaged(of: merchant, transaction) }
    let id = WebhookEndpointID()
    try await EndpointStore.ensureManaged(
      id, merchant: merchant, url: url,
      secret: try seal.seal(SigningSecret(), of: id.text), transaction)
  }
}
