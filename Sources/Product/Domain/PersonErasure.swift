package import Postgres

/// A call that is over, of a person who is being erased.
package struct ErasableCall: Sendable {
  package let id: CallID
  package let endTime: Moment
  /// Where its recording is in the object store; `nil` when there is none.
  package let recordingURL: String?
  /// Whether its agent recovers loans.
  package let isRecovery: Bool

  package init(id: CallID, endTime: Moment, recordingURL: String?, isRecovery: Bool = false) {
    self.id = id
    self.endTime = endTime
    self.recordingURL = recordingURL
    self.isRecovery = isRecovery
  }
}

/// What the area of calls does when a person is erased: where it and compliance meet. All transactions
/// are the system's.
package protocol CallErasing: Sendable {
  /// The person's calls that are over, oldest first; at most `limit`. Those that were erased or are
  /// held have no number and are not among them.
  func ended(
    of number: PhoneNumber, _ merchant: MerchantID, limit: Int, _ transaction: Transaction
  ) async throws -> [ErasableCall]
  /// Calls by their ids.
  func calls(_ ids: [CallID], _ transaction: Transaction) async throws -> [ErasableCall]
  /// How many of the person's calls are not over.
  func openCount(
    of number: PhoneNumber, _ merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Int
  /// Deletes what a call has outside the database. Nothing happens when that is nothing.
  func deleteRecording(of call: ErasableCall) async throws
  /// Erases what the database has of calls whose recordings were deleted; those that are erased now.
  /// One that got a recording meanwhile stays for the next time.
  func erase(
    _ calls: [ErasableCall], _ transaction: Transaction
  ) async throws -> [ErasableCall]
  /// Takes the number from a call, and hides from its merchant what else there is, until it is erased.
  func hold(_ call: CallID, until moment: Moment, _ transaction: Transaction) async throws
}

/// What the area of webhooks does when a person is erased.
package protocol MessageErasing: Sendable {
  /// Deletes messages and events about these subjects; how many there were.
  func erase(
    about subjects: [String], of merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Int
}
