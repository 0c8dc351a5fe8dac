/// Why a bundle does not prove what was asked.
package enum LogVerdict: Error, Sendable, Equatable {
  /// It contradicts itself or its checkpoint: something was changed.
  case invalid(String)
  /// It holds as far as it goes, and does not go as far as it was asked to.
  case incomplete(String)
}

/// What a bundle has proved.
package struct LogReport: Sendable, Equatable {
  package let checkpoint: Checkpoint
  /// Entries that are shown.
  package let entries: Int
  /// Those whose payload is shown too, and is what they commit to.
  package let payloads: Int
  /// Those whose payload is not there any more.
  package let erased: Int
  /// The size of the older checkpoint that the log continues.
  package let since: Int64?
  /// How it follows the log before, where that was asked.
  package var succession: LogSuccession?
  /// What it says of the log before, where that was not asked.
  package var claim: LogSuccession.Claim?
}
