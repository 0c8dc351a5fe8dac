package import Domain
package import Passwords
package import Postgres
internal import RPCCore
package import VoiceAPI

/// Serves `payaid.voice.v1.AccountService` from PostgreSQL: merchants here, keys and users in files
/// of their own.
package struct AccountService: Payaid.Voice.V1.AccountServiceServing {
  package typealias V1 = Payaid.Voice.V1

  let pool: PostgresPool
  let tokens: PageTokens
  let seal: DataSeal
  let passwords: PasswordHasher
  /// Lets this process forget what it changed itself without waiting for the announcement.
  let authenticator: Authenticator
  /// What becomes of a merchant's `webhook_url`.
  let webhook: any MerchantWebhook
  /// This platform's id as telemarketer on the operators' DLT platforms.
  let telemarketer: String?
  let scopes: Set<String>

  package init(
    pool: PostgresPool, tokens: PageTokens, seal: DataSeal, passwords: PasswordHasher,
    authenticator: Authenticator, webhook: any MerchantWebhook, telemarketer: String?,
    table: AccessTable = .product
  ) {
    self.pool = pool
    self.tokens = tokens
    self.seal = seal
    self.passwords = passwords
    self.authenticator = authenticator
    self.webhook = webhook
    self.telemarketer = telemarketer
    scopes = table.scopes
  }

  /// Runs `body` in a transaction of the caller's, one for each merchant at a time; when that is
  /// committed, what `body` says has changed is forgotten here at once and announced to others.
  func change<Response: Sendable>(
    _ caller: Caller,
    _ body: (Transaction, inout [AccountEvent]) async throws -> Response
  ) async throws -> Response {
    let (response, events) = try await pool.transaction(tenant: .merchant(caller.merchant.text)) {
      transaction in
      // First: a request id that is claimed names the merchant, and a change of the merchant's
      // address waits until no other transaction does.
      try await AccountStore.lock(caller.merchant, transaction)
      var events: [AccountEvent] = []
      let response = try await body(transaction, &events)
      for event in events { try await event.announce(transaction) }
      return (response, events)
    }
    for event in events { await authenticator.follow(event) }
    return response
  }
}
