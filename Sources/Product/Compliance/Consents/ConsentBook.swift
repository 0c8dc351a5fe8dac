internal import Domain
internal import Postgres
internal import RPCCore
internal import VoiceAPI

/// Where consents of one merchant's are recorded and taken back, whoever does it, in the caller's
/// transaction: with its entry of the audit log and its event.
struct ConsentBook: Sendable {
  let merchant: MerchantID
  /// Who does it, for the audit log.
  let actor: String
  let numbers: NumberSeal
  let now: @Sendable () -> Moment

  /// Records a consent that keeps the rules, also those about the number's other ones. Throws
  /// `failedPrecondition` when the person may not be asked now, `resourceExhausted` when they have
  /// too many.
  func record(
    _ consent: Payaid.Voice.V1.Consent, of number: PhoneNumber, _ transaction: Transaction
  ) async throws -> ConsentRecord {
    try await NumberLock.take(number, merchant, transaction)
    // By the time that the lock was had: the order of consents and withdrawals is that of their times.
    let now = now()
    let new = try ConsentRules.checked(consent, at: now)
    let earlier = try await ConsentStore.terms(of: number, merchant: merchant, transaction)
    guard earlier.count < ConsentStore.limit else {
      throw RPCError(
        .resourceExhausted,
        "the number has \(earlier.count) consents; the limit is \(ConsentStore.limit)")
    }
    try ReconsentCooling.check(
      new.terms, after: earlier, optOut: try await lastOptOut(of: number, transaction))
    let record = try await ConsentStore.insert(
      ConsentID(), of: number, terms: new.terms, statement: new.statement, evidence: new.evidence,
      salt: SaltedDigest().salt, merchant: merchant, transaction)
    try await ConsentNews.created(record, at: now, in: self, transaction)
    return record
  }

  /// When the person last opted out, as far as the merchant's list, or what an erasure left of it, says.
  func lastOptOut(of number: PhoneNumber, _ transaction: Transaction) async throws -> Moment? {
    let suppression = try await SuppressionStore.find(number, merchant: merchant, transaction)
    let erased = try await ErasedNumberStore.find(
      numbers.digest(number, of: merchant), merchant, transaction)
    return [suppression?.optOutTime, erased?.optOutTime].compactMap { $0 }.max()
  }

  /// Takes a consent to calls to `number` back; `nil` when that was done before.
  func withdraw(
    _ id: ConsentID, of number: PhoneNumber, _ transaction: Transaction
  ) async throws -> ConsentRecord? {
    try await NumberLock.take(number, merchant, transaction)
    let now = now()
    guard let withdrawn = try await ConsentStore.withdraw(id, at: now, transaction) else {
      return nil
    }
    try await ConsentNews.withdrawn(withdrawn, at: now, in: self, transaction)
    return withdrawn
  }
}
