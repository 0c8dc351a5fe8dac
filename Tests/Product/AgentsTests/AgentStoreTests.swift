import Accounts
import Cache
import Domain
import Jobs
import Postgres
import Protobuf
import RPCCore
import RPCProtobuf
import ScratchPostgres
import Testing
import VoiceAPI

@testable import Agents

@Suite struct AgentStoreTests {
  private typealias V1 = Payaid.Voice.V1

  @Test func `an update is published at once, and calls of before keep their version`()
    async throws
  {
    let scene = try await AgentScene.make()
    let agent = try await scene.create(#"{"name":"A","language":"en","greeting":"One."}"#)
    #expect(agent.publishedVersion == 1 && !agent.hasDraftChanges)
    let id = try #require(AgentID(agent.agentId))
    let request = V1.UpdateAgentRequest.with {
      $0.agent = .with {
        $0.agentId = agent.agentId
        $0.greeting = "Two."
        $0.name = "B"
      }
    }
    let updated = try await scene.service.updateAgent(request, scene.context)
    #expect(updated.publishedVersion == 2 && !updated.hasDraftChanges)
    let agents = StoredAgents()
    let (first, now) = try await scene.tenant {
      (try await agents.agent(id, .version(1), $0), try await agents.agent(id, $0))
    }
    #expect(first?.greeting == "One." && first?.name == "B" && first?.publishedVersion == 1)
    #expect(now?.greeting == "Two." && now?.publishedVersion == 2)
    await scene.pool.close()
  }

  @Test func `what belongs to the agent itself makes no version`() async throws {
    let scene = try await AgentScene.make()
    let agent = try await scene.create(#"{"name":"A","language":"en"}"#)
    let request = V1.UpdateAgentRequest.with {
      $0.agent = .with {
        $0.agentId = agent.agentId
        $0.name = "B"
        $0.state = .paused
        $0.labels = ["env": "prod"]
        $0.phoneNumber = "+918047120001"
      }
    }
    let updated = try await scene.service.updateAgent(request, scene.context)
    #expect(updated.publishedVersion == 1 && !updated.hasDraftChanges && updated.state == .paused)
    let id = try #require(AgentID(agent.agentId))
    let served = try await scene.tenant { try await StoredAgents().agent(id, $0) }
    #expect(served?.state == .paused && served?.labels == ["env": "prod"])
    await scene.pool.close()
  }

  @Test func `a manual agent's draft waits for its publication`() async throws {
    let scene = try await AgentScene.make()
    let agent = try await scene.create(
      #"{"name":"A","language":"en","publishing":"MANUAL","greeting":"One."}"#)
    let id = try #require(AgentID(agent.agentId))
    let request = V1.UpdateAgentRequest.with {
      $0.agent = .with {
        $0.agentId = agent.agentId
        $0.greeting = "Hello {{name}}."
      }
    }
    let draft = try await scene.service.updateAgent(request, scene.context)
    #expect(draft.publishedVersion == 1 && draft.hasDraftChanges)
    let agents = StoredAgents()
    let (served, tried) = try await scene.tenant {
      (try await agents.agent(id, $0), try await agents.agent(id, .draft, $0))
    }
    #expect(served?.greeting == "One." && tried?.greeting == "Hello {{name}}.")
    #expect(tried?.publishedVersion == 0)

    let publish = V1.PublishAgentRequest.with { $0.agentId = agent.agentId }
    let error = await #expect(throws: RPCError.self) {
      _ = try await scene.service.publishAgent(publish, scene.context)
    }
    #expect(error?.code == .invalidArgument && error?.message.contains("agent.greeting") == true)
    let declare = V1.UpdateAgentRequest.with {
      $0.agent = .with {
        $0.agentId = agent.agentId
        $0.variables = [.with { $0.name = "name" }]
      }
    }
    _ = try await scene.service.updateAgent(declare, scene.context)
    let version = try await scene.service.publishAgent(publish, scene.context)
    #expect(version.version == 2 && version.published && version.author == "key_test")
    let again = try await scene.service.publishAgent(publish, scene.context)
    #expect(again == version)
    await scene.pool.close()
  }

  @Test func `going back publishes the old content under a new number`() async throws {
    let scene = try await AgentScene.make()
    let agent = try await scene.create(#"{"name":"A","language":"en","greeting":"One."}"#)
    for greeting in ["Two.", "Three."] {
      let request = V1.UpdateAgentRequest.with {
        $0.agent = .with {
          $0.agentId = agent.agentId
          $0.greeting = greeting
        }
      }
      _ = try await scene.service.updateAgent(request, scene.context)
    }
    let back = try await scene.service.rollbackAgent(
      .with {
        $0.agentId = agent.agentId
        $0.version = 1
        $0.description = "Two was rude"
      }, scene.context)
    #expect(back.version == 4 && back.restoredFrom == 1 && back.agent?.greeting == "One.")
    let now = try await scene.service.getAgent(
      .with { $0.agentId = agent.agentId }, scene.context)
    #expect(now.greeting == "One." && now.publishedVersion == 4 && !now.hasDraftChanges)
    let list = try await scene.service.listAgentVersions(
      .with {
        $0.agentId = agent.agentId
        $0.pageSize = 3
      }, scene.context)
    #expect(list.versions.map(\.version) == [4, 3, 2] && list.versions.map(\.published)[0])
    let rest = try await scene.service.listAgentVersions(
      .with {
        $0.agentId = agent.agentId
        $0.pageSize = 3
        $0.pageToken = list.nextPageToken
      }, scene.context)
    #expect(rest.versions.map(\.version) == [1] && rest.nextPageToken.isEmpty)
    await scene.pool.close()
  }

  @Test func `changes at the same time make each version once`() async throws {
    let scene = try await AgentScene.make()
    let agent = try await scene.create(#"{"name":"A","language":"en"}"#)
    let versions = await withTaskGroup(of: Int32?.self) { group in
      for number in 0..<8 {
        group.addTask {
          let request = V1.UpdateAgentRequest.with {
            $0.agent = .with {
              $0.agentId = agent.agentId
              $0.greeting = "Number \(number)."
            }
          }
          do {
            return try await scene.service.updateAgent(request, scene.context).publishedVersion
          } catch {
            #expect((error as? RPCError)?.code == .aborted)
            return nil
          }
        }
      }
      return await group.reduce(into: [Int32]()) { if let version = $1 { $0.append(version) } }
    }
    #expect(!versions.isEmpty && Set(versions).count == versions.count)
    #expect(versions.sorted() == (0..<Int32(versions.count)).map { $0 + 2 })
    await scene.pool.close()
  }

  @Test func `every change leaves an event, and a refused one leaves none`() async throws {
    let scene = try await AgentScene.make()
    let agent = try await scene.create(#"{"name":"A","language":"en"}"#)
    for name in ["B", ""] {
      let request = V1.ReplaceAgentRequest.with {
        $0.agent = .with {
          $0.agentId = agent.agentId
          $0.name = name
          $0.language = "en"
        }
      }
      _ = try? await scene.service.replaceAgent(request, scene.context)
    }
    _ = try await scene.service.deleteAgent(
      .with { $0.agentId = agent.agentId }, scene.context)
    let events = try await scene.tenant {
      try await $0.query("SELECT type, subject FROM event_outbox ORDER BY sequence")
    }
    let types = try events.map { try $0.decode("type", as: String.self) }
    #expect(types == ["agent.created", "agent.updated", "agent.deleted"])
    #expect(try events.allSatisfy { try $0.decode("subject") == agent.agentId })
    await scene.pool.close()
  }

  @Test func `a version cannot be changed`() async throws {
    let scene = try await AgentScene.make()
    _ = try await scene.create(#"{"name":"A","language":"en"}"#)
    let error = await #expect(throws: PostgresError.self) {
      try await scene.tenant { _ = try await $0.execute("UPDATE agent_versions SET config = '{}'") }
    }
    #expect(error?.sqlState?.code == "23001")
    await scene.pool.close()
  }

  @Test func `an agent of before versions is called with its draft`() async throws {
    let scene = try await AgentScene.make()
    let id = AgentID()
    let merchant = scene.merchant
    let served = try await scene.tenant { transaction in
      _ = try await AgentStore.insert(
        .with {
          $0.agentId = id.text
          $0.name = "Old"
          $0.language = "en"
          $0.voiceId = "Kore"
        }, merchant: merchant, transaction)
      return try await StoredAgents().agent(id, transaction)
    }
    #expect(served?.name == "Old" && served?.publishedVersion == 0)
    let published = try await scene.service.publishAgent(
      .with { $0.agentId = id.text }, scene.context)
    #expect(published.version == 1)
    await scene.pool.close()
  }

  @Test func `agents of before versions are published as they are, by the migration`()
    async throws
  {
    let before =
      BaseMigrations.all + AccountsMigrations.all + DomainMigrations.all
      + AgentsMigrations.all.filter { $0.version == 20 }
    let pool = try await ScratchPostgres.database(migrations: before)
    let merchant = try await pool.transaction(tenant: .system) {
      try await AccountStore.ensureMerchant(name: "Shop", email: "shop@example.in", $0)
    }
    let id = AgentID()
    try await pool.transaction(tenant: .merchant(merchant.text)) {
      _ = try await $0.execute(
        """
        INSERT INTO agents (agent_id, merchant_id, name, language, voice_id, system_prompt, state,
          config)
        VALUES (\(id.text), \(merchant.text), 'Old', 'hi', 'Aoede', 'Be kind.', 'active',
          '{"greeting":"Namaste","labels":{"env":"prod"},"maxDuration":"60s"}')
        """)
    }
    try await Migrator(pool, before + AgentsMigrations.all.filter { $0.version > 20 }).run()
    let (served, draft, version) = try await pool.transaction(
      tenant: .merchant(merchant.text)
    ) {
      (
        try await StoredAgents().agent(id, $0), try await AgentStore.find(id, $0),
        try await AgentVersionStore.find(id.text, 1, $0)
      )
    }
    #expect(served?.publishedVersion == 1 && served == draft)
    #expect(version.map { AgentService.isSame($0, served ?? .init()) } == true)
    #expect(version?.agent?.systemPrompt == "Be kind." && version?.agent?.labels == [:])
    await pool.close()
  }

  @Test func `a list is filtered and ordered, page by page`() async throws {
    let scene = try await AgentScene.make()
    for (name, language, env) in [
      ("B", "en", "prod"), ("A", "hi", "prod"), ("C", "en", "test"), ("A", "en", "prod"),
    ] {
      _ = try await scene.create(
        #"{"name":"\#(name)","language":"\#(language)","labels":{"env":"\#(env)"}}"#)
    }
    #expect(try await scene.list("") == ["A", "C", "A", "B"])
    #expect(try await scene.list(#"labels.env = "prod""#) == ["A", "A", "B"])
    #expect(try await scene.list("labels.env = prod AND language = en") == ["A", "B"])
    #expect(try await scene.list("labels.env != prod") == ["C"])
    #expect(try await scene.list("labels:env AND state = ACTIVE").count == 4)
    #expect(try await scene.list("labels:other") == [])
    for size: Int32 in [1, 2, 3] {
      #expect(try await scene.list("", order: "name", size: size) == ["A", "A", "B", "C"])
      #expect(try await scene.list("", order: "name desc", size: size) == ["C", "B", "A", "A"])
      #expect(
        try await scene.list("", order: "update_time", size: size) == ["B", "A", "C", "A"])
      #expect(try await scene.list("", order: "create_time", size: size) == ["B", "A", "C", "A"])
    }
    await scene.pool.close()
  }

  @Test func `another merchant sees no version and no secret`() async throws {
    let scene = try await AgentScene.make()
    let agent = try await scene.create(#"{"name":"A","language":"en"}"#)
    let other = try await scene.pool.transaction(tenant: .system) {
      try await AccountStore.ensureMerchant(name: "Rival", email: "rival@example.in", $0)
    }
    try await scene.pool.transaction(tenant: .merchant(other.text)) { transaction in
      let found = try await AgentVersionStore.find(agent.agentId, 1, transaction)
      let secrets = try await ToolSecretStore.hosts(transaction)
      #expect(found == nil && secrets.isEmpty)
    }
    await scene.pool.close()
  }
}

@Suite struct AgentCacheTests {
  private typealias Agent = Payaid.Voice.V1.Agent

  private static func agent(_ id: String, etag: String) -> Agent {
    .with {
      $0.agentId = id
      $0.etag = etag
      $0.name = "revision \(etag)"
    }
  }

  private let near = MemoryCache<AgentCache.Entry>(limits: .init(lifetime: .seconds(60)))
  private let merchant = MerchantID()

  /// The names in a list of `places`, and which agents had to be read.
  private func read(
    _ places: [AgentPlace], found: [Agent]? = nil
  ) async throws -> (names: [String], asked: [String]) {
    var asked: [String] = []
    let agents = try await AgentCache(near, near: near).agents(places, of: merchant) { ids in
      asked = ids
      return found
        ?? places.filter { ids.contains($0.id) }.map { Self.agent($0.id, etag: $0.etag) }
    }
    return (agents.map(\.name), asked)
  }

  @Test func `a list reads what changed since, and nothing else`() async throws {
    var places = [
      AgentPlace(id: AgentID().text, etag: "1"), AgentPlace(id: AgentID().text, etag: "4"),
    ]
    #expect(try await read(places) == (["revision 1", "revision 4"], places.map(\.id)))
    #expect(try await read(places) == (["revision 1", "revision 4"], []))
    places[0] = AgentPlace(id: places[0].id, etag: "2")
    #expect(try await read(places) == (["revision 2", "revision 4"], [places[0].id]))
    #expect(try await read(places.reversed()) == (["revision 4", "revision 2"], []))
  }

  @Test func `an agent that is gone by then is left out, a deleted one is not kept`() async throws {
    let places = [
      AgentPlace(id: AgentID().text, etag: "1"), AgentPlace(id: AgentID().text, etag: "1"),
    ]
    var deleted = Self.agent(places[1].id, etag: "2")
    deleted.state = .deleted
    #expect(try await read(places, found: [deleted]).names == ["revision 2"])
    #expect(try await read(places).asked == places.map(\.id))
  }

  @Test func `another merchant's list finds nothing of it`() async throws {
    let places = [AgentPlace(id: AgentID().text, etag: "1")]
    _ = try await read(places)
    let cache = AgentCache(near, near: near)
    let agents = try await cache.agents(places, of: MerchantID()) { _ in [] }
    #expect(agents == [])
  }
  @Test func `what is kept is packed once and sent as it is`() async throws {
    let id = AgentID()
    let cache = AgentCache(near, near: near)
    var read: AgentCache.Entry?
    // A fill that took ten seconds, as on a machine that is busy with other tests, is not kept.
    for _ in 0..<100 where cache.held(id, of: merchant) == nil {
      read = try await cache.agent(id, of: merchant) { Self.agent(id.text, etag: "3") }
    }
    #expect(try read.map { try Agent(serializedBytes: $0.bytes) } == read?.value)
    #expect(read != nil && cache.held(id, of: merchant) === read)
    #expect(cache.held(id, of: MerchantID()) == nil)
    await cache.changed(id.text, of: merchant)
    #expect(cache.held(id, of: merchant) == nil)
    #expect(try read.map { try AgentCache.Entry(serializedBytes: $0.bytes).value } == read?.value)
  }

  @Test func `every method of the service is served`() async throws {
    let pool = try await ScratchPostgres.database(migrations: [])
    let tokens = PageTokens(key: [UInt8](repeating: 7, count: 32))
    let service = AgentService(pool: pool, tokens: tokens)
    let served = PackedAgents(service).handlers.map(\.descriptor.path)
    #expect(served == service.handlers.map(\.descriptor.path))
    await pool.close()
  }
}
