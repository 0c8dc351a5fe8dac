package import Domain
package import HTTPClient
internal import Jobs
package import Postgres
internal import Protobuf
package import RPCCore
package import Schema
package import VoiceAPI

/// Serves `payaid.voice.v1.WebhookService`.
package struct WebhookService: Payaid.Voice.V1.WebhookServiceServing {
  package typealias V1 = Payaid.Voice.V1

  /// How long a rotated secret signs beside the new one.
  private static let overlap = Duration.seconds(86_400)

  let pool: PostgresPool
  let tokens: PageTokens
  let policy: OutboundPolicy
  let seal: DataSeal
  let outgoing: Outgoing

  /// `policy` says where endpoints may be, as far as their URLs show.
  package init(
    pool: PostgresPool, tokens: PageTokens, policy: OutboundPolicy, seal: DataSeal
  ) {
    self.pool = pool
    self.tokens = tokens
    self.policy = policy
    self.seal = seal
    outgoing = Outgoing(jobs: WebhookJobs.queue, seal: seal)
  }

  package func createWebhookEndpoint(
    _ request: V1.CreateWebhookEndpointRequest, _ context: RPCContext
  ) async throws -> V1.CreateWebhookEndpointResponse {
    let caller = try context.caller()
    let endpoint = request.endpoint ?? V1.WebhookEndpoint()
    try EndpointRules.check(endpoint, policy: policy)
    var response = try await write(caller) { transaction in
      try await Idempotency.once(
        transaction, caller, method: "CreateWebhookEndpoint", requestID: request.requestId,
        request: request
      ) {
        let count = try await EndpointStore.count(caller.merchant, transaction)
        guard count < EndpointStore.limit else {
          throw RPCError(.resourceExhausted, "a merchant has at most 32 webhook endpoints")
        }
        let (id, secret) = (WebhookEndpointID(), SigningSecret())
        let sealed = try seal.seal(secret, of: id.text)
        let record = try await EndpointStore.insert(
          id, merchant: caller.merchant, url: endpoint.url, eventTypes: endpoint.eventTypes,
          isPaused: endpoint.state == .paused, secret: sealed, transaction)
        return V1.CreateWebhookEndpointResponse.with {
          $0.endpoint = record.proto
          $0.secret = SealedText.write(sealed)
        }
      }
    }
    response.secret = try opened(response.secret, of: response.endpoint?.endpointId ?? "")
    return response
  }

  package func listWebhookEndpoints(
    _ request: V1.ListWebhookEndpointsRequest, _ context: RPCContext
  ) async throws -> V1.ListWebhookEndpointsResponse {
    let caller = try context.caller()
    let arguments = [caller.merchant.text, "webhook-endpoints"]
    let page = try await tokens.page(
      request.pageSize, request.pageToken, of: arguments, cursor: { $0.endpointId }
    ) { cursor, limit in
      try await write(caller) {
        try await EndpointStore.page(
          after: cursor, limit: limit, merchant: caller.merchant, $0)
      }.map(\.proto)
    }
    return .with {
      $0.endpoints = page.entries
      $0.nextPageToken = page.next
    }
  }

  package func updateWebhookEndpoint(
    _ request: V1.UpdateWebhookEndpointRequest, _ context: RPCContext
  ) async throws -> V1.WebhookEndpoint {
    let caller = try context.caller()
    let new = request.endpoint ?? V1.WebhookEndpoint()
    return try await write(caller) { transaction in
      try await Idempotency.once(
        transaction, caller, method: "UpdateWebhookEndpoint", requestID: request.requestId,
        request: request
      ) {
        let current = try await Self.existing(new.endpointId, transaction)
        try Etag.check(new.etag, against: current.etag)
        let merged = try Self.merge.merged(
          current.proto, new, paths: request.updateMask?.paths ?? [])
        try EndpointRules.check(merged, policy: policy)
        if current.isManaged, merged.url != current.url { throw Self.isManaged }
        let updated = try await EndpointStore.update(
          current.id, url: merged.url, eventTypes: merged.eventTypes,
          isPaused: merged.state == .paused, over: current.revision, transaction)
        guard let updated else {
          throw RPCError(.aborted, "the endpoint was changed at the same time; try again")
        }
        if updated.isActive { _ = try await outgoing.resume(updated.id, transaction) }
        return updated.proto
      }
    }
  }

  package func deleteWebhookEndpoint(
    _ request: V1.DeleteWebhookEndpointRequest, _ context: RPCContext
  ) async throws -> Google.Protobuf.Empty {
    let caller = try context.caller()
    return try await write(caller) { transaction in
      let current = try await Self.existing(request.endpointId, transaction)
      if current.isManaged { throw Self.isManaged }
      guard try await EndpointStore.delete(current.id, transaction) else { throw Self.notFound }
      return Google.Protobuf.Empty()
    }
  }

  package func rotateWebhookSecret(
    _ request: V1.RotateWebhookSecretRequest, _ context: RPCContext
  ) async throws -> V1.RotateWebhookSecretResponse {
    let caller = try context.caller()
    var response = try await write(caller) { transaction in
      try await Idempotency.once(
        transaction, caller, method: "RotateWebhookSecret", requestID: request.requestId,
        request: request
      ) {
        let current = try await Self.existing(request.endpointId, transaction)
        let sealed = try seal.seal(SigningSecret(), of: current.id.text)
        let expiry = try await EndpointStore.rotate(
          current.id, to: sealed, overlap: Self.overlap, transaction)
        guard let expiry else { throw Self.notFound }
        return V1.RotateWebhookSecretResponse.with {
          $0.secret = SealedText.write(sealed)
          $0.oldSecretExpireTime = expiry.timestamp
        }
      }
    }
    response.secret = try opened(response.secret, of: request.endpointId)
    return response
  }

  private static var isManaged: RPCError {
    RPCError(
      .failedPrecondition, "the endpoint follows the merchant's webhook_url; change or clear that")
  }

  private static let merge = FieldMerge<V1.WebhookEndpoint>(
    "an endpoint",
    outputOnly: [
      "endpoint_id", "create_time", "etag", "pause_reason", "failing_since", "managed",
    ])

  static var notFound: RPCError { RPCError(.notFound, "there is no such webhook endpoint") }

  static func existing(
    _ text: String, _ transaction: Transaction
  ) async throws -> EndpointRecord {
    guard let id = WebhookEndpointID(text),
      let record = try await EndpointStore.find(id, transaction)
    else { throw notFound }
    return record
  }

  /// A transaction that sees the caller's rows.
  func write<Result: Sendable>(
    _ caller: Caller, _ body: @escaping @Sendable (Transaction) async throws -> Result
  ) async throws -> Result {
    try await pool.transaction(tenant: .merchant(caller.merchant.text), body)
  }

  /// The first answers to requests are kept, so they hold secrets sealed; only the wire sees them open.
  private func opened(_ sealed: String, of endpoint: String) throws -> String {
    guard let bytes = SealedText.read(sealed) else {
      throw RPCError(.internal, "the kept answer holds no secret")
    }
    return try seal.open(bytes, of: endpoint).text
  }
}
