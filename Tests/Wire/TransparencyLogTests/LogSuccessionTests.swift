import Buffers
import Testing
import TransparencyLog

@Suite struct LogSuccessionTests {
  /// A closed log of five entries and one that follows it; what these say may be changed.
  private static func pair(
    began: (inout JSONObject) -> Void = { _ in }, closed: (inout JSONObject) -> Void = { _ in }
  ) throws -> (old: WrittenLog, new: WrittenLog) {
    var old = try WrittenLog(4, name: "test/log")
    var new = try WrittenLog(0, name: "test/log/2", seed: 4)
    var last: JSONObject = [
      "next_key": .string("\(new.signer.verifier)"), "next_log": .string("test/log/2"),
    ]
    closed(&last)
    old.append("log.closed", payload: .object(last))
    let end = try #require(Checkpoint(note: try old.note(), signedBy: old.signer.verifier))
    var first: JSONObject = [
      "is_continuous": "yes", "last_checkpoint": .string(try old.note(4)),
      "previous_log": .string("test/log"), "previous_root": .string(end.root.hex),
      "previous_size": "5",
    ]
    began(&first)
    new.append("log.began", payload: .object(first))
    return (old, new)
  }

  private static func succession(_ pair: (old: WrittenLog, new: WrittenLog)) throws -> LogSuccession
  {
    try LogSuccession(of: pair.new.whole, after: pair.old.whole, pair.old.signer.verifier)
  }

  @Test func `a log follows one that was closed`() throws {
    let found = try Self.succession(try Self.pair())
    #expect(!found.followsLoss && found.previous.size == 5)
  }

  @Test func `a log follows one that lost something, as it was signed last`() throws {
    var (old, new) = try Self.pair(began: {
      $0["is_continuous"] = "no"
      $0["previous_size"] = "3"
    })
    let kept = try WrittenLog(4, name: "test/log")
    let found = try LogSuccession(of: new.whole, after: kept.whole, kept.signer.verifier)
    #expect(found.followsLoss && found.previous.size == 4)
    // What came after is not what was signed last.
    #expect(throws: LogVerdict.self) { try Self.succession((old, new)) }
    (old, new) = try Self.pair(began: {
      $0["is_continuous"] = "no"
      $0["last_checkpoint"] = nil
    })
    #expect(throws: LogVerdict.self) { try Self.succession((old, new)) }
  }

  @Test(arguments: ["previous_log", "previous_root", "previous_size"])
  func `a beginning that names another end is refused`(name: String) throws {
    for value in ["4", "test", nil] as [JSONValue?] {
      let pair = try Self.pair(began: { $0[name] = value })
      #expect(throws: LogVerdict.self) { try Self.succession(pair) }
    }
  }

  @Test func `an end that names another log or key is refused`() throws {
    let other = try NoteSigner(name: "test/log/2", seed: [UInt8](repeating: 9, count: 32))
    for (name, value) in [
      ("next_log", "test/log/3"), ("next_key", "\(other.verifier)"), ("next_key", "none"),
    ] {
      let pair = try Self.pair(closed: { $0[name] = .string(value) })
      #expect(throws: LogVerdict.self) { try Self.succession(pair) }
    }
  }

  @Test func `a log before that is not shown whole is no proof`() throws {
    let pair = try Self.pair()
    #expect(throws: LogVerdict.incomplete("the log before is not shown whole")) {
      try LogSuccession(
        of: try pair.new.whole, after: try pair.old.part([4]), pair.old.signer.verifier)
    }
  }

  @Test func `what a log says of the one before is told, as far as it is shown`() throws {
    var bundle = try Self.pair().new.whole
    var claim = try #require(LogSuccession.Claim(of: bundle))
    #expect(claim.previous == "test/log" && !claim.followsLoss)
    claim = try #require(
      LogSuccession.Claim(of: try Self.pair(began: { $0["is_continuous"] = "no" }).new.whole))
    #expect(claim.followsLoss)
    bundle.payloads = []
    claim = try #require(LogSuccession.Claim(of: bundle))
    #expect(claim.previous == nil && !claim.followsLoss)
    #expect(LogSuccession.Claim(of: try WrittenLog(3).whole) == nil)
  }

  @Test func `an end or a beginning that is not shown is no proof`() throws {
    let pair = try Self.pair()
    var bundle = try pair.new.whole
    bundle.payloads = []
    #expect(throws: LogVerdict.incomplete("what log.began says has been erased")) {
      try LogSuccession(of: bundle, after: try pair.old.whole, pair.old.signer.verifier)
    }
    let plain = try WrittenLog(3, name: "test/log/2", seed: 4)
    #expect(throws: LogVerdict.self) { try Self.succession((pair.old, plain)) }
    let unclosed = try WrittenLog(5, name: "test/log")
    #expect(throws: LogVerdict.self) { try Self.succession((unclosed, pair.new)) }
  }
}
