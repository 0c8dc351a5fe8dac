import Buffers
import Testing
import TransparencyLog

/// A log that is written and signed by a test.
struct WrittenLog {
  let signer: NoteSigner
  var tree = GrownTree([])
  var entries: [[UInt8]] = []
  var payloads: [LogBundle.Payload] = []

  init(_ count: Int, name: String = "test/log", seed: UInt8 = 3, older: Int = 0) throws {
    signer = try NoteSigner(name: name, seed: [UInt8](repeating: seed, count: 32))
    for seq in 0..<count {
      if seq < older { append(Array("{\"older\":\"\(seq)\"}".utf8)) } else { append("e\(seq)") }
    }
  }

  mutating func append(_ leaf: [UInt8]) {
    entries.append(leaf)
    tree.append(.leaf(leaf))
  }

  mutating func append(_ event: String, payload: JSONValue? = nil, ts: String? = nil) {
    let seq = Int64(entries.count)
    let payload = CanonicalJSON.encode(payload ?? ["event": .string(event)]) ?? []
    let salt = [UInt8](repeating: UInt8(truncatingIfNeeded: seq), count: 32)
    payloads.append(LogBundle.Payload(seq: seq, salt: salt, bytes: payload))
    append(
      LogEntry(
        actor: "test", commit: LogEntry.commit(payload, salt: salt), event: event,
        log: signer.verifier.name, prev: tree.leaves.last ?? .zero, seq: seq, subject: "s",
        ts: ts ?? "2026-11-22T05:\(10 + seq % 50):00.000000Z"
      ).bytes)
  }

  func note(_ size: Int? = nil) throws -> String {
    let size = size ?? entries.count
    let checkpoint = Checkpoint(
      origin: signer.verifier.name, size: Int64(size),
      root: GrownTree.root(tree.leaves.prefix(size)))
    return try SignedNote(signing: checkpoint.text, with: signer).description
  }

  var whole: LogBundle {
    get throws { LogBundle(checkpoint: try note(), entries: entries, payloads: payloads) }
  }

  /// The entries of these numbers with proofs, and that the log continues the tree of `size`.
  func part(_ numbers: [Int64], since size: Int64? = nil) throws -> LogBundle {
    let count = Int64(entries.count)
    var proofs = LogBundle.Proofs(
      inclusion: numbers.map { ($0, tree.proof(MerkleSpan.inclusion(of: $0, in: count))) })
    if let size {
      let root = GrownTree.root(tree.leaves.prefix(Int(size)))
      let hashes = tree.proof(MerkleSpan.consistency(from: size, to: count))
      proofs.consistency.append((size, root, hashes))
    }
    return LogBundle(
      checkpoint: try note(), entries: numbers.map { entries[Int($0)] },
      payloads: payloads.filter { numbers.contains($0.seq) }, proofs: proofs)
  }

  func verify(_ bundle: LogBundle, since: String? = nil) throws -> LogReport {
    // By way of the files, as everybody else.
    let read = try LogBundle(
      checkpoint: Array(bundle.checkpoint.utf8), entries: bundle.entryLines,
      payloads: bundle.payloadLines, proofs: bundle.proofs?.text)
    return try LogVerifier(key: signer.verifier).verify(read, since: since)
  }
}

@Suite struct LogVerifierTests {
  @Test(arguments: [0, 1, 2, 7, 33]) func `a whole log is proved`(count: Int) throws {
    let log = try WrittenLog(count)
    let report = try log.verify(log.whole)
    #expect(report.entries == count && report.payloads == count && report.erased == 0)
    #expect(report.checkpoint.size == count && report.since == nil)
    for size in 0...count {
      #expect(try log.verify(log.whole, since: log.note(size)).since == Int64(size))
    }
  }

  @Test func `some entries are proved, in any order, and what they continue`() throws {
    let log = try WrittenLog(21)
    let report = try log.verify(log.part([20, 3, 4]))
    #expect(report.entries == 3 && report.payloads == 3)
    for size in 0...21 {
      let part = try log.part([5], since: Int64(size))
      #expect(try log.verify(part, since: log.note(size)).since == Int64(size))
    }
  }

  @Test func `no entry of a log that has some proves nothing`() throws {
    let log = try WrittenLog(11)
    #expect(throws: LogVerdict.incomplete("there is not one entry")) {
      try log.verify(try log.part([]))
    }
    // But that it continues an older one.
    #expect(try log.verify(try log.part([], since: 5), since: try log.note(5)).since == 5)
  }

  @Test func `an erased payload takes nothing from the proof`() throws {
    let log = try WrittenLog(9)
    var bundle = try log.whole
    bundle.payloads.removeAll { $0.seq == 4 }
    let report = try log.verify(bundle)
    #expect(report.payloads == 8 && report.erased == 1)
  }

  @Test func `entries of the older format stay proved by their place`() throws {
    let log = try WrittenLog(9, older: 3)
    #expect(try log.verify(log.whole).payloads == 6)
    #expect(try log.verify(log.part([1, 2, 3, 8])).entries == 4)
  }

  @Test func `what the older log is not continued by is refused`() throws {
    let log = try WrittenLog(12)
    var other = try WrittenLog(5)
    other.append("another history")
    #expect(throws: LogVerdict.self) { try log.verify(log.whole, since: other.note()) }
    #expect(throws: LogVerdict.self) {
      try log.verify(log.part([1], since: 6), since: other.note())
    }
    let longer = try WrittenLog(13)
    #expect(throws: LogVerdict.invalid("the log has 12 entries; once it had 13")) {
      try log.verify(log.whole, since: longer.note())
    }
    #expect {
      try log.verify(log.part([1]), since: log.note(6))
    } throws: {
      if case .incomplete = $0 as? LogVerdict { true } else { false }
    }
  }

  @Test func `another key's checkpoint is none, whatever it says`() throws {
    let log = try WrittenLog(4)
    let others = [try WrittenLog(4, seed: 4), try WrittenLog(4, name: "test/other")]
    for other in others {
      var bundle = try log.whole
      bundle.checkpoint = try other.note()
      #expect(throws: LogVerdict.self) { try log.verify(bundle) }
      #expect(throws: LogVerdict.self) { try log.verify(other.whole) }
    }
  }

  @Test func `a changed entry or payload is found, whichever byte it is`() throws {
    let log = try WrittenLog(3)
    let whole = try log.whole
    for (entry, bytes) in whole.entries.enumerated() {
      for place in stride(from: 0, to: bytes.count, by: 3) {
        var wrong = whole
        wrong.entries[entry][place] ^= 1
        #expect(throws: LogVerdict.self) { try log.verify(wrong) }
      }
    }
    var wrong = whole
    wrong.entries[1] = Array(
      String(decoding: whole.entries[1], as: UTF8.self).replacing("\"e1\"", with: "\"e7\"").utf8)
    #expect(throws: LogVerdict.invalid("entry 2 does not follow the one before it")) {
      try log.verify(wrong)
    }
    wrong = whole
    wrong.payloads[1] = LogBundle.Payload(
      seq: 1, salt: whole.payloads[1].salt, bytes: Array("{\"event\":\"e9\"}".utf8))
    #expect(throws: LogVerdict.invalid("the payload of entry 1 is not the one it commits to")) {
      try log.verify(wrong)
    }
    wrong.payloads[1] = whole.payloads[0]
    #expect(throws: LogVerdict.self) { try log.verify(wrong) }
  }

  @Test func `entries that went, came, moved or are of another log are found`() throws {
    let log = try WrittenLog(8)
    let stranger = try WrittenLog(8, name: "test/other")
    let changes: [(inout LogBundle) -> Void] = [
      { _ = $0.entries.popLast() }, { $0.entries.remove(at: 3) }, { $0.entries.swapAt(2, 3) },
      { $0.entries.append($0.entries[7]) }, { $0.entries.insert($0.entries[0], at: 0) },
      { $0.entries[5] = stranger.entries[5] }, { $0.entries = [] }, { $0.entries[7] = [] },
      { $0.proofs = LogBundle.Proofs(inclusion: []) },
    ]
    for change in changes {
      var wrong = try log.whole
      change(&wrong)
      #expect(throws: LogVerdict.self) { try log.verify(wrong) }
    }
  }

  @Test func `a proof with one thing wrong proves nothing`() throws {
    let log = try WrittenLog(13)
    let part = try log.part([2, 9], since: 5)
    let since = try log.note(5)
    _ = try log.verify(part, since: since)
    var wrongs: [LogBundle] = []
    func change(_ body: (inout LogBundle.Proofs) -> Void) {
      var wrong = part
      wrong.proofs.map { proofs in
        var proofs = proofs
        body(&proofs)
        wrong.proofs = proofs
      }
      wrongs.append(wrong)
    }
    change { $0.inclusion?[0].seq = 3 }
    change { $0.inclusion?.swapAt(0, 1) }
    change { proofs in proofs.inclusion = proofs.inclusion.map { [$0[0], $0[0]] } }
    change { _ = $0.inclusion?[0].hashes.popLast() }
    change { $0.inclusion?[0].hashes.append(.zero) }
    change { $0.inclusion?[0].hashes[1] = .zero }
    change { _ = $0.inclusion?.popLast() }
    change { _ = $0.consistency[0].hashes.popLast() }
    change { $0.consistency[0].hashes[0] = .zero }
    change { $0.consistency[0].size = 4 }
    change { $0.consistency = [] }
    for wrong in wrongs { #expect(throws: LogVerdict.self) { try log.verify(wrong, since: since) } }
  }

  @Test func `an entry that is proved twice is refused`() throws {
    let log = try WrittenLog(6)
    #expect(throws: LogVerdict.invalid("entry 2 is there twice")) {
      try log.verify(log.part([2, 2]))
    }
  }

  @Test func `a signed log whose chain, times or places are wrong is refused`() throws {
    var back = try WrittenLog(3)
    back.append("late", ts: "2026-11-22T05:11:54.999999Z")
    #expect(throws: LogVerdict.invalid("entry 3 is older than the one before it")) {
      try back.verify(back.whole)
    }
    var tolerated = try WrittenLog(3)
    tolerated.append("early", ts: "2026-11-22T05:11:55.000000Z")
    #expect(try tolerated.verify(tolerated.whole).entries == 4)
    for ts in ["2026-11-31T00:00:00.000000Z", "2026-11-22 05:30:00.000000Z", ""] {
      var undated = try WrittenLog(0)
      undated.append("e", ts: ts)
      #expect(throws: LogVerdict.invalid("entry 0 has no time")) {
        try undated.verify(undated.whole)
      }
    }
    var unchained = try WrittenLog(2)
    unchained.append(try WrittenLog(3, seed: 3, older: 1).entries[2])
    #expect(throws: LogVerdict.invalid("entry 2 does not follow the one before it")) {
      try unchained.verify(unchained.whole)
    }
    var twice = try WrittenLog(2)
    twice.append(twice.entries[1])
    #expect(throws: LogVerdict.invalid("entry 2 says that it is entry 1 of test/log")) {
      try twice.verify(twice.whole)
    }
  }

  @Test(arguments: [
    "{", "[]", "{\"inclusion\":{}}", "{\"inclusion\":[{}]}", "{\"other\":[]}",
    "{\"inclusion\":[{\"seq\":\"0\",\"hashes\":[\"00\"]}]}",
    "{\"inclusion\":[{\"seq\":0,\"hashes\":[]}]}",
    "{\"consistency\":[{\"from_size\":\"1\",\"hashes\":[]}]}",
  ]) func `proofs of another form are refused`(text: String) throws {
    let log = try WrittenLog(1)
    let whole = try log.whole
    #expect(throws: LogVerdict.self) {
      try LogBundle(
        checkpoint: Array(whole.checkpoint.utf8), entries: whole.entryLines, payloads: nil,
        proofs: Array(text.utf8))
    }
  }

  @Test(arguments: [
    "{}\n", "{\"payload\":{},\"salt\":\"00\",\"seq\":\"0\"}\n", "x\n", "\n", "{}",
    "{\"payload\":{\"a\":1},\"salt\":\"\(String(repeating: "0", count: 64))\",\"seq\":\"0\"}\n",
    "{\"payload\":[],\"salt\":\"\(String(repeating: "0", count: 64))\",\"seq\":\"0\"}\n",
  ]) func `payloads of another form are refused`(text: String) throws {
    #expect(throws: LogVerdict.self) {
      try LogBundle(checkpoint: [], entries: [], payloads: Array(text.utf8), proofs: nil)
    }
  }
}
