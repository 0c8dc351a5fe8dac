import Accounts
import Domain
import Jobs
import Postgres
import Protobuf
import RPCCore
import ScratchPostgres
import Testing
import VoiceAPI

@testable import Agents

@Suite struct ToolSecretsTests {
  private typealias V1 = Payaid.Voice.V1

  private let secrets: ToolSecrets

  init() throws { secrets = ToolSecrets(seal: try DataSeal(key: [UInt8](repeating: 9, count: 32))) }

  @discardableResult
  private func set(
    _ name: String, _ value: String, _ hosts: [String] = [], in scene: AgentScene
  ) async throws -> V1.Secret {
    try await SecretService(pool: scene.pool, secrets: secrets).setSecret(
      .with {
        $0.name = name
        $0.value = value
        $0.hosts = hosts
      }, scene.context)
  }

  private func values(
    _ names: [String], for host: String, in scene: AgentScene
  ) async throws -> [String: String] {
    let merchant = scene.merchant
    return try await scene.tenant { try await secrets.values(names, for: host, of: merchant, $0) }
  }

  @Test func `a secret is sealed, its merchant's, and opens under its own name only`()
    async throws
  {
    let scene = try await AgentScene.make()
    for value in ["first", "Bearer second"] {
      try await set("crm_key", value, ["crm.example.in"], in: scene)
    }
    #expect(
      try await values(["crm_key", "other"], for: "crm.example.in", in: scene)
        == ["crm_key": "Bearer second"])
    let stored = try await scene.tenant {
      try await $0.query("SELECT sealed FROM tool_secrets")
    }
    let sealed = try stored[0].decode("sealed", as: [UInt8].self)
    #expect(!String(decoding: sealed, as: UTF8.self).contains("second"))
    try await scene.tenant { _ = try await $0.execute("UPDATE tool_secrets SET name = 'moved'") }
    await #expect(throws: (any Error).self) {
      try await values(["moved"], for: "crm.example.in", in: scene)
    }
    await scene.pool.close()
  }

  @Test func `a secret opens for its hosts only, which it keeps until others are named`()
    async throws
  {
    let scene = try await AgentScene.make()
    await #expect(throws: RPCError.self) { try await set("key", "one", in: scene) }
    let first = try await set("key", "one", ["API.example.in", "*.shop.example.in"], in: scene)
    #expect(first.hosts == ["api.example.in", "*.shop.example.in"])
    #expect(try await set("key", "two", in: scene).hosts == first.hosts)
    for host in ["api.example.in", "a.shop.example.in"] {
      #expect(try await values(["key"], for: host, in: scene) == ["key": "two"])
    }
    for host in ["evil.example.in", "shop.example.in", ""] {
      #expect(try await values(["key"], for: host, in: scene).isEmpty)
    }
    #expect(try await set("key", "two", ["new.example.in"], in: scene).hosts == ["new.example.in"])
    #expect(try await values(["key"], for: "api.example.in", in: scene).isEmpty)
    // One of before there were hosts goes nowhere, and needs some.
    try await scene.tenant { _ = try await $0.execute("UPDATE tool_secrets SET hosts = '{}'") }
    #expect(try await values(["key"], for: "new.example.in", in: scene).isEmpty)
    await #expect(throws: RPCError.self) { try await set("key", "two", in: scene) }
    await scene.pool.close()
  }

  @Test func `no version is published that sends a secret elsewhere`() async throws {
    let scene = try await AgentScene.make()
    try await set("key", "value", ["api.example.in"], in: scene)
    let tool = { (host: String) -> V1.Tool in
      .with {
        $0.name = "f"
        $0.url = "https://\(host)/f"
        $0.secretHeaders = ["authorization": "key"]
      }
    }
    var agent = try await scene.create(#"{"name":"A","language":"en"}"#)
    agent.tools = [tool("api.example.in")]
    agent = try await scene.service.replaceAgent(.with { $0.agent = agent }, scene.context)
    agent.tools = [tool("evil.example.in")]
    await #expect(throws: RPCError.self) {
      try await scene.service.replaceAgent(.with { $0.agent = agent }, scene.context)
    }
    await #expect(throws: RPCError.self) {
      try await scene.service.createAgent(.with { $0.agent = agent }, scene.context)
    }
    agent.publishing = .manual
    agent = try await scene.service.replaceAgent(.with { $0.agent = agent }, scene.context)
    let id = agent.agentId
    await #expect(throws: RPCError.self) {
      try await scene.service.publishAgent(.with { $0.agentId = id }, scene.context)
    }
    try await set("key", "value", ["evil.example.in"], in: scene)
    _ = try await scene.service.publishAgent(.with { $0.agentId = id }, scene.context)
    await #expect(throws: RPCError.self) {
      try await scene.service.rollbackAgent(
        .with {
          $0.agentId = id
          $0.version = 2
        }, scene.context)
    }
    await scene.pool.close()
  }

  @Test func `a secret from before there were hosts goes on to where tools send it`() async throws {
    let files = BaseMigrations.all + AccountsMigrations.all + DomainMigrations.all
    let agents = AgentsMigrations.all
    let pool = try await ScratchPostgres.database(
      migrations: files + agents.filter { $0.version < 100 })
    let (mine, other) = try await pool.transaction(tenant: .system) {
      (
        try await AccountStore.ensureMerchant(name: "Shop", email: "shop@example.in", $0).text,
        try await AccountStore.ensureMerchant(name: "Rival", email: "rival@example.in", $0).text
      )
    }
    try await pool.transaction(tenant: .system) { transaction in
      for (merchant, name) in [(mine, "key"), (mine, "idle"), (other, "key")] {
        try await transaction.execute(
          """
          INSERT INTO tool_secrets (merchant_id, name, sealed) VALUES (\(merchant), \(name), 'x')
          """)
      }
      for (number, state, url) in [
        (1, "active", "https://Draft.example.in:8443/f"), (2, "paused", "https://[2A00::1]/f"),
        (3, "deleted", "https://gone.example.in/f"),
      ] {
        try await transaction.execute(
          """
          INSERT INTO agents (agent_id, merchant_id, name, language, voice_id, system_prompt, state, config)
          VALUES ('agt_' || lpad(\(number)::text, 26, '0'), \(mine), 'A', 'en', 'Kore', '', \(state),
            jsonb_build_object('tools', jsonb_build_array('{"name":"g"}'::jsonb, jsonb_build_object(
              'url', \(url)::text, 'secretHeaders', '{"a":"key","b":"key","c":"none"}'::jsonb))))
          """)
      }
      try await transaction.execute(
        """
        INSERT INTO agent_versions (agent_id, version, merchant_id, config)
        SELECT 'agt_' || lpad('1', 26, '0'), version, \(mine), config::jsonb FROM (VALUES
          (1, '{"tools":[{"url":"https://first.example.in?q=/","secretHeaders":{"a":"key"}}]}'),
          (2, '{"tools":[{"url":"https://plain.example.in/","headers":{"a":"key"}}]}'),
          (3, '{}')) versions (version, config)
        """)
    }
    _ = try await Migrator(pool, files + agents).run()
    let rows = try await pool.transaction(tenant: .system) {
      try await $0.query("SELECT merchant_id, name, hosts FROM tool_secrets ORDER BY name")
    }
    for row in rows {
      let isNamed =
        try row.decode("name", as: String.self) == "key"
        && row.decode("merchant_id", as: String.self) == mine
      #expect(
        try row.decode("hosts", as: [String].self)
          == (isNamed ? ["2a00::1", "draft.example.in", "first.example.in"] : []))
    }
    #expect(rows.count == 3)
    await pool.close()
  }
}
