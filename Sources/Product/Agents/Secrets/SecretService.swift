internal import Domain
package import Postgres
internal import Protobuf
package import RPCCore
package import Schema
package import VoiceAPI

/// Serves `payaid.voice.v1.SecretService`: values go in and never come out.
package struct SecretService: Payaid.Voice.V1.SecretServiceServing {
  package typealias V1 = Payaid.Voice.V1

  private let pool: PostgresPool
  private let secrets: ToolSecrets

  package init(pool: PostgresPool, secrets: ToolSecrets) {
    self.pool = pool
    self.secrets = secrets
  }

  package func setSecret(
    _ request: V1.SetSecretRequest, _ context: RPCContext
  ) async throws -> V1.Secret {
    let caller = try context.caller()
    let hosts = try Self.checkedHosts(request)
    let sealed = try secrets.seal(request.value, named: request.name, of: caller.merchant)
    // What is kept to know the request again must not be a plain digest of the value.
    var known = request
    known.value = secrets.fingerprint(of: request.value)
    return try await pool.transaction(tenant: .merchant(caller.merchant.text)) {
      [known] transaction in
      try await Idempotency.once(
        transaction, caller, method: "SetSecret", requestID: request.requestId, request: known
      ) {
        let present = try await ToolSecretStore.hosts(transaction)
        guard present[request.name] != nil || present.count < ToolSecretStore.limit else {
          throw RPCError(
            .resourceExhausted, "there are \(present.count) secrets; the limit is 100")
        }
        return try await ToolSecretStore.set(
          request.name, sealed: sealed, hosts: try hosts.or(present[request.name]),
          merchant: caller.merchant.text, transaction)
      }
    }
  }

  package func listSecrets(
    _ request: V1.ListSecretsRequest, _ context: RPCContext
  ) async throws -> V1.ListSecretsResponse {
    let caller = try context.caller()
    let found = try await pool.transaction(tenant: .merchant(caller.merchant.text)) {
      try await ToolSecretStore.all($0)
    }
    return .with { $0.secrets = found }
  }

  package func deleteSecret(
    _ request: V1.DeleteSecretRequest, _ context: RPCContext
  ) async throws -> Google.Protobuf.Empty {
    let caller = try context.caller()
    return try await pool.transaction(tenant: .merchant(caller.merchant.text)) { transaction in
      try await Idempotency.once(
        transaction, caller, method: "DeleteSecret", requestID: request.requestId, request: request
      ) {
        guard try await ToolSecretStore.delete(request.name, transaction) else {
          throw RPCError(.notFound, "there is no such secret")
        }
        return Google.Protobuf.Empty()
      }
    }
  }

  /// The request's hosts, when all of it is good.
  private static func checkedHosts(_ request: V1.SetSecretRequest) throws -> SecretHosts {
    var violations = FieldViolations()
    violations.require(
      TemplateVariables.isName(request.name), "name", "must match [A-Za-z_][A-Za-z0-9_]{0,63}")
    violations.require(
      (1...4_096).contains(request.value.utf8.count) && HeaderRules.isValue(request.value),
      "value", "has 1 to 4,096 visible ASCII characters and inner spaces")
    let hosts = SecretHosts(request.hosts, &violations)
    try violations.throwIfAny()
    return hosts
  }
}
