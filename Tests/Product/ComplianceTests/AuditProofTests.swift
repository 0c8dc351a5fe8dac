import Buffers
import Compliance
import Domain
import Objects
import Postgres
import Protobuf
import RPCCore
import Synchronization
import Testing
import TransparencyLog
import VoiceAPI

@Suite struct AuditProofTests {
  typealias V1 = Payaid.Voice.V1
  typealias Scene = ComplianceScene

  @Test func `a log is proved offline, entry by entry and payload by payload`() async throws {
    let scene = try await Scene.make()
    try await scene.append(11)
    let checkpoint = try await scene.checkpoint()
    #expect(checkpoint.size == 11 && checkpoint.origin == "payaid-voice/\(scene.merchant.text)")
    let bundle = try await scene.bundle(checkpoint)
    let report = try scene.verify(bundle, checkpoint)
    #expect(report.entries == 11 && report.payloads == 11 && report.erased == 0)
    #expect(report.checkpoint.root.bytes == checkpoint.rootHash)
    await scene.pool.close()
  }

  @Test func `every entry and every older log has its proof`() async throws {
    let scene = try await Scene.make()
    var roots = [MerkleHash.empty]
    for _ in 0..<9 {
      try await scene.append(1)
      roots.append(try #require(MerkleHash(try await scene.checkpoint().rootHash)))
    }
    for size in Int64(1)...9 {
      for index in 0..<size {
        let proved = try await scene.service.getAuditEntry(
          .with { ($0.index, $0.treeSize) = (index, size) }, scene.context())
        let leaf = try #require(proved.entry.flatMap { MerkleHash($0.leafHash) })
        #expect(
          MerkleProof.includes(
            leaf, at: index, in: size, root: roots[Int(size)],
            proved.hashes.compactMap { MerkleHash($0) }))
      }
      for old in 0...size {
        let proof = try await scene.service.getAuditConsistency(
          .with { ($0.fromSize, $0.toSize) = (old, size) }, scene.context())
        #expect(
          MerkleProof.isConsistent(
            from: old, roots[Int(old)], to: size, roots[Int(size)],
            proof.hashes.compactMap { MerkleHash($0) }))
      }
    }
    await scene.pool.close()
  }

  @Test func `trees and entries that are not there are refused`() async throws {
    let scene = try await Scene.make()
    try await scene.append(3)
    for (index, size, code) in [
      (3, 0, .notFound), (-1, 0, .notFound), (2, 2, .notFound), (0, 4, .outOfRange),
      (0, -1, .outOfRange), (.max, .max, .outOfRange), (.min, .min, .outOfRange),
    ] as [(Int64, Int64, StatusCode)] {
      let found = await Scene.code {
        try await scene.service.getAuditEntry(
          .with { ($0.index, $0.treeSize) = (index, size) }, scene.context())
      }
      #expect(found == code, "\(index) of \(size)")
    }
    for (old, size) in [(4, 0), (-1, 0), (3, 2), (0, 4), (.max, .max)] as [(Int64, Int64)] {
      let found = await Scene.code {
        try await scene.service.getAuditConsistency(
          .with { ($0.fromSize, $0.toSize) = (old, size) }, scene.context())
      }
      #expect(found == .outOfRange, "\(old) to \(size)")
    }
    await scene.pool.close()
  }

  @Test func `a merchant sees its own log alone`() async throws {
    let scene = try await Scene.make()
    try await scene.append(2)
    let other = try await scene.service.getAuditCheckpoint(
      V1.GetAuditCheckpointRequest(), scene.context(scene.rival))
    #expect(other.size == 0 && other.origin == "payaid-voice/\(scene.rival.text)")
    #expect(other.rootHash == MerkleHash.empty.bytes)
    let code = await Scene.code {
      try await scene.service.getAuditEntry(
        V1.GetAuditEntryRequest(), scene.context(scene.rival))
    }
    #expect(code == .notFound)
    await scene.pool.close()
  }

  @Test func `entries written at once by many are one chain`() async throws {
    let scene = try await Scene.make()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<24 { group.addTask { try await scene.append(2) } }
      try await group.waitForAll()
    }
    let checkpoint = try await scene.checkpoint()
    #expect(try scene.verify(try await scene.bundle(checkpoint), checkpoint).entries == 48)
    await scene.pool.close()
  }

  @Test func `entries of servers of the version before are taken up`() async throws {
    let scene = try await Scene.make()
    try await scene.appendAsBefore(3)
    #expect(try await scene.checkpoint().size == 3)
    try await scene.appendAsBefore(2)
    try await scene.append(2)
    try await scene.appendAsBefore(1)
    let checkpoint = try await scene.checkpoint()
    let bundle = try await scene.bundle(checkpoint)
    let report = try scene.verify(bundle, checkpoint)
    #expect(report.entries == 8 && report.payloads == 2 && report.erased == 0)
    let entries = try await scene.audit()
    #expect(entries[0].payload == entries[0].entry && entries[0].salt.isEmpty)
    await scene.pool.close()
  }

  @Test func `an erased payload leaves the proof`() async throws {
    let scene = try await Scene.make()
    try await scene.append(4)
    try await scene.asOwner("DELETE FROM audit_payloads WHERE entry_index = 2")
    let checkpoint = try await scene.checkpoint()
    let report = try scene.verify(try await scene.bundle(checkpoint), checkpoint)
    #expect(report.payloads == 3 && report.erased == 1)
    #expect(try await scene.audit()[2].payload.isEmpty)
    await scene.pool.close()
  }

  @Test func `a log is signed once while it stays as it is, and each size is kept`() async throws {
    let scene = try await Scene.make()
    try await scene.append(2)
    let first = try await scene.checkpoint()
    #expect(try await scene.checkpoint() == first)
    try await scene.append(1)
    try await scene.signer.signAll()
    let names = scene.objects.saved.withLock { $0.keys.map { $0.text.split(separator: "/").last } }
    #expect(Set(names) == ["2", "3", "latest"])
    let rows = try await scene.pool.transaction(tenant: .system) {
      try await $0.query("SELECT size FROM audit_checkpoints ORDER BY size")
    }
    #expect(try rows.map { try $0.decode("size", as: Int64.self) } == [2, 3])
    await scene.pool.close()
  }

  @Test func `a checkpoint a day goes to the merchant`() async throws {
    let scene = try await Scene.make()
    var told: [String] = []
    for _ in 0..<2 {
      try await scene.append(1)
      told.append(try await scene.checkpoint().note)
      try await scene.append(1)
      _ = try await scene.checkpoint()
      scene.clock.advance(days: 1)
    }
    let events = try await scene.events().filter { $0.type == "audit.signed" }
    #expect(events.map { $0.data["note"]?.stringValue } == told)
    #expect(events.map { $0.data["size"]?.int64Value } == [1, 3])
    #expect(events.first?.data["epoch"]?.int64Value == 1)
    let key = try #require(
      events.first?.data["verifier_key"]?.stringValue.flatMap(NoteVerifier.init))
    #expect(told.allSatisfy { Checkpoint(note: $0, signedBy: key) != nil })
    await scene.pool.close()
  }

  @Test(arguments: [
    // The last entry is gone, as after a restored backup.
    """
    DELETE FROM audit_payloads WHERE entry_index = 5; DELETE FROM audit_entries WHERE entry_index = 5;
    DELETE FROM audit_nodes WHERE (node_index + 1) << level > 5;
    UPDATE audit_logs SET size = 5, tree_size = 5, frontier = (SELECT hash FROM audit_nodes
      WHERE level = 2) || (SELECT leaf_hash FROM audit_entries WHERE entry_index = 4)
    """,
    // The tree is made anew over a changed entry.
    """
    UPDATE audit_entries SET payload = 'x', leaf_hash = sha256('\\x0078'::bytea) WHERE entry_index = 2;
    DELETE FROM audit_nodes; UPDATE audit_logs SET tree_size = 0, frontier = ''
    """,
    // Nothing is left.
    """
    DELETE FROM audit_payloads; DELETE FROM audit_entries; DELETE FROM audit_nodes;
    DELETE FROM audit_checkpoints; DELETE FROM audit_logs
    """,
  ]) func `a log that was changed behind the server's back is not signed`(change: String)
    async throws
  {
    let scene = try await Scene.make()
    try await scene.append(6)
    let kept = try await scene.checkpoint()
    try await scene.asOwner(change)
    #expect(await Scene.code { try await scene.checkpoint() } == .dataLoss)
    try await scene.append(4)
    #expect(await Scene.code { try await scene.checkpoint() } == .dataLoss)
    // One bad log keeps nobody else from it.
    try await scene.signer.signAll()
    let last = scene.objects.saved.withLock {
      $0[ObjectKey("audit/\(scene.merchant.text)/latest")!]
    }
    #expect(last == Array(kept.note.utf8))
    await scene.pool.close()
  }

  @Test(arguments: [
    ("", 0),
    // Beside the tree, whose root stays.
    (
      """
      UPDATE audit_entries SET payload = 'x', leaf_hash = sha256('\\x0078'::bytea) WHERE entry_index = 4
      """, 1
    ),
    ("UPDATE audit_payloads SET payload = 'x' WHERE entry_index = 150", 1),
    ("DELETE FROM audit_payloads WHERE entry_index = 150", 0),
    (
      """
      DELETE FROM audit_payloads WHERE entry_index > 101; DELETE FROM audit_entries WHERE entry_index > 101
      """, 1
    ),
  ]) func `an inspection finds what the signer does not look at`(change: String, count: Int)
    async throws
  {
    let scene = try await Scene.make()
    try await scene.append(160)
    _ = try await scene.checkpoint()
    // What is not signed yet is not looked at.
    try await scene.append(1)
    if !change.isEmpty { try await scene.asOwner(change) }
    #expect(try await AuditInspector(pool: scene.pool).inspectAll() == count)
    await scene.pool.close()
  }

  @Test func `a lost memory is the database's, and one that another wrote is refused`()
    async throws
  {
    let scene = try await Scene.make()
    try await scene.append(2)
    let first = try await scene.checkpoint()
    scene.objects.saved.withLock { $0 = [:] }
    #expect(try await scene.checkpoint() == first)
    let forger = try NoteSigner(name: first.origin, seed: [UInt8](repeating: 6, count: 32))
    let note = try SignedNote(
      signing: Checkpoint(origin: first.origin, size: 0, root: .empty).text, with: forger)
    let key = ObjectKey("audit/\(scene.merchant.text)/latest")!
    try await scene.objects.put(Array(note.description.utf8), key: key)
    #expect(await Scene.code { try await scene.checkpoint() } == .dataLoss)
    await scene.pool.close()
  }
}

extension ComplianceScene {
  /// Appends entries, a transaction each.
  func append(_ count: Int) async throws {
    for number in 0..<count {
      try await pool.transaction(tenant: .merchant(merchant.text)) {
        _ = try await AuditLog.append(
          kind: "test", subject: "s", actor: "key_test", merchant: merchant, $0
        ) { digest in ["number": .string("\(number)"), "person": .string(digest("+919876500001"))] }
      }
    }
  }

  /// Appends entries as servers did before there was a tree.
  func appendAsBefore(_ count: Int) async throws {
    for _ in 0..<count {
      let leaf = Array("{\"decision\":{},\"agent\":\"a\"}".utf8)
      try await pool.transaction(tenant: .merchant(merchant.text)) {
        let rows = try await $0.query(
          """
          INSERT INTO audit_logs (merchant_id, size) VALUES (\(merchant.text), 1)
          ON CONFLICT (merchant_id) DO UPDATE SET size = audit_logs.size + 1 RETURNING size
          """)
        let index = try rows[0].decode("size", as: Int64.self) - 1
        try await $0.execute(
          """
          INSERT INTO audit_entries
            (merchant_id, entry_index, time, kind, subject, payload, leaf_hash)
          VALUES (\(merchant.text), \(index), now(), 'test', 's', \(leaf),
            \(MerkleHash.leaf(leaf).bytes))
          """)
      }
    }
  }

  /// What somebody could do who owns the database.
  func asOwner(_ change: String) async throws {
    let tables = ["entries", "payloads", "nodes", "checkpoints"].map { "audit_\($0)" }
    let script =
      tables.map { "ALTER TABLE \($0) DISABLE TRIGGER USER;" }.joined() + change + ";"
      + tables.map { "ALTER TABLE \($0) ENABLE TRIGGER USER;" }.joined()
    try await pool.transaction(tenant: .system) {
      try await $0.script(unsafeSQL: script, timeout: .seconds(10))
    }
  }

  func checkpoint(epoch: Int64 = 0) async throws -> Payaid.Voice.V1.AuditCheckpoint {
    try await service.getAuditCheckpoint(.with { $0.epoch = epoch }, context())
  }

  /// The whole log that was signed as the API gives it.
  func bundle(_ checkpoint: Payaid.Voice.V1.AuditCheckpoint) async throws -> LogBundle {
    let entries = try await audit().filter {
      $0.epoch == checkpoint.epoch && $0.index < checkpoint.size
    }
    return LogBundle(
      checkpoint: checkpoint.note, entries: entries.map(\.entry),
      payloads: entries.filter { !$0.salt.isEmpty }.map {
        LogBundle.Payload(seq: $0.index, salt: $0.salt, bytes: $0.payload)
      })
  }

  func verify(
    _ bundle: LogBundle, _ checkpoint: Payaid.Voice.V1.AuditCheckpoint
  ) throws -> LogReport {
    let key = try #require(NoteVerifier(checkpoint.verifierKey))
    return try LogVerifier(key: key).verify(bundle)
  }
}
