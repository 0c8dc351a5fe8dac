internal import Domain
internal import Postgres
internal import Protobuf
package import RPCCore
package import VoiceAPI

extension AccountService {
  package func createApiKey(
    _ request: V1.CreateApiKeyRequest, _ context: RPCContext
  ) async throws -> V1.CreateApiKeyResponse {
    let caller = try context.caller()
    let wanted = request.apiKey ?? V1.ApiKey()
    // Also before a first answer is given again: it has the key's secret. What is no scope is told below.
    if scopes.isSuperset(of: wanted.scopes) {
      try APIKeyRules.check(caller, mayGrant: wanted.scopes)
    }
    return try await change(caller) { transaction, _ in
      try await Idempotency.once(
        transaction, caller, method: "CreateApiKey", requestID: request.requestId,
        request: request, seal: seal
      ) {
        let expireTime = wanted.expireTime.map { Moment($0) }
        let longest = try await AccountStore.longestKeyLife(caller.merchant, transaction)
        try APIKeyRules.check(
          displayName: wanted.displayName, scopes: wanted.scopes, expireTime: expireTime,
          longest: longest, known: scopes, now: WallClock.now)
        let (key, stored) = try await Self.insert(
          displayName: wanted.displayName, scopes: wanted.scopes, expireTime: expireTime,
          caller, transaction)
        return .with {
          $0.apiKey = stored.proto
          $0.secret = key.secret
        }
      }
    }
  }

  package func listApiKeys(
    _ request: V1.ListApiKeysRequest, _ context: RPCContext
  ) async throws -> V1.ListApiKeysResponse {
    let caller = try context.caller()
    let arguments = [caller.merchant.text, "api-keys"]
    let page = try await tokens.page(
      request.pageSize, request.pageToken, of: arguments, cursor: { $0.keyId }
    ) { cursor, limit in
      try await pool.transaction(tenant: .merchant(caller.merchant.text)) {
        try await APIKeyStore.page(
          after: cursor, limit: limit, merchant: caller.merchant, $0)
      }.map(\.proto)
    }
    return .with {
      $0.apiKeys = page.entries
      $0.nextPageToken = page.next
    }
  }

  package func revokeApiKey(
    _ request: V1.RevokeApiKeyRequest, _ context: RPCContext
  ) async throws -> V1.ApiKey {
    let caller = try context.caller()
    return try await change(caller) { transaction, events in
      events.append(.key(request.keyId))
      return try await Idempotency.once(
        transaction, caller, method: "RevokeApiKey", requestID: request.requestId, request: request
      ) {
        guard let revoked = try await APIKeyStore.revoke(request.keyId, transaction) else {
          throw Self.noSuchKey
        }
        return revoked.proto
      }
    }
  }

  package func rotateApiKey(
    _ request: V1.RotateApiKeyRequest, _ context: RPCContext
  ) async throws -> V1.RotateApiKeyResponse {
    let caller = try context.caller()
    return try await change(caller) { transaction, events in
      events.append(.key(request.keyId))
      guard let old = try await APIKeyStore.lock(request.keyId, transaction) else {
        throw Self.noSuchKey
      }
      // Also before a first answer is given again: it has the new key's secret.
      try APIKeyRules.check(caller, mayGrant: old.scopes)
      return try await Idempotency.once(
        transaction, caller, method: "RotateApiKey", requestID: request.requestId,
        request: request, seal: seal
      ) {
        let overlap = try APIKeyRules.overlap(request.overlap.map { Duration($0) })
        return try await Self.rotate(old, overlap, caller, transaction)
      }
    }
  }

  private static func rotate(
    _ old: APIKeyStore.StoredKey, _ overlap: Duration, _ caller: Caller,
    _ transaction: Transaction
  ) async throws -> V1.RotateApiKeyResponse {
    let now = WallClock.now
    guard old.revokeTime == nil, old.expireTime.map({ now < $0 }) ?? true,
      old.replacedBy == nil
    else {
      throw RPCError(.failedPrecondition, "the key does not work any more, or was rotated before")
    }
    let lifetime = APIKeyRules.lifetime(
      meant: old.expireTime.map { $0 - old.createTime },
      longest: try await AccountStore.longestKeyLife(caller.merchant, transaction))
    let (key, stored) = try await insert(
      displayName: old.displayName, scopes: old.scopes, expireTime: lifetime.map { now + $0 },
      caller, transaction)
    let replaced = try await APIKeyStore.replace(
      old.id, by: key.id, overlap: overlap, transaction)
    return .with {
      $0.apiKey = stored.proto
      $0.secret = key.secret
      $0.replaced = replaced?.proto
    }
  }

  private static func insert(
    displayName: String, scopes: [String], expireTime: Moment?, _ caller: Caller,
    _ transaction: Transaction
  ) async throws -> (APIKey, APIKeyStore.StoredKey) {
    guard
      try await APIKeyStore.liveCount(caller.merchant, transaction) < APIKeyRules.liveLimit
    else {
      throw RPCError(
        .failedPrecondition, "\(APIKeyRules.liveLimit) keys work already; revoke one first")
    }
    let key = APIKey()
    try await APIKeyStore.insert(
      key, displayName: displayName, scopes: scopes, expireTime: expireTime,
      merchant: caller.merchant, transaction)
    guard let stored = try await APIKeyStore.find(key.id, transaction) else { throw noSuchKey }
    return (key, stored)
  }

  private static var noSuchKey: RPCError { RPCError(.notFound, "there is no such API key") }
}

extension APIKeyStore.StoredKey {
  /// As the API shows it.
  var proto: Payaid.Voice.V1.ApiKey {
    .with {
      $0.keyId = id
      $0.displayName = displayName
      $0.scopes = scopes
      $0.createTime = createTime.timestamp
      $0.expireTime = expireTime?.timestamp
      $0.lastUsedTime = lastUsed?.timestamp
      $0.revokeTime = revokeTime?.timestamp
      $0.replacedBy = replacedBy ?? ""
    }
  }
}
