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
        try await record(consent, of: number, caller, transaction)
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
    let size = try PageSize.checked(request.pageSize)
    var number: PhoneNumber?
    if !request.phoneNumber.isEmpty {
      var violations = FieldViolations()
      number = ConsentRules.number(request.phoneNumber, "phoneNumber", &violations)
      try violations.throwIfAny()
    }
    let arguments = [caller.merchant.text, "consents", request.phoneNumber]
    let cursor = try tokens.cursor(in: request.pageToken, arguments: arguments)
    let found = try await ConsentStore.page(
      of: number, after: cursor, limit: size + 1, merchant: caller.merchant, reader(caller))
    let now = now()
    return .with {
      $0.consents = found.prefix(size).map { $0.proto(at: now) }
      if found.count > size, let last = $0.consents.last {
        $0.nextPageToken = tokens.make(cursor: last.consentId, arguments: arguments)
      }
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
        try await NumberLock.take(number, caller.merchant, transaction)
        let now = now()
        guard let withdrawn = try await ConsentStore.withdraw(found.id, at: now, transaction) else {
          return try await Self.existing(request.consentId, transaction).proto(at: now)
        }
        try await ConsentNews.withdrawn(withdrawn, at: now, caller, transaction)
        return withdrawn.proto(at: now)
      }
    }
  }

  /// Records a consent that keeps the rules, also those about the number's other ones.
  private func record(
    _ consent: V1.Consent, of number: PhoneNumber, _ caller: Caller, _ transaction: Transaction
  ) async throws -> V1.Consent {
    try await NumberLock.take(number, caller.merchant, transaction)
    // By the time that the lock was had: the order of consents and withdrawals is that of their times.
    let now = now()
    let new = try ConsentRules.checked(consent, at: now)
    let earlier = try await ConsentStore.terms(of: number, merchant: caller.merchant, transaction)
    guard earlier.count < ConsentStore.limit else {
      throw RPCError(
        .resourceExhausted,
        "the number has \(earlier.count) consents; the limit is \(ConsentStore.limit)")
    }
    let suppression = try await SuppressionStore.find(
      number, merchant: caller.merchant, transaction)
    let erased = try await ErasedNumberStore.find(
      numbers.digest(number, of: caller.merchant), caller.merchant, transaction)
    try ReconsentCooling.check(
      new.terms, after: earlier,
      optOut: [suppression?.optOutTime, erased?.optOutTime].compactMap { $0 }.max())
    let record = try await ConsentStore.insert(
      ConsentID(), of: number, terms: new.terms, statement: new.statement, evidence: new.evidence,
      salt: SaltedDigest().salt, merchant: caller.merchant, transaction)
    try await ConsentNews.created(record, at: now, caller, transaction)
    return record.proto(at: now)
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
