package import Domain
package import Postgres
package import VoiceAPI

/// What is kept of calls whose persons were erased, for those of the operator's who have to produce it.
/// The transactions are the system's: a merchant finds nothing.
package struct HeldCalls: Sendable {
  private let recordings: Recordings

  package init(recordings: Recordings) { self.recordings = recordings }

  /// A call with all that is kept beside its row, but for its number, which compliance has; `nil` where
  /// nothing is held any more.
  package static func find(
    _ id: CallID, _ transaction: Transaction
  ) async throws -> Payaid.Voice.V1.Call? {
    guard let record = try await CallStore.find(id, transaction) else { return nil }
    return try await CallService.whole(record, transaction)
  }

  /// Notes in the caller's transaction that `reader` of the operator's reads what is held of a call of
  /// `merchant`, or hears its recording, and why.
  package static func note(
    _ id: CallID, of merchant: MerchantID, by reader: String, for reason: String, hearsSound: Bool,
    _ transaction: Transaction
  ) async throws {
    try await CallAccessLog.noteHeld(
      id, of: merchant, by: reader, for: reason, hearsSound: hearsSound, transaction)
  }

  /// The recording that is kept of a call, which can be sent; `nil` when there is none.
  package func sound(of id: CallID, _ transaction: Transaction) async throws -> HeldSound? {
    try await CallMetadataStore.recording(of: id, transaction).map {
      HeldSound(recordings: recordings, url: $0.url, wrappedKey: $0.wrappedKey)
    }
  }
}

/// A recording that is kept.
package struct HeldSound: Sendable {
  let recordings: Recordings
  let url: String
  let wrappedKey: [UInt8]

  /// Gives `send` the WAV file, piece after piece.
  package func send(_ send: ([UInt8]) async throws -> Void) async throws {
    try await recordings.open(url, wrappedKey: wrappedKey).send(send)
  }
}
