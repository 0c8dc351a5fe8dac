internal import Domain
internal import Postgres
internal import Protobuf
package import RPCCore
package import VoiceAPI

/// Consents: recorded, read and taken back.
extension ComplianceService {
  package func createConsent(
    _ request: V1.CreateConsentRequest, _ context: RPCContext
  ) async throws -> V1.Consent {
    let caller = try context.caller()
    let consent = request.consent ?? V1.Consent()
    let number = try ConsentRules.checked(consent, at: now()).number
    return try await transaction(caller) { transaction in
      try await Idempotency.once(
        transaction, caller, method: "CreateConsent", requestID: request.requestId,
        request: request
      ) {
        try await book(of: caller).record(consent, of: number, transaction).proto(at: now())
      }
    }
  }

  package func getConsent(
    _ request: V1.GetConsentRequest, _ context: RPCContext
  ) async throws -> V1.Consent {
    let caller = try context.caller()
    return try await Self.existing(request.consentId, reader(caller)).proto(at: now())
  }

  package func listConsents(
    _ request: V1.ListConsentsRequest, _ context: RPCContext
  ) async throws -> V1.ListConsentsResponse {
    let caller = try context.caller()
    let number = try ConsentRules.filter(request.phoneNumber)
    let arguments = [caller.merchant.text, "consents", request.phoneNumber]
    let now = now()
    let page = try await tokens.page(
      request.pageSize, request.pageToken, of: arguments, cursor: { $0.consentId }
    ) { cursor, limit in
      try await ConsentStore.page(
        of: number, after: cursor, limit: limit, merchant: caller.merchant, reader(caller)
      ).map { $0.proto(at: now) }
    }
    return .with {
      $0.consents = page.entries
      $0.nextPageToken = page.next
    }
  }

  package func withdrawConsent(
    _ request: V1.WithdrawConsentRequest, _ context: RPCContext
  ) async throws -> V1.Consent {
    let caller = try context.caller()
    return try await transaction(caller) { transaction in
      try await Idempotency.once(
        transaction, caller, method: "WithdrawConsent", requestID: request.requestId,
        request: request
      ) {
        let found = try await Self.existing(request.consentId, transaction)
        // Of an erased person there is nothing left to take back.
        guard let number = found.phoneNumber else { return found.proto(at: now()) }
        if let withdrawn = try await book(of: caller).withdraw(found.id, of: number, transaction) {
          return withdrawn.proto(at: now())
        }
        return try await Self.existing(request.consentId, transaction).proto(at: now())
      }
    }
  }

  /// Where the caller's consents are recorded.
  func book(of caller: Caller) -> ConsentBook {
    ConsentBook(merchant: caller.merchant, actor: caller.principal, numbers: numbers, now: now)
  }

  private static func existing(
    _ text: String, _ database: some Querying
  ) async throws -> ConsentRecord {
    guard let id = ConsentID(text), let record = try await ConsentStore.find(id, database) else {
      throw RPCError(.notFound, "there is no such consent")
    }
    return record
  }
}
