import Compliance
import Domain
import Jobs
import Objects
import Postgres
import Protobuf
import RPCCore
import Testing
import TransparencyLog
import VoiceAPI

@Suite struct AuditRenewalTests {
  typealias V1 = Payaid.Voice.V1
  typealias Scene = ComplianceScene

  /// The database forgets the last entry, as one that was brought back does.
  private static let restored = """
    DELETE FROM audit_payloads WHERE entry_index = 5; DELETE FROM audit_entries WHERE entry_index = 5;
    DELETE FROM audit_nodes WHERE (node_index + 1) << level > 5;
    UPDATE audit_logs SET size = 5, tree_size = 5, frontier = (SELECT hash FROM audit_nodes
      WHERE level = 2) || (SELECT leaf_hash FROM audit_entries WHERE entry_index = 4)
    """

  @Test func `a log is closed under the old key and followed under the new one`() async throws {
    let scene = try await Scene.make()
    try await scene.append(6)
    let first = try await scene.checkpoint()
    scene.rotate()
    try await scene.append(1)
    // A log stays with the key that signed it first.
    #expect(try await scene.checkpoint().verifierKey == first.verifierKey)
    try await scene.renew()
    try await scene.append(5)

    let old = try await scene.checkpoint(epoch: 1)
    let new = try await scene.checkpoint()
    #expect(old.size == 8 && old.verifierKey == first.verifierKey)
    #expect(new.epoch == 2 && new.size == 6 && new.origin == first.origin + "/2")
    let keys = [old, new].map { $0.verifierKey.split(separator: "+").last }
    #expect(keys[0] != keys[1])
    #expect(try await scene.checkpoint(epoch: 2) == new)

    let succession = try await scene.succession(new, old)
    #expect(!succession.followsLoss && succession.previous.size == 8)
    let logs = try await scene.service.listAuditLogs(V1.ListAuditLogsRequest(), scene.context())
    #expect(logs.logs.map(\.epoch) == [1, 2] && logs.logs.map(\.previousSize) == [0, 8])
    #expect(logs.logs[1].previousRootHash == old.rootHash && !logs.logs[1].followsLoss)
    #expect(try await AuditInspector(pool: scene.pool).inspectAll() == 0)
    await scene.pool.close()
  }

  @Test func `entries of each log have their proofs`() async throws {
    let scene = try await Scene.make()
    try await scene.append(4)
    _ = try await scene.checkpoint()
    scene.rotate()
    try await scene.renew()
    try await scene.append(8)
    for epoch in Int64(1)...2 {
      let checkpoint = try await scene.checkpoint(epoch: epoch)
      #expect(checkpoint.size == [5, 9][Int(epoch) - 1])
      for index in 0..<checkpoint.size {
        let proved = try await scene.service.getAuditEntry(
          .with { ($0.epoch, $0.index) = (epoch, index) }, scene.context())
        let leaf = try #require(proved.entry.flatMap { MerkleHash($0.leafHash) })
        #expect(proved.entry?.epoch == epoch && proved.entry?.index == index)
        #expect(
          MerkleProof.includes(
            leaf, at: index, in: checkpoint.size,
            root: try #require(MerkleHash(checkpoint.rootHash)),
            proved.hashes.compactMap { MerkleHash($0) }))
      }
    }
    let all = try await scene.audit()
    #expect(all.map(\.epoch) == Array(repeating: 1, count: 5) + Array(repeating: 2, count: 9))
    let second = try await scene.service.listAuditEntries(
      .with { ($0.epoch, $0.pageSize) = (2, 5) }, scene.context())
    let rest = try await scene.service.listAuditEntries(
      .with { ($0.epoch, $0.pageSize, $0.pageToken) = (2, 5, second.nextPageToken) },
      scene.context())
    #expect((second.entries + rest.entries).map(\.index) == Array(0..<9))
    #expect(second.entries[0].kind == "log.began" && all[4].kind == "log.closed")
    await scene.pool.close()
  }

  @Test(arguments: [-1, 2, 3, .max, .min] as [Int64]) func `no other log is there`(epoch: Int64)
    async throws
  {
    let scene = try await Scene.make()
    try await scene.append(2)
    let (service, context) = (scene.service, scene.context())
    #expect(await Scene.code { try await scene.checkpoint(epoch: epoch) } == .notFound)
    #expect(
      await Scene.code {
        try await service.getAuditEntry(.with { $0.epoch = epoch }, context)
      } == .notFound)
    #expect(
      await Scene.code {
        try await service.getAuditConsistency(.with { $0.epoch = epoch }, context)
      } == .notFound)
    let entries = try? await service.listAuditEntries(.with { $0.epoch = epoch }, context).entries
    #expect(entries == ((2...3).contains(epoch) ? [] : nil))
    await scene.pool.close()
  }

  @Test func `a request that comes twice begins one log`() async throws {
    let scene = try await Scene.make()
    try await scene.append(1)
    // A log that is under the newest key stays, also before it is signed.
    try await scene.renew()
    try await scene.renew()
    #expect(try await scene.checkpoint().epoch == 1)
    scene.rotate()
    try await scene.renew()
    scene.rotate()
    try await scene.renew(after: 1)
    #expect(try await scene.checkpoint().epoch == 2)
    try await scene.renew(after: 2)
    try await scene.renew(after: 3)
    #expect(try await scene.checkpoint().epoch == 3)
    #expect(try await AuditInspector(pool: scene.pool).inspectAll() == 0)
    await scene.pool.close()
  }

  @Test func `a log that lost something is left behind only by who accepts that`() async throws {
    let scene = try await Scene.make()
    try await scene.append(6)
    let kept = try await scene.checkpoint()
    let bundle = try await scene.bundle(kept)
    try await scene.asOwner(Self.restored)
    #expect(await Scene.code { try await scene.renew() } == .dataLoss)
    #expect(await Scene.code { try await scene.checkpoint() } == .dataLoss)

    try await scene.renew(acceptsLoss: true)
    try await scene.append(2)
    let new = try await scene.checkpoint()
    #expect(new.epoch == 2 && new.size == 3)
    // What is known of the old one is what was signed of it.
    #expect(try await scene.checkpoint(epoch: 1).note == kept.note)
    let key = try #require(NoteVerifier(kept.verifierKey))
    let succession = try LogSuccession(
      of: try await scene.bundle(new), after: bundle, key)
    #expect(succession.followsLoss && succession.previous.size == 6)
    let logs = try await scene.service.listAuditLogs(V1.ListAuditLogsRequest(), scene.context())
    #expect(logs.logs[1].followsLoss && logs.logs[1].previousSize == 5)
    // The alarm is over, the new log is watched.
    #expect(try await AuditInspector(pool: scene.pool).inspectAll() == 0)
    try await scene.signer.signAll()
    await scene.pool.close()
  }

  @Test func `a log of which nothing can be read is left behind, too`() async throws {
    let scene = try await Scene.make()
    try await scene.append(6)
    _ = try await scene.checkpoint()
    try await scene.asOwner(
      """
      DELETE FROM audit_payloads; DELETE FROM audit_entries WHERE entry_index > 2;
      DELETE FROM audit_nodes; UPDATE audit_logs SET tree_size = 2
      """)
    await #expect(throws: (any Error).self) { try await scene.append(1) }
    try await scene.renew(acceptsLoss: true)
    try await scene.append(1)
    #expect(try await scene.checkpoint().size == 2)
    await scene.pool.close()
  }

  @Test func `an epoch that a lost history used is not used again`() async throws {
    let scene = try await Scene.make()
    try await scene.append(6)
    _ = try await scene.checkpoint()
    scene.rotate()
    try await scene.renew()
    try await scene.append(1)
    _ = try await scene.checkpoint()
    // The database is brought back from before the second log.
    try await scene.asOwner(
      """
      ALTER TABLE audit_epochs DISABLE TRIGGER USER; DELETE FROM audit_epochs;
      ALTER TABLE audit_epochs ENABLE TRIGGER USER;
      DELETE FROM audit_payloads WHERE entry_index > 5; DELETE FROM audit_entries WHERE entry_index > 5;
      DELETE FROM audit_checkpoints; DELETE FROM audit_nodes WHERE node_index >= 1 << 30;
      UPDATE audit_logs SET epoch = 1, size = 6, tree_size = 6, frontier = (SELECT hash FROM audit_nodes
        WHERE level = 2) || (SELECT hash FROM audit_nodes WHERE level = 1 AND node_index = 2)
      """)
    #expect(await Scene.code { try await scene.checkpoint() } == .dataLoss)
    try await scene.renew(acceptsLoss: true)
    let new = try await scene.checkpoint()
    #expect(new.epoch == 3 && new.size == 1)
    let logs = try await scene.service.listAuditLogs(V1.ListAuditLogsRequest(), scene.context())
    #expect(logs.logs.map(\.epoch) == [1, 3] && logs.logs[1].previousEpoch == 1)
    await scene.pool.close()
  }

  @Test func `a request waits for the key that was the newest one`() async throws {
    let scene = try await Scene.make()
    try await scene.append(1)
    _ = try await scene.checkpoint()
    // Another server has made it; then it is here, and does not seal yet.
    for arrives in [false, true] {
      if arrives { scene.rotate(from: WallClock.now + .seconds(300)) }
      await #expect(throws: JobControl.snooze(.seconds(30))) { try await scene.renew(key: 2) }
    }
    #expect(try await scene.checkpoint().epoch == 1)
    scene.rotate()
    try await scene.renew(key: 2)
    #expect(try await scene.checkpoint().epoch == 2)
    await scene.pool.close()
  }

  @Test func `a log of which another has signed the end is left behind, too`() async throws {
    let scene = try await Scene.make()
    try await scene.append(2)
    let first = try await scene.checkpoint()
    let forger = try NoteSigner(name: first.origin, seed: [UInt8](repeating: 6, count: 32))
    let note = try SignedNote(
      signing: Checkpoint(origin: first.origin, size: 0, root: .empty).text, with: forger)
    try await scene.objects.put(
      Array(note.description.utf8), key: ObjectKey("audit/\(scene.merchant.text)/latest")!)
    #expect(await Scene.code { try await scene.renew() } == .dataLoss)
    try await scene.renew(acceptsLoss: true)
    let new = try await scene.checkpoint()
    #expect(new.epoch == 2 && new.size == 1)
    await scene.pool.close()
  }

  @Test func `a log that was closed is inspected, also where the next one was left behind`()
    async throws
  {
    let scene = try await Scene.make()
    try await scene.append(3)
    _ = try await scene.checkpoint()
    scene.rotate()
    try await scene.renew()
    try await scene.append(6)
    _ = try await scene.checkpoint()
    try await scene.asOwner("DELETE FROM audit_nodes WHERE node_index >= 1 << 30")
    try await scene.append(1)
    try await scene.renew(after: 2, acceptsLoss: true)
    #expect(try await scene.checkpoint().epoch == 3)
    #expect(try await AuditInspector(pool: scene.pool).inspectAll() == 0)
    try await scene.asOwner("UPDATE audit_payloads SET payload = 'x' WHERE entry_index = 1")
    #expect(try await AuditInspector(pool: scene.pool).inspectAll() == 1)
    await scene.pool.close()
  }

  @Test func `a log that ends while it is asked for is answered for itself`() async throws {
    let scene = try await Scene.make()
    try await scene.append(3)
    let kept = try await scene.checkpoint()
    let (locked, mark) = AsyncStream.makeStream(of: Void.self)
    let (asking, go) = AsyncStream.makeStream(of: Void.self)
    // A signer that ends the log while another one waits for it.
    async let ended: Void = scene.pool.transaction(tenant: .system) { transaction in
      try await transaction.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(\("audit-signer:\(scene.merchant.text)"), 0))"
      )
      mark.finish()
      for await _ in asking {}
      try await transaction.execute(
        """
        INSERT INTO audit_epochs VALUES
          (\(scene.merchant.text), 2, 1, 1, 3, \(kept.rootHash), false, now())
        """)
      try await transaction.execute(
        "UPDATE audit_logs SET epoch = 2, size = 0, tree_size = 0, frontier = ''")
    }
    for await _ in locked {}
    async let answer = scene.checkpoint(epoch: 1)
    while try await scene.pool.query(
      "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    ).isEmpty {}
    go.finish()
    try await ended
    #expect(try await answer == kept)
    await scene.pool.close()
  }

  @Test func `a request is read as it was written`() throws {
    let merchant = MerchantID()
    let renewal = AuditRenewal(
      of: merchant, after: 7, key: 3, acceptsLoss: true, by: "ops@example.in",
      reason: "a \"key\"\n")
    #expect(try AuditRenewal(jobPayload: renewal.jobPayload) == renewal)
    for text in ["", "{}", "[]", "{\"merchant\":\"mer_1\"}"] {
      #expect(throws: JobError.self) { try AuditRenewal(jobPayload: Array(text.utf8)) }
    }
  }
}

extension ComplianceScene {
  /// Has a log begin under the newest key, or that of a number.
  func renew(after epoch: Int64 = 1, key: Int64? = nil, acceptsLoss: Bool = false) async throws {
    try await signer.renew(
      AuditRenewal(
        of: merchant, after: epoch, key: key ?? ring.newest, acceptsLoss: acceptsLoss,
        by: "ops@example.in", reason: "the key may be known"))
  }

  /// Makes another master key, which seals at once if not `from` a moment on.
  func rotate(from moment: Moment = Moment(seconds: 0)) {
    let number = ring.newest + 1
    ring.add(
      MasterKey(
        number: number, bytes: [UInt8](repeating: UInt8(number), count: 32), activeTime: moment))
  }

  /// What shows that one log follows another, as both are now.
  fileprivate func succession(
    _ new: Payaid.Voice.V1.AuditCheckpoint, _ old: Payaid.Voice.V1.AuditCheckpoint
  ) async throws -> LogSuccession {
    let bundle = try await bundle(new)
    _ = try verify(bundle, new)
    let key = try #require(NoteVerifier(old.verifierKey))
    return try LogSuccession(of: bundle, after: try await self.bundle(old), key)
  }
}
