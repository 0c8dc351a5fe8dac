import Buffers
import Domain
import Objects
import Postgres
import RPCCore
import Telemetry
import Testing
import VoiceAPI

@testable import Compliance

/// What becomes of the other merchants' logs when one cannot be signed. The first merchant's comes first.
@Suite(.serialized) struct AuditAlarmTests {
  typealias Scene = ComplianceScene

  private static let refusals = MetricsRegistry.process.counter(
    "payaid_audit_refusals_total",
    help: "Audit logs that were not signed, as they do not continue what was signed before.")

  /// How many entries of the rival's log are signed.
  private func signed(_ scene: Scene) async throws -> Int64? {
    let rows = try await scene.pool.transaction(tenant: .system) {
      try await $0.query(
        "SELECT size FROM audit_checkpoints WHERE merchant_id = \(scene.rival.text)")
    }
    return try rows.last?.decode("size")
  }

  /// Leaves something for both merchants' logs.
  private func wait(_ scene: Scene, kind: String = "records.exported") async throws {
    try await scene.pool.transaction(tenant: .system) { transaction in
      for merchant in [scene.merchant, scene.rival] {
        try await transaction.execute(
          """
          INSERT INTO audit_inbox (merchant_id, kind, subject)
          VALUES (\(merchant.text), \(kind), 'key_test')
          """)
      }
    }
  }

  @Test(arguments: [
    "DELETE FROM audit_nodes", "UPDATE audit_logs SET frontier = ''",
    """
    DELETE FROM audit_payloads WHERE entry_index > 2; DELETE FROM audit_entries WHERE entry_index > 2;
    UPDATE audit_logs SET tree_size = 2, frontier = (SELECT hash FROM audit_nodes WHERE level = 1 LIMIT 1)
    """,
  ]) func `rows that contradict each other are alarmed, and keep nobody else from it`(
    change: String
  ) async throws {
    let scene = try await Scene.make()
    try await scene.append(6)
    _ = try await scene.checkpoint()
    try await scene.asOwner(change)
    try await wait(scene)
    let before = Self.refusals.value
    try await scene.signer.signAll()
    #expect(Self.refusals.value > before)
    #expect(try await signed(scene) == 1)
    #expect(await Scene.code { try await scene.checkpoint() } == .dataLoss)
    await scene.pool.close()
  }

  @Test func `a key that is not here keeps nobody else from it`() async throws {
    let scene = try await Scene.make()
    try await scene.append(2)
    _ = try await scene.checkpoint()
    scene.rotate()
    try await scene.renew()
    try await wait(scene)
    let ring = KeyRing(MasterKey(bytes: [UInt8](repeating: 5, count: 32)))
    let other = AuditSigner(
      pool: scene.pool, objects: scene.objects, keys: ring.keys("audit-signing"))
    #expect(await Scene.code { try await other.signAll() } == .unavailable)
    #expect(try await signed(scene) == 1)
    await scene.pool.close()
  }

  @Test func `the log that was signed the longest time ago is signed first`() async throws {
    let scene = try await Scene.make()
    func first() async throws -> MerchantID? {
      try await scene.pool.transaction(tenant: .system) {
        try await AuditCheckpointStore.unsigned(limit: 1, $0).first
      }
    }
    func append() async throws {
      for merchant in [scene.merchant, scene.rival] {
        try await scene.pool.transaction(tenant: .merchant(merchant.text)) {
          _ = try await AuditLog.append(
            kind: "test", subject: "s", actor: "key_test", merchant: merchant, $0
          ) { _ in [:] }
        }
      }
    }
    try await append()
    for (merchant, next) in [
      (scene.rival, scene.merchant), (scene.merchant, scene.rival), (scene.rival, scene.merchant),
    ] {
      _ = try await scene.signer.checkpoint(merchant)
      scene.clock.advance(seconds: 60)
      try await append()
      #expect(try await first() == next)
    }
    await scene.pool.close()
  }

  @Test func `what a later version left waits for its servers`() async throws {
    let scene = try await Scene.make()
    try await wait(scene, kind: "later.kind")
    try await wait(scene)
    try await scene.signer.signAll()
    #expect(try await scene.audit().map(\.kind) == ["records.exported"])
    let left = try await scene.pool.transaction(tenant: .system) {
      try await $0.query("SELECT kind FROM audit_inbox").map {
        try $0.decode("kind", as: String.self)
      }
    }
    #expect(left == ["later.kind", "later.kind"])
    await scene.pool.close()
  }
}
