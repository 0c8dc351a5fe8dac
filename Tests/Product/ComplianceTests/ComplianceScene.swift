import Accounts
import Agents
import Buffers
import Calls
import Compliance
import Domain
import Jobs
import Objects
import Postgres
import Protobuf
import RPCCore
import ScratchPostgres
import Synchronization
import VoiceAPI

/// A database with the tables of compliance, two merchants, one agent, and a clock that is moved.
struct ComplianceScene {
  typealias V1 = Payaid.Voice.V1

  let pool: PostgresPool
  let merchant: MerchantID
  let rival: MerchantID
  let agents = OneAgent()
  let clock = TestClock()
  let gate: StoredGate
  let objects = SavedObjects()
  let ring = KeyRing(MasterKey(bytes: [UInt8](repeating: 5, count: 32)))
  let signer: AuditSigner
  let numbers: NumberSeal
  let calls = PretendCalls()
  let service: ComplianceService
  let desk: ConsentDesk
  let eraser: Eraser

  /// One whose clock stands at noon of today, since the database has its own.
  static func today() async throws -> ComplianceScene {
    let scene = try await make()
    let start = IndianTime(WallClock.now).moment(secondOfDay: 43_200)
    scene.clock.advance(seconds: start.seconds - scene.clock.now.seconds)
    return scene
  }

  static func make() async throws -> ComplianceScene {
    let pool = try await ScratchPostgres.database(
      migrations: BaseMigrations.all + JobsMigrations.all + AccountsMigrations.all
        + DomainMigrations.all + AgentsMigrations.all + ComplianceMigrations.all
        + CallsMigrations.all
    )
    let (merchant, rival) = try await pool.transaction(tenant: .system) { transaction in
      (
        try await AccountStore.ensureMerchant(name: "A", email: "a@example.in", transaction),
        try await AccountStore.ensureMerchant(name: "B", email: "b@example.in", transaction)
      )
    }
    let scene = try ComplianceScene(pool: pool, merchant: merchant, rival: rival)
    for id in [merchant, rival] {
      try await pool.approve(id.text)
      // As before the first entry of the audit log.
      for (first, last) in [("+918047000000", "+918047999999"), ("+911400120000", "+911400120000")]
      {
        try await scene.insertDeclaration(from: first, to: last, of: id)
      }
    }
    try await scene.insertTemplate()
    for purpose in [V1.CallPurpose.service, .promotional] {
      try await scene.rent(OneAgent.number(for: purpose), by: merchant)
    }
    return scene
  }

  private init(pool: PostgresPool, merchant: MerchantID, rival: MerchantID) throws {
    self.pool = pool
    self.merchant = merchant
    self.rival = rival
    let clock = clock
    numbers = NumberSeal(try DataSeal(key: [UInt8](repeating: 9, count: 32)))
    gate = StoredGate(
      registry: ClearRegistry(), numbers: numbers, telemarketer: PostgresPool.telemarketer,
      now: { clock.now })
    signer = AuditSigner(
      pool: pool, objects: objects, keys: ring.keys("audit-signing"), now: { clock.now })
    service = ComplianceService(
      pool: pool, tokens: PageTokens(key: [UInt8](repeating: 7, count: 32)), agents: agents,
      gate: gate, signer: signer,
      forms: ConsentLinks(
        seal: try DataSeal(key: [UInt8](repeating: 9, count: 32)),
        base: { "https://voice.example.in" }),
      numbers: numbers, now: { clock.now })
    desk = ConsentDesk(pool: pool, numbers: numbers, now: { clock.now })
    eraser = Eraser(
      pool: pool, numbers: numbers, calls: calls, messages: NoMessages(), now: { clock.now })
  }

  /// Declares that machines call from a range of numbers, since a day ago, changed as `change` says.
  @discardableResult
  func declare(
    _ first: String, to last: String = "", by caller: MerchantID? = nil, requestID: String = "",
    _ change: (inout V1.A2pDeclaration) -> Void = { _ in }
  ) async throws -> V1.A2pDeclaration {
    var declaration = V1.A2pDeclaration.with {
      $0.firstNumber = first
      $0.lastNumber = last
      $0.acknowledgement = "OAP/2026/7"
      $0.startTime = (clock.now - .seconds(86_400)).timestamp
    }
    change(&declaration)
    return try await service.createA2pDeclaration(
      .with {
        $0.declaration = declaration
        $0.requestId = requestID
      }, context(caller))
  }

  private func insertDeclaration(
    from first: String, to last: String, of owner: MerchantID
  ) async throws {
    try await pool.transaction(tenant: .merchant(owner.text)) {
      try await $0.execute(
        """
        INSERT INTO a2p_declarations VALUES (\(A2PDeclarationID().text), \(owner.text), \(first),
          \(last), 'OAP/2026/1', \(Moment(seconds: 0)), NULL, \(Moment(seconds: 0)))
        """)
    }
  }

  /// The template that the agent names where it promotes; as before the first entry of the audit log.
  private func insertTemplate() async throws {
    let template = #"""
      {"dltTemplateId":"1107000000000000003","callClass":"PROMOTIONAL","sector":"OTHER","language":"en",
      "content":"Hello","headers":["+911400120000"]}
      """#
    try await pool.transaction(tenant: .system) {
      try await $0.execute(
        """
        INSERT INTO call_templates VALUES (\(OneAgent.template.text), \(merchant.text),
          '1107000000000000003', \(template)::jsonb, now())
        """)
      try await $0.execute(
        """
        INSERT INTO call_template_reviews
          (merchant_id, template_id, outcome, reviewer, method, expire_time)
        VALUES (\(merchant.text), \(OneAgent.template.text), 'approved', 'op@example.in', 'manual',
          greatest(now(), timestamptz '2026-11-22') + interval '365 days')
        """)
      try await $0.execute("DELETE FROM audit_inbox")
    }
  }

  /// Notes a number as rented.
  func rent(_ number: String, by renter: MerchantID, state: String = "active") async throws {
    let carrierID: String? = state == "buying" ? nil : number
    try await pool.transaction(tenant: .merchant(renter.text)) {
      try await $0.execute(
        """
        INSERT INTO phone_numbers (phone_number, merchant_id, state, carrier_id)
        VALUES (\(number), \(renter.text), \(state), \(carrierID))
        """)
    }
  }

  /// Makes an agent that has a number.
  func makeAgent(
    with number: String, of owner: MerchantID, state: String = "active"
  ) async throws {
    try await pool.transaction(tenant: .merchant(owner.text)) {
      try await $0.execute(
        """
        INSERT INTO agents (agent_id, merchant_id, name, language, voice_id, system_prompt,
          phone_number, state, config)
        VALUES (\(AgentID().text), \(owner.text), 'A', 'hi', 'v', 'p', \(number), \(state), '{}')
        """)
    }
  }

  /// A call of the API by a merchant, the first one where none is named.
  func context(_ caller: MerchantID? = nil) -> RPCContext {
    let context = RPCContext(
      method: MethodDescriptor(service: "test.Test", name: "Test", kind: .unary))
    context.identity = Caller(merchant: caller ?? merchant, principal: "key_test")
    return context
  }

  /// Records a consent given a minute ago, changed as `change` says.
  func consent(
    _ number: String = "+919876500001", _ purposes: [V1.CallPurpose] = [.service],
    basis: V1.Consent.Basis = .explicit, requestID: String = "",
    _ change: (inout V1.Consent) -> Void = { _ in }
  ) async throws -> V1.Consent {
    var consent = V1.Consent.with {
      $0.phoneNumber = number
      $0.basis = basis
      $0.purposes = purposes
      $0.statement = "Yes, call me, says Ravi."
      $0.evidence = "recording 7"
      $0.grantTime = (clock.now - .seconds(60)).timestamp
    }
    change(&consent)
    return try await service.createConsent(
      .with {
        $0.consent = consent
        $0.requestId = requestID
      }, context())
  }

  func withdraw(_ id: String, requestID: String = "") async throws -> V1.Consent {
    try await service.withdrawConsent(
      .with {
        $0.consentId = id
        $0.requestId = requestID
      }, context())
  }

  func suppress(
    _ number: String = "+919876500001", _ reason: String = "opt_out"
  ) async throws -> V1.Suppression {
    try await service.createSuppression(
      .with {
        $0.suppression = .with {
          $0.phoneNumber = number
          $0.reason = reason
        }
      }, context())
  }

  /// The rules that fail when the gate is asked about a call of `purpose`.
  func refusals(
    _ purpose: V1.CallPurpose, to number: String = "+919876500001"
  ) async throws -> [String] {
    agents.purpose.withLock { $0 = purpose }
    let decision = try await service.checkCall(
      .with {
        $0.agentId = agents.id.text
        $0.phoneNumber = number
      }, context())
    return decision.results.filter { $0.outcome == .fail }.map(\.rule)
  }

  /// Data of the merchant's events, in order, with their types.
  func events() async throws -> [(type: String, data: JSONValue)] {
    try await pool.transaction(tenant: .system) { transaction in
      try await transaction.query("SELECT type, data FROM event_outbox ORDER BY position").map {
        (try $0.decode("type"), try JSONValue(parsing: try $0.decode("data", as: [UInt8].self)))
      }
    }
  }

  func audit(subject: String = "") async throws -> [V1.AuditEntry] {
    try await service.listAuditEntries(.with { $0.subject = subject }, context()).entries
  }

  /// The code that a call fails with; nil when it succeeds.
  static func code(_ call: () async throws -> some Any) async -> StatusCode? {
    do {
      _ = try await call()
      return nil
    } catch {
      return (error as? RPCError)?.code
    }
  }
}

/// A wall clock that stands still until it is moved: 2026-11-23, noon in India.
final class TestClock: Sendable {
  private let moment = Mutex(Moment(seconds: 1_795_372_200 + 43_200))

  var now: Moment { moment.withLock { $0 } }

  func advance(days: Int64) { advance(seconds: days * 86_400) }

  func advance(seconds: Int64) { moment.withLock { $0 = $0 + .seconds(seconds) } }
}

/// One object, whole.
private final class SavedObject: ObjectReader {
  private let bytes: Mutex<[UInt8]?>

  init(_ bytes: [UInt8]) { self.bytes = Mutex(bytes) }

  func next() async throws -> [UInt8]? { bytes.withLock { $0.take() } }
}

/// Objects in memory, which a test can lose or change.
final class SavedObjects: ObjectStore {
  let saved = Mutex<[ObjectKey: [UInt8]]>([:])

  func put(_ source: some ObjectSource, key: ObjectKey) async throws {
    let bytes = try source.read(0..<source.count)
    saved.withLock { $0[key] = bytes }
  }

  func open(_ key: ObjectKey) async throws -> any ObjectReader {
    guard let bytes = saved.withLock({ $0[key] }) else {
      throw ObjectError(.notFound, "there is no \(key.text)")
    }
    return SavedObject(bytes)
  }

  func delete(_ key: ObjectKey) async throws { saved.withLock { $0[key] = nil } }
}

extension DeclaredSpan {
  /// A declaration that holds whenever tests look.
  static let always = DeclaredSpan(start: Moment(seconds: 0))
}

extension CallTemplateTerms {
  /// What an agent has to name for calls of a purpose: a template where that needs one.
  static func good(
    for purpose: GateInput.Purpose, sector: MerchantStanding.Sector = .other
  ) -> [CallTemplateTerms?] {
    guard ![.transactional, .service, .serviceExplicit, .recovery].contains(purpose) else {
      return []
    }
    return [
      CallTemplateTerms(
        .promotional, sector: sector, language: "en",
        headers: ["+911400120000"].compactMap { PhoneNumber($0) },
        review: .approved(until: Moment(seconds: 4_000_000_000)))
    ]
  }
}

extension MerchantStanding {
  /// A merchant for whom calls may be placed.
  static let good = MerchantStanding(
    isActive: true, check: .approved(until: Moment(seconds: 4_000_000_000)), hasDLTEntity: true,
    chain: .bound(until: Moment(seconds: 4_000_000_000)), sector: .other)
}

extension DoNotDisturbAnswer {
  /// What was heard a while ago.
  static func test(_ status: DoNotDisturbStatus) -> DoNotDisturbAnswer {
    DoNotDisturbAnswer(status, at: Moment(seconds: 1_795_372_200))
  }
}

/// A register in which nobody is.
struct ClearRegistry: DoNotDisturbRegistry {
  func status(of number: PhoneNumber) async -> DoNotDisturbAnswer { .test(.clear) }
}

/// One agent that everybody has.
final class OneAgent: AgentDirectory {
  /// The number that calls of a purpose go out from; rented by the first merchant.
  static func number(for purpose: Payaid.Voice.V1.CallPurpose) -> String {
    switch purpose {
    case .transactional, .service, .serviceExplicit, .recovery: "+918047120000"
    default: "+911400120000"
    }
  }

  /// What it names where it promotes.
  static let template = CallTemplateID()

  let template = Mutex(OneAgent.template.text)
  let id = AgentID()
  let purpose = Mutex(Payaid.Voice.V1.CallPurpose.service)

  func agent(
    _ id: AgentID, _ choice: AgentChoice, _ transaction: Transaction
  ) async throws -> Payaid.Voice.V1.Agent? {
    guard id == self.id else { return nil }
    let purpose = purpose.withLock { $0 }
    return .with {
      $0.agentId = id.text
      $0.phoneNumber = Self.number(for: purpose)
      $0.purpose = purpose
      $0.language = "en"
      $0.callTemplateIds =
        purpose == .promotional ? [template.withLock { $0 }].filter { !$0.isEmpty } : []
      $0.state = .active
    }
  }

  func agent(answering number: PhoneNumber, _ transaction: Transaction) async throws
    -> (agent: Payaid.Voice.V1.Agent, merchant: MerchantID)?
  { nil }
}
