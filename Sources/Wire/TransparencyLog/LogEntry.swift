internal import Buffers
internal import TLS

/// One entry of a log, version 1: what happened, bound to the entry before by its leaf hash, and to a
/// payload, which may be erased, by a keyed digest of it.
package struct LogEntry: Sendable, Equatable {
  /// Who did it: the id of a key or user, or a part of the system.
  package let actor: String
  /// HMAC-SHA-256 of the canonical payload under its salt, in hexadecimal.
  package let commit: String
  /// What happened.
  package let event: String
  /// The log's name.
  package let log: String
  /// The leaf hash of the entry before.
  package let prev: MerkleHash
  /// Its number, from 0.
  package let seq: Int64
  /// The id of what it is about; no personal data.
  package let subject: String
  /// UTC to the microsecond, `2026-11-22T05:30:00.000000Z`.
  package let ts: String

  package init(
    actor: String, commit: String, event: String, log: String, prev: MerkleHash, seq: Int64,
    subject: String, ts: String
  ) {
    self.actor = actor
    self.commit = commit
    self.event = event
    self.log = log
    self.prev = prev
    self.seq = seq
    self.subject = subject
    self.ts = ts
  }

  /// Reads the bytes of a leaf; `nil` unless they are the canonical form of an entry of this version.
  package init?(_ bytes: [UInt8]) {
    guard let object = CanonicalJSON.object(bytes), object.count == 9,
      object["v"]?.stringValue == "1", let actor = object["actor"]?.stringValue,
      let commit = object["commit"]?.stringValue, MerkleHash(hex: commit) != nil,
      let event = object["event"]?.stringValue, let log = object["log"]?.stringValue,
      let prev = object["prev"]?.stringValue.flatMap({ MerkleHash(hex: $0) }),
      let seq = object["seq"]?.stringValue.flatMap({ Checkpoint.size($0) }),
      let subject = object["subject"]?.stringValue, let ts = object["ts"]?.stringValue
    else { return nil }
    self.init(
      actor: actor, commit: commit, event: event, log: log, prev: prev, seq: seq,
      subject: subject, ts: ts)
  }

  /// The leaf: canonical JSON.
  package var bytes: [UInt8] {
    let members: JSONValue = [
      "actor": .string(actor), "commit": .string(commit), "event": .string(event),
      "log": .string(log), "prev": .string(prev.hex), "seq": .string("\(seq)"),
      "subject": .string(subject), "ts": .string(ts), "v": "1",
    ]
    return CanonicalJSON.encode(members) ?? []
  }

  /// What binds an entry to a payload.
  package static func commit(_ payload: [UInt8], salt: [UInt8]) -> String {
    Hex.encode(Digest.hmacSHA256(key: salt, payload))
  }
}
