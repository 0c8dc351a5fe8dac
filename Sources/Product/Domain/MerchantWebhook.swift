package import Postgres

/// The endpoint of a merchant's own `webhook_url`: where the areas of accounts and webhooks meet.
package protocol MerchantWebhook: Sendable {
  /// Why events may not go to a URL, a lower-case sentence; nil when they may.
  func refusal(of url: String) -> String?

  /// Sees to it, in the caller's transaction, that the merchant's endpoint is at `url`; with an empty
  /// one there is none. Does nothing when that is so already.
  func follow(
    _ url: String, of merchant: MerchantID, _ transaction: Transaction
  ) async throws
}
