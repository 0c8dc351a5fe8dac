import Accounts
import Domain
import Postgres
import Protobuf
import RPCCore
import Schema
import ScratchPostgres
import Speech
import Synchronization
import Testing
import VoiceAPI

@testable import Agents

/// A carrier in memory whose answers can be lost.
private final class MemoryCarrier: CarrierNumbers {
  struct State {
    var owned: [String] = []
    var purchases = 0
    var releases = 0
    /// What the next purchases and releases end with, whether or not they take effect.
    var losesAnswers = 0
    /// What happens while a purchase is under way.
    var meanwhile: (@Sendable () async throws -> Void)?
    var refusal: SpeechError?
  }
  let state = Mutex(State())

  func search(_ search: NumberSearch) async throws -> [CarrierNumber] {
    [CarrierNumber(number: "+918047140010")]
  }

  func buy(_ number: String, name: String) async throws -> CarrierNumber {
    let meanwhile = state.withLock { $0.meanwhile }
    try await meanwhile?()
    try state.withLock { state in
      state.purchases += 1
      if let refusal = state.refusal { throw refusal }
      if state.owned.contains(number) { throw SpeechError(.permanent, "taken") }
      state.owned.append(number)
      try Self.lose(&state)
    }
    return owned(number)
  }

  func find(_ number: String) async throws -> CarrierNumber? {
    state.withLock { $0.owned.contains(number) } ? owned(number) : nil
  }

  func release(_ id: String) async throws {
    try state.withLock { state in
      state.releases += 1
      if let refusal = state.refusal { throw refusal }
      state.owned.removeAll { "sid-\($0)" == id }
      try Self.lose(&state)
    }
  }

  private static func lose(_ state: inout State) throws {
    guard state.losesAnswers > 0 else { return }
    state.losesAnswers -= 1
    throw SpeechError(.outcomeUnknown, "no answer")
  }

  private func owned(_ number: String) -> CarrierNumber {
    var bought = CarrierNumber(number: number)
    bought.id = "sid-\(number)"
    bought.monthlyRent = "499.500000"
    return bought
  }
}

private struct Scene {
  let pool: PostgresPool
  let carrier = MemoryCarrier()
  let merchants: [MerchantID]

  static let number = "+918047140010"

  static func make() async throws -> Scene {
    let pool = try await ScratchPostgres.database(
      migrations: BaseMigrations.all + AccountsMigrations.all + DomainMigrations.all
        + AgentsMigrations.all)
    let merchants = try await pool.transaction(tenant: .system) {
      [
        try await AccountStore.ensureMerchant(name: "Shop", email: "shop@example.in", $0),
        try await AccountStore.ensureMerchant(name: "Rival", email: "rival@example.in", $0),
      ]
    }
    return Scene(pool: pool, merchants: merchants)
  }

  private static let tokens = PageTokens(key: [UInt8](repeating: 7, count: 32))
  var numbers: PhoneNumberService {
    PhoneNumberService(pool: pool, tokens: Self.tokens, carrier: carrier)
  }
  var agents: AgentService { AgentService(pool: pool, tokens: Self.tokens) }

  func context(_ index: Int = 0) -> RPCContext {
    let context = RPCContext(
      method: MethodDescriptor(service: "test.Test", name: "Test", kind: .unary))
    context.identity = Caller(merchant: merchants[index], principal: "key_test")
    return context
  }

  func buy(
    _ requestID: String = "", agent: String = "", as index: Int = 0
  ) async throws -> Payaid.Voice.V1.PhoneNumber {
    try await numbers.buyPhoneNumber(
      .with {
        $0.phoneNumber = Self.number
        $0.requestId = requestID
        $0.agentId = agent
      }, context(index))
  }

  func agent(_ number: String = "", as index: Int = 0) async throws -> Payaid.Voice.V1.Agent {
    try await agents.createAgent(
      .with {
        $0.agent = .with {
          $0.name = "A"
          $0.language = "en"
          $0.phoneNumber = number
        }
      }, context(index))
  }

  func delete(_ agent: Payaid.Voice.V1.Agent) async throws {
    _ = try await agents.deleteAgent(.with { $0.agentId = agent.agentId }, context())
  }

  func owned(by index: Int = 0) async throws -> [Payaid.Voice.V1.PhoneNumber] {
    try await numbers.listPhoneNumbers(.init(), context(index)).phoneNumbers
  }

  func read(_ agent: Payaid.Voice.V1.Agent) async throws -> Payaid.Voice.V1.Agent {
    try await agents.getAgent(.with { $0.agentId = agent.agentId }, context())
  }

  func assign(_ agent: String) async throws -> Payaid.Voice.V1.PhoneNumber {
    try await numbers.assignPhoneNumber(
      .with {
        $0.phoneNumber = Self.number
        $0.agentId = agent
      }, context())
  }
}

@Suite struct PhoneNumberTests {
  private func code(_ body: () async throws -> Void) async -> StatusCode? {
    do {
      try await body()
      return nil
    } catch {
      return (error as? RPCError)?.code
    }
  }

  @Test func `a number is bought, assigned, moved and given back`() async throws {
    let scene = try await Scene.make()
    let (first, second) = (try await scene.agent(), try await scene.agent())
    let bought = try await scene.buy(agent: first.agentId)
    #expect(bought.state == .active && bought.agentId == first.agentId)
    #expect(bought.monthlyRent?.units == 499 && bought.monthlyRent?.nanos == 500_000_000)
    #expect(try await scene.read(first).phoneNumber == Scene.number)
    #expect(try await scene.assign(second.agentId).agentId == second.agentId)
    let (without, with) = (try await scene.read(first), try await scene.read(second))
    #expect(without.phoneNumber == "" && with.phoneNumber == Scene.number)
    #expect(without.etag != first.etag && with.etag != second.etag)
    #expect(with.publishedVersion == 1)
    #expect(try await scene.assign("").agentId == "")
    let released = try await scene.numbers.releasePhoneNumber(
      .with { $0.phoneNumber = Scene.number }, scene.context())
    #expect(released.state == .released && scene.carrier.state.withLock { $0.owned } == [])
    let list = try await scene.numbers.listPhoneNumbers(.init(), scene.context())
    #expect(list.phoneNumbers.isEmpty)
    await scene.pool.close()
  }

  @Test func `the same request buys once, and another finds the number taken`() async throws {
    let scene = try await Scene.make()
    let first = try await scene.buy("r1")
    #expect(try await scene.buy("r1") == first)
    #expect(await code { _ = try await scene.buy("r2") } == .alreadyExists)
    #expect(await code { _ = try await scene.buy(as: 1) } == .failedPrecondition)
    #expect(scene.carrier.state.withLock { $0.purchases } == 1)
    await scene.pool.close()
  }

  @Test func `a purchase whose answer was lost is found, not repeated`() async throws {
    let scene = try await Scene.make()
    scene.carrier.state.withLock { $0.losesAnswers = 1 }
    #expect(await code { _ = try await scene.buy("r1") } == .unavailable)
    let list = try await scene.numbers.listPhoneNumbers(.init(), scene.context())
    #expect(list.phoneNumbers.map(\.state) == [.buying])
    #expect(try await scene.buy("r1").state == .active)
    #expect(scene.carrier.state.withLock { $0.purchases } == 1)
    await scene.pool.close()
  }

  @Test(arguments: [
    (SpeechError.Kind.permanent, StatusCode.failedPrecondition),
    (.configuration, .failedPrecondition), (.quota, .resourceExhausted), (.transient, .unavailable),
  ])
  func `a refused purchase leaves nothing behind`(
    kind: SpeechError.Kind, expected: StatusCode
  ) async throws {
    let scene = try await Scene.make()
    scene.carrier.state.withLock { $0.refusal = SpeechError(kind, "no") }
    #expect(await code { _ = try await scene.buy() } == expected)
    let list = try await scene.numbers.listPhoneNumbers(.init(), scene.context())
    #expect(list.phoneNumbers.isEmpty)
    scene.carrier.state.withLock { $0.refusal = nil }
    #expect(try await scene.buy().state == .active)
    await scene.pool.close()
  }

  @Test func `a release whose answer was lost is finished by asking again`() async throws {
    let scene = try await Scene.make()
    _ = try await scene.buy()
    scene.carrier.state.withLock { $0.losesAnswers = 1 }
    let request = Payaid.Voice.V1.ReleasePhoneNumberRequest.with {
      $0.phoneNumber = Scene.number
      $0.requestId = "r1"
    }
    let lost = await code {
      _ = try await scene.numbers.releasePhoneNumber(request, scene.context())
    }
    #expect(lost == .unavailable)
    let first = try await scene.numbers.releasePhoneNumber(request, scene.context())
    #expect(first.state == .released)
    #expect(try await scene.numbers.releasePhoneNumber(request, scene.context()) == first)
    #expect(scene.carrier.state.withLock { $0.releases } == 2)
    await scene.pool.close()
  }

  @Test func `a release that the carrier refused is tried again under the same request`()
    async throws
  {
    let scene = try await Scene.make()
    _ = try await scene.buy()
    let request = Payaid.Voice.V1.ReleasePhoneNumberRequest.with {
      $0.phoneNumber = Scene.number
      $0.requestId = "r1"
    }
    scene.carrier.state.withLock { $0.refusal = SpeechError(.permanent, "not now") }
    #expect(
      await code { _ = try await scene.numbers.releasePhoneNumber(request, scene.context()) } != nil
    )
    scene.carrier.state.withLock { $0.refusal = nil }
    _ = try await scene.numbers.releasePhoneNumber(request, scene.context())
    #expect(scene.carrier.state.withLock { $0.owned } == [])
    await scene.pool.close()
  }

  @Test func `a number that another merchant rents cannot be taken by an agent`() async throws {
    let scene = try await Scene.make()
    _ = try await scene.buy()
    #expect(await code { _ = try await scene.agent(Scene.number, as: 1) } == .alreadyExists)
    #expect(await code { _ = try await scene.assign(AgentID().text) } == .notFound)
    let rival = try await scene.agent(as: 1)
    #expect(await code { _ = try await scene.assign(rival.agentId) } == .notFound)
    #expect(try await scene.agent(Scene.number).phoneNumber == Scene.number)
    #expect(await code { _ = try await scene.agent(Scene.number) } == .alreadyExists)
    let unseen = await code {
      _ = try await scene.numbers.getPhoneNumber(
        .with { $0.phoneNumber = Scene.number }, scene.context(1))
    }
    #expect(unseen == .notFound)
    await scene.pool.close()
  }

  @Test func `a number that another merchant's agent has cannot be bought`() async throws {
    let scene = try await Scene.make()
    let rival = try await scene.agent(Scene.number, as: 1)
    #expect(await code { _ = try await scene.buy("r1") } == .failedPrecondition)
    #expect(scene.carrier.state.withLock { $0.purchases } == 0)
    #expect(try await scene.owned().isEmpty)
    #expect(try await scene.buy("r2", as: 1).agentId == rival.agentId)
    await scene.pool.close()
  }

  @Test func `at the same time, a number is bought or another merchant's agent gets it`()
    async throws
  {
    let scene = try await Scene.make()
    let done = await withTaskGroup(of: Bool.self, returning: [Bool].self) { group in
      group.addTask { (try? await scene.buy()) != nil }
      group.addTask { (try? await scene.agent(Scene.number, as: 1)) != nil }
      var results: [Bool] = []
      for await result in group { results.append(result) }
      return results
    }
    #expect(done.filter(\.self).count == 1)
    await scene.pool.close()
  }

  @Test func `a number whose agent is gone once it is bought is the merchant's all the same`()
    async throws
  {
    let scene = try await Scene.make()
    let agent = try await scene.agent()
    scene.carrier.state.withLock { $0.meanwhile = { try await scene.delete(agent) } }
    #expect(await code { _ = try await scene.buy("r1", agent: agent.agentId) } == .notFound)
    #expect(try await scene.owned().map(\.state) == [.active])
    #expect(try await scene.buy("r1", agent: agent.agentId).state == .active)
    #expect(scene.carrier.state.withLock { $0.purchases } == 1)
    await scene.pool.close()
  }

  @Test func `at the same time, a number is bought once`() async throws {
    let scene = try await Scene.make()
    await withTaskGroup(of: Void.self) { group in
      for index in 0..<8 {
        group.addTask { _ = try? await scene.buy("r\(index)", as: index % 2) }
      }
    }
    #expect(scene.carrier.state.withLock { $0.owned } == [Scene.number])
    let lists = [
      try await scene.numbers.listPhoneNumbers(.init(), scene.context(0)).phoneNumbers,
      try await scene.numbers.listPhoneNumbers(.init(), scene.context(1)).phoneNumbers,
    ]
    #expect(lists.flatMap(\.self).map(\.state) == [.active])
    await scene.pool.close()
  }

  @Test(
    arguments: [
      ("499.000000", 499_000_000), ("1499.5", 1_499_500_000), ("0", 0),
      ("499.0000009", 499_000_000),
      ("", nil), ("x", nil), ("1.2.3", nil), ("-1", nil), ("1.x", nil),
    ] as [(String, Int64?)])
  func `a rent is read exactly or not at all`(text: String, micros: Int64?) {
    var number = CarrierNumber(number: Scene.number)
    number.monthlyRent = text
    #expect(number.rent?.micros == micros)
  }
}
