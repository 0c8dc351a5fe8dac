internal import Domain
internal import Postgres
internal import Protobuf
package import RPCCore
package import VoiceAPI

/// Pages that ask people for consent: made and read. ``ConsentDesk`` answers who opens one.
extension ComplianceService {
  package func createConsentForm(
    _ request: V1.CreateConsentFormRequest, _ context: RPCContext
  ) async throws -> V1.ConsentForm {
    let caller = try context.caller()
    let question = try ConsentFormRules.checked(request.consentForm ?? V1.ConsentForm())
    return try await transaction(caller) { transaction in
      try await Idempotency.once(
        transaction, caller, method: "CreateConsentForm", requestID: request.requestId,
        request: request, seal: forms.seal
      ) {
        try await ask(question, caller, transaction)
      }
    }
  }

  package func getConsentForm(
    _ request: V1.GetConsentFormRequest, _ context: RPCContext
  ) async throws -> V1.ConsentForm {
    let caller = try context.caller()
    guard let id = ConsentFormID(request.consentFormId),
      let record = try await ConsentFormStore.find(id, reader(caller))
    else { throw RPCError(.notFound, "there is no such consent form") }
    var form = record.proto(at: now())
    form.notice = record.answer?.notice ?? ""
    return form
  }

  package func listConsentForms(
    _ request: V1.ListConsentFormsRequest, _ context: RPCContext
  ) async throws -> V1.ListConsentFormsResponse {
    let caller = try context.caller()
    let number = try ConsentRules.filter(request.phoneNumber)
    let arguments = [caller.merchant.text, "consent-forms", request.phoneNumber]
    let now = now()
    let page = try await tokens.page(
      request.pageSize, request.pageToken, of: arguments, cursor: { $0.consentFormId }
    ) { cursor, limit in
      try await ConsentFormStore.page(
        of: number, after: cursor, limit: limit, merchant: caller.merchant, reader(caller)
      ).map { $0.proto(at: now) }
    }
    return .with {
      $0.consentForms = page.entries
      $0.nextPageToken = page.next
    }
  }

  /// Makes the form, unless the person may not be asked, or was asked often enough.
  private func ask(
    _ question: ConsentFormRecord.Question, _ caller: Caller, _ transaction: Transaction
  ) async throws -> V1.ConsentForm {
    let (number, merchant) = (question.phoneNumber, caller.merchant)
    try await NumberLock.take(number, merchant, transaction)
    let now = now()
    try ReconsentCooling.check(
      ConsentTerms(
        basis: .explicit, purposes: question.purposes, grantTime: now, recordTime: now),
      after: try await ConsentStore.terms(of: number, merchant: merchant, transaction),
      optOut: try await book(of: caller).lastOptOut(of: number, transaction),
      subject: "consentForm.phoneNumber")
    let count = try await ConsentFormStore.count(
      of: number, after: now - ConsentFormRules.countedTime, merchant: merchant, transaction)
    guard count < ConsentFormRules.limit else {
      throw RPCError(
        .resourceExhausted,
        "the number was asked \(count) times in 24 hours; the limit is \(ConsentFormRules.limit)")
    }
    let token = ConsentToken()
    let record = try await ConsentFormStore.insert(
      ConsentFormID(), question, tokenHash: token.hash, at: now,
      until: now + ConsentFormRules.lifetime, merchant: merchant, transaction)
    try await ConsentFormNews.created(record, by: caller.principal, transaction)
    var form = record.proto(at: now)
    form.link = forms.link(token)
    return form
  }
}
