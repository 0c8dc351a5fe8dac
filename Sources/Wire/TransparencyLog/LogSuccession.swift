internal import Buffers

/// That one log follows another: its first entry, `log.began`, names the other as far as that came.
///
/// A log that is whole ends with `log.closed`, which names the next log and its key under the old key, so that
/// neither key alone can make a successor. Behind a loss there is no such entry: then the first one has the
/// note that was signed of the other last.
package struct LogSuccession: Sendable, Equatable {
  /// The log before, as it was signed last.
  package let previous: Checkpoint
  /// Whether the log before did not continue what was signed of it.
  package let followsLoss: Bool

  /// Checks `bundle`, which its own key has been checked against, against the whole of the log before, which
  /// `previousKey` has signed. Throws what is wrong; `incomplete` when one of them lacks what would show it.
  package init(
    of bundle: LogBundle, after previous: LogBundle, _ previousKey: NoteVerifier
  ) throws(LogVerdict) {
    let report = try LogVerifier(key: previousKey).verify(previous)
    guard previous.proofs?.inclusion == nil else {
      throw .incomplete("the log before is not shown whole")
    }
    let began = try Self.payload(of: "log.began", 0, bundle)
    guard began["previous_log"] == report.checkpoint.origin else {
      throw .invalid("the log does not follow \(report.checkpoint.origin)")
    }
    self.previous = report.checkpoint
    followsLoss = began["is_continuous"] != "yes"
    if followsLoss {
      try Self.checkLoss(began, report.checkpoint, previousKey)
    } else {
      try Self.checkClosed(began, report.checkpoint, previous, bundle)
    }
  }

  private static func checkLoss(
    _ began: [String: String], _ last: Checkpoint, _ key: NoteVerifier
  ) throws(LogVerdict) {
    guard Checkpoint(note: began["last_checkpoint"] ?? "", signedBy: key) == last else {
      throw .invalid("the log before is not the one that was signed last before this one began")
    }
  }

  private static func checkClosed(
    _ began: [String: String], _ last: Checkpoint, _ previous: LogBundle, _ bundle: LogBundle
  ) throws(LogVerdict) {
    guard began["previous_size"] == "\(last.size)", began["previous_root"] == last.root.hex else {
      throw .invalid("the log before was closed with other entries than are shown")
    }
    let closed = try payload(of: "log.closed", last.size - 1, previous)
    guard let key = closed["next_key"].flatMap({ NoteVerifier($0) }),
      closed["next_log"] == key.name,
      Checkpoint(note: bundle.checkpoint, signedBy: key) != nil
    else { throw .invalid("the log before was closed for another log, or another key") }
  }

  /// What a log says of the one before it, which nobody has checked.
  package struct Claim: Sendable, Equatable {
    /// What that one is called; `nil` when what was said of it is not shown.
    package let previous: String?
    /// Whether it did not continue what was signed of it.
    package let followsLoss: Bool

    /// `nil` when the log's beginning is not shown, or there was no log before.
    package init?(of bundle: LogBundle) {
      let entries = bundle.entries.lazy.compactMap { LogEntry($0) }
      guard entries.contains(where: { $0.seq == 0 && $0.event == "log.began" }) else { return nil }
      let began = try? LogSuccession.payload(of: "log.began", 0, bundle)
      previous = began?["previous_log"]
      followsLoss = began.map { $0["is_continuous"] != "yes" } ?? false
    }
  }

  /// The texts in the payload of an entry of a kind.
  private static func payload(
    of event: String, _ seq: Int64, _ bundle: LogBundle
  ) throws(LogVerdict) -> [String: String] {
    guard
      let entry = bundle.entries.lazy.compactMap({ LogEntry($0) }).first(where: { $0.seq == seq }),
      entry.event == event
    else { throw .invalid("entry \(seq) of a log is not \(event), or is not there") }
    guard let payload = bundle.payloads.first(where: { $0.seq == seq }),
      let object = CanonicalJSON.object(payload.bytes)
    else { throw .incomplete("what \(event) says has been erased") }
    return Dictionary(
      object.compactMap { name, value in value.stringValue.map { (name, $0) } },
      uniquingKeysWith: { first, _ in first })
  }
}
