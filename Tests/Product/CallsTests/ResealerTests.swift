internal import Accounts
internal import Agents
internal import Compliance
internal import Domain
internal import Postgres
import Testing
internal import Webhooks

@testable internal import Calls

/// What a rotation moves, over the tables of every area.
@Suite struct ResealerTests {
  private static let pan = Array("AAPFU0939F".utf8)
  private static let hook = "wep_00000000000000000000000001"
  private static let erasure = "era_00000000000000000000000001"
  private static let number = Array("+919876543210".utf8)

  /// A database with one sealed value of each kind, and the ring that sealed them.
  private struct Bundle {
    let ending: EndingScene
    let call: CallRecord
    let accounts: DataSeal
    let tools: DataSeal
    let hooks: DataSeal
    let numbers: DataSeal
    var merchant: String { ending.scene.merchant.text }
    var ring: KeyRing { ending.ring }

    static func make() async throws -> Bundle {
      let ending = try await EndingScene.make()
      let bundle = Bundle(
        ending: ending, call: try await ending.ended(),
        accounts: DataSeal(ending.ring, "account-data"),
        tools: DataSeal(ending.ring, "tool-secrets"),
        hooks: DataSeal(ending.ring, "webhook-secrets"),
        numbers: DataSeal(ending.ring, "erased-numbers"))
      try await bundle.sealAll()
      try await bundle.keep(1, settled: true)
      return bundle
    }

    var resealer: Resealer {
      Resealer(
        pool: ending.scene.pool, ring: ring,
        kinds: [
          AccountStore.resealing(accounts), ToolSecrets(seal: tools).resealing,
          ending.recordings.resealing,
        ] + NumberSeal(numbers).resealings + WebhookJobs.resealings(hooks))
    }

    private func sealAll() async throws {
      let pan = try accounts.seal(ResealerTests.pan, for: ["merchants.pan", merchant])
      let secret = try tools.seal([7], for: ["tool_secrets", merchant, "crm"])
      let hook = try hooks.seal([8], for: ["webhook_endpoints", ResealerTests.hook])
      try await ending.system { transaction in
        try await transaction.execute(
          """
          UPDATE merchants SET pan_sealed = \(pan), pan_digest = sha256('x')
          WHERE merchant_id = \(merchant)
          """)
        try await transaction.execute(
          """
          INSERT INTO tool_secrets (merchant_id, name, sealed) VALUES (\(merchant), 'crm', \(secret))
          """)
        try await transaction.execute(
          """
          INSERT INTO webhook_endpoints (endpoint_id, merchant_id, url, secret, old_secret,
            old_secret_expire_time)
          VALUES (\(ResealerTests.hook), \(merchant), 'https://example.in/', \(hook), \(hook), now())
          """)
      }
      try await sealNumbers()
    }

    /// An erasure that is under way, and a call that is held of it.
    private func sealNumbers() async throws {
      let number = try numbers.seal(
        ResealerTests.number, for: ["erasures", ResealerTests.erasure])
      try await ending.system { transaction in
        try await transaction.execute(
          """
          INSERT INTO erasures (erasure_id, merchant_id, number_digest, number_sealed, reason, create_time)
          VALUES (\(ResealerTests.erasure), \(merchant), sha256('n'), \(number), 'request', now())
          """)
        try await transaction.execute(
          """
          INSERT INTO erasure_holds
            (merchant_id, erasure_id, call_id, number_sealed, rule, keep_until)
          VALUES (\(merchant), \(ResealerTests.erasure), \(call.id.text), \(number), 'LEGAL_HOLD', now())
          """)
      }
    }

    /// Puts a key's row in the database, and any but the first on the ring; settled if it has been
    /// active for a while.
    func keep(_ number: Int64, settled: Bool) async throws {
      let bytes = [UInt8](repeating: UInt8(number), count: 32)
      let active = WallClock.now - (settled ? .seconds(120) : .seconds(1))
      let isKept = try await ending.system {
        try await MasterKeyStore.insert(
          WrappedMasterKey(number: number, blob: [1], wrappingKey: "arn", activeTime: active), $0)
      }
      #expect(isKept)
      ring.add(MasterKey(number: number, bytes: bytes, activeTime: active))
    }

    /// Each kind's sealed bytes.
    func sealed() async throws -> [[UInt8]] {
      try await ending.system { transaction in
        try await transaction.query(
          """
          SELECT pan_sealed AS sealed FROM merchants WHERE pan_sealed IS NOT NULL
          UNION ALL SELECT sealed FROM tool_secrets UNION ALL SELECT secret FROM webhook_endpoints
          UNION ALL SELECT old_secret FROM webhook_endpoints
          UNION ALL SELECT number_sealed FROM erasures UNION ALL SELECT number_sealed FROM erasure_holds
          UNION ALL SELECT recording_key FROM call_metadata WHERE recording_key IS NOT NULL
          """
        ).map { try $0.decode("sealed") }
      }
    }

    /// Whether all that was sealed opens.
    func opens() async throws -> Bool {
      let values = try await sealed()
      return try accounts.open(values[0], for: ["merchants.pan", merchant]) == ResealerTests.pan
        && tools.open(values[1], for: ["tool_secrets", merchant, "crm"]) == [7]
        && hooks.open(values[2], for: ["webhook_endpoints", ResealerTests.hook]) == [8]
        && hooks.open(values[3], for: ["webhook_endpoints", ResealerTests.hook]) == [8]
        && values[4...5].allSatisfy {
          try numbers.open($0, for: ["erasures", ResealerTests.erasure]) == ResealerTests.number
        }
    }

    func isResealed() async throws -> Bool {
      try await ending.system {
        try await $0.query("SELECT FROM master_keys WHERE resealed_time IS NOT NULL").count == 1
      }
    }
  }

  @Test func `everything moves to the current key and still opens`() async throws {
    let bundle = try await Bundle.make()
    let sound = try await bundle.ending.recording(bundle.call.id)
    let before = try await bundle.sealed()
    #expect(try await bundle.resealer.run())
    #expect(try await bundle.sealed() == before, "there is one key")
    try await bundle.keep(2, settled: true)
    #expect(try await bundle.opens())
    #expect(try await bundle.resealer.run())
    let after = try await bundle.sealed()
    #expect(after.count == 7 && after.allSatisfy { $0.starts(with: KeyMark.bytes(of: 2)) })
    #expect(try await bundle.opens())
    #expect(try await bundle.ending.recording(bundle.call.id) == sound && sound != nil)
    #expect(try await bundle.isResealed())
    try await bundle.keep(3, settled: true)
    #expect(try await bundle.resealer.run())
    #expect(try await bundle.sealed().allSatisfy { $0.starts(with: KeyMark.bytes(of: 3)) })
    #expect(try await bundle.opens())
    await bundle.ending.scene.pool.close()
  }

  @Test func `nothing moves before everybody seals with the new key`() async throws {
    let bundle = try await Bundle.make()
    try await bundle.keep(2, settled: false)
    #expect(try await !bundle.resealer.run())
    #expect(try await bundle.sealed().allSatisfy { !$0.starts(with: KeyMark.bytes(of: 2)) })
    await bundle.ending.scene.pool.close()
  }

  @Test func `what no key opens is told, stays as it is and holds up nothing else`() async throws {
    let bundle = try await Bundle.make()
    try await bundle.keep(2, settled: true)
    try await bundle.ending.system {
      try await $0.execute("UPDATE tool_secrets SET sealed = sha256('x')")
    }
    #expect(try await !bundle.resealer.run())
    #expect(try await !bundle.isResealed())
    let moved = try await bundle.sealed().filter { $0.starts(with: KeyMark.bytes(of: 2)) }
    #expect(moved.count == 6)
    try await bundle.ending.system { try await $0.execute("DELETE FROM tool_secrets") }
    #expect(try await bundle.resealer.run())
    #expect(try await bundle.isResealed())
    await bundle.ending.scene.pool.close()
  }

  @Test func `a run takes batch after batch, and goes on where another stopped`() async throws {
    let bundle = try await Bundle.make()
    let count = 2 * Resealer.batch + 1
    for number in 0..<count {
      let name = "s\(number)"
      let sealed = try bundle.tools.seal([9], for: ["tool_secrets", bundle.merchant, name])
      try await bundle.ending.system {
        try await $0.execute(
          """
          INSERT INTO tool_secrets (merchant_id, name, sealed)
          VALUES (\(bundle.merchant), \(name), \(sealed))
          """)
      }
    }
    try await bundle.keep(2, settled: true)
    try await bundle.ending.system {
      try await $0.execute(
        """
        INSERT INTO key_reseals (number, area, last_id, moved)
        VALUES (2, 'tool_secrets', \(bundle.merchant + " s"), 5)
        """)
    }
    #expect(try await !bundle.resealer.run(), "that before was passed by")
    #expect(try await bundle.resealer.run())
    let moved = try await bundle.ending.system {
      try await $0.query("SELECT moved FROM key_reseals WHERE area = 'tool_secrets'")[0]
        .decode("moved", as: Int.self)
    }
    #expect(moved == count + 1 + 5)
    await bundle.ending.scene.pool.close()
  }

  @Test func `held numbers move in batches, across erasures`() async throws {
    let bundle = try await Bundle.make()
    let count = Resealer.batch + 1
    try await bundle.ending.system {
      try await $0.execute(
        """
        INSERT INTO erasure_holds (merchant_id, erasure_id, call_id, number_sealed, rule, keep_until)
        SELECT merchant_id, erasure_id, call_id || '.' || n, number_sealed, rule, keep_until
        FROM erasure_holds, generate_series(1, \(count)) AS n
        """)
    }
    try await bundle.keep(2, settled: true)
    #expect(try await bundle.resealer.run())
    let moved = try await bundle.ending.system {
      try await $0.query("SELECT moved FROM key_reseals WHERE area = 'erasures.holds'")[0]
        .decode("moved", as: Int.self)
    }
    #expect(moved == count + 1)
    #expect(try await bundle.sealed().allSatisfy { $0.starts(with: KeyMark.bytes(of: 2)) })
    await bundle.ending.scene.pool.close()
  }

  @Test func `a spool from before is kept under the key of now`() async throws {
    let bundle = try await Bundle.make()
    let ending = bundle.ending
    let call = try await ending.talk()
    try await bundle.keep(2, settled: true)
    await ending.finisher.finish(call, ending.hungUp(), on: ending.loop)
    let kept = try await ending.system { try await CallMetadataStore.recording(of: call.id, $0) }
    #expect(kept?.wrappedKey.starts(with: KeyMark.bytes(of: 2)) == true)
    #expect(try await ending.recording(call.id)?.isEmpty == false)
    await ending.scene.pool.close()
  }

  @Test func `of two first keys one is kept, and numbers have no gap`() async throws {
    let bundle = try await Bundle.make()
    for number in [Int64(1), 3] {
      let isKept = try await bundle.ending.system {
        try await MasterKeyStore.insert(
          WrappedMasterKey(
            number: number, blob: [9], wrappingKey: "other", activeTime: WallClock.now), $0)
      }
      #expect(!isKept)
    }
    let keys = try await bundle.ending.system { try await MasterKeyStore.keys($0) }
    #expect(keys.map(\.wrappingKey) == ["arn"])
    #expect(keys.first?.context == WrappedMasterKey.context(of: 1))
    let unseen = try await bundle.ending.scene.pool.transaction(tenant: .merchant(bundle.merchant))
    {
      try await MasterKeyStore.keys($0)
    }
    #expect(unseen.isEmpty)
    #expect(try await !bundle.ending.system { try await MasterKeyStore.isOrphaned($0) })
    try await bundle.ending.system { try await $0.execute("DELETE FROM master_keys") }
    #expect(try await bundle.ending.system { try await MasterKeyStore.isOrphaned($0) })
    await bundle.ending.scene.pool.close()
  }
}
