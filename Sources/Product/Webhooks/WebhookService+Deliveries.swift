internal import Buffers
internal import Domain
internal import Jobs
internal import Postgres
internal import Protobuf
package import RPCCore
package import VoiceAPI

extension WebhookService {
  package func testWebhookEndpoint(
    _ request: V1.TestWebhookEndpointRequest, _ context: RPCContext
  ) async throws -> V1.WebhookDelivery {
    let caller = try context.caller()
    return try await write(caller) { transaction in
      let endpoint = try await Self.existing(request.endpointId, transaction)
      let (message, now) = (MessageID(), WallClock.now)
      var data = JSONWriter()
      data.beginObject()
      data.key("endpoint_id")
      data.string(endpoint.id.text)
      data.endObject()
      let body = OutboxEvent.body(
        type: EventType.webhookTest.rawValue, time: now, merchant: caller.merchant.text,
        sequence: 1, data: data.bytes)
      try await outgoing.insert(
        id: message.text, merchant: caller.merchant.text, type: EventType.webhookTest.rawValue,
        subject: endpoint.id.text, time: now, body: body, transaction)
      let delivery = try await outgoing.deliver(
        message.text, to: endpoint.id.text, merchant: caller.merchant.text, isDue: true,
        transaction)
      return try await Self.shown(delivery, at: endpoint.id, transaction)
    }
  }

  package func listWebhookDeliveries(
    _ request: V1.ListWebhookDeliveriesRequest, _ context: RPCContext
  ) async throws -> V1.ListWebhookDeliveriesResponse {
    let caller = try context.caller()
    let arguments = [caller.merchant.text, request.endpointId]
    let page = try await tokens.page(
      request.pageSize, request.pageToken, of: arguments, cursor: { $0.deliveryId }
    ) { cursor, limit in
      try await write(caller) { transaction in
        let endpoint = try await Self.existing(request.endpointId, transaction)
        return try await DeliveryLog.page(
          of: endpoint.id, after: cursor, limit: limit, transaction)
      }
    }
    return .with {
      $0.deliveries = page.entries
      $0.nextPageToken = page.next
    }
  }

  package func replayWebhookDelivery(
    _ request: V1.ReplayWebhookDeliveryRequest, _ context: RPCContext
  ) async throws -> V1.WebhookDelivery {
    let caller = try context.caller()
    return try await write(caller) { transaction in
      try await Idempotency.once(
        transaction, caller, method: "ReplayWebhookDelivery", requestID: request.requestId,
        request: request
      ) {
        let endpoint = try await Self.existing(request.endpointId, transaction)
        guard endpoint.isActive else {
          throw RPCError(.failedPrecondition, "the endpoint is paused; make it active first")
        }
        guard let id = WebhookDeliveryID(request.deliveryId),
          try await DeliveryStore.replay(id, at: endpoint.id, transaction)
        else { throw RPCError(.notFound, "there is no such delivery at this endpoint") }
        try await outgoing.jobs.hasten(kind: Deliverer.jobKind, key: id.text, transaction)
        return try await Self.shown(id, at: endpoint.id, transaction)
      }
    }
  }

  private static func shown(
    _ id: WebhookDeliveryID, at endpoint: WebhookEndpointID, _ transaction: Transaction
  ) async throws -> V1.WebhookDelivery {
    guard let delivery = try await DeliveryLog.find(id, at: endpoint, transaction) else {
      throw RPCError(.notFound, "there is no such delivery at this endpoint")
    }
    return delivery
  }
}

/// Sealed bytes in a text field.
enum SealedText {
  private static let prefix = "sealed:"

  static func write(_ sealed: [UInt8]) -> String { prefix + Base64.encode(sealed) }

  static func read(_ text: String) -> [UInt8]? {
    text.hasPrefix(prefix) ? Base64.decode(String(text.dropFirst(prefix.count))) : nil
  }
}
