package import Domain

extension WebhookJobs {
  /// How the signing secrets of endpoints, which `seal` sealed, move to another master key: those that
  /// sign, and those before them.
  package static func resealings(_ seal: DataSeal) -> [Resealing] {
    [
      Resealing("webhooks.secrets", "secret", in: "webhook_endpoints", by: ["endpoint_id"]) {
        try seal.renew($0, of: $1[0])
      },
      Resealing("webhooks.old_secrets", "old_secret", in: "webhook_endpoints", by: ["endpoint_id"])
      { try seal.renew($0, of: $1[0]) },
    ]
  }
}
