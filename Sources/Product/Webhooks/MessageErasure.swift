package import Domain
package import Postgres

/// Deletes what was told, or is about to be, of calls and consents that are erased.
package struct MessageErasure: MessageErasing {
  package init() {}

  package func erase(
    about subjects: [String], of merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Int {
    // Events first: one that is being relayed is waited for, and is a message by the second statement.
    let events = try await transaction.execute(
      """
      DELETE FROM event_outbox
      WHERE merchant_id = \(merchant.text) AND subject = ANY(\(subjects)::text[])
      """)
    return events
      + (try await transaction.execute(
        """
        DELETE FROM webhook_messages
        WHERE merchant_id = \(merchant.text) AND subject = ANY(\(subjects)::text[])
        """))
  }
}
