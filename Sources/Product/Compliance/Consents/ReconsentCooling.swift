internal import Domain
internal import Protobuf
internal import RPCCore
internal import Schema
internal import VoiceAPI

/// The time after an opt-out in which nobody may ask the person for consent.
enum ReconsentCooling {
  /// Throws `failedPrecondition` when a consent of these terms was given in that time. Only EXPLICIT
  /// consent is asked for: who enquires or becomes a customer came by themselves. One given before
  /// the opt-out is taken, and does not outweigh it. `subject` is whose field has the number.
  static func check(
    _ terms: ConsentTerms, after earlier: [ConsentTerms], optOut: Moment?,
    subject: String = "consent.phoneNumber"
  ) throws {
    guard terms.basis == .explicit else { return }
    let withdrawals = earlier.filter { $0.basis == .explicit }.compactMap(\.withdrawTime)
    let end = ConsentClock.coolingEnd(
      at: terms.givenTime, optOuts: withdrawals + [optOut].compactMap { $0 })
    if let end { throw try refusal(subject, until: end) }
  }

  private static func refusal(_ subject: String, until end: Moment) throws -> RPCError {
    let why = "the person opted out and may not be asked for consent before \(end.iso8601)"
    let failure = Google.Rpc.PreconditionFailure.with {
      $0.violations = [
        .with {
          $0.type = "RECONSENT_COOLING"
          $0.subject = subject
          $0.description = why
        }
      ]
    }
    return RPCError(
      .failedPrecondition, why,
      details: [
        ErrorDetail(
          typeName: "google.rpc.PreconditionFailure", value: try failure.serializedBytes())
      ])
  }
}
