internal import Agents
internal import Buffers
internal import Compliance
internal import Domain
internal import Postgres
internal import Protobuf
internal import RPCCore
internal import ScratchPostgres
import Testing
internal import VoiceAPI
internal import Webhooks

@testable internal import Calls

/// Calls that have ended, and all that it takes to erase their person.
struct ErasureScene {
  typealias V1 = Payaid.Voice.V1

  /// Whose calls `Scene.call()` are.
  static let number = "+919876543210"

  /// The present, as long as no law keeps every call for a year: from 13 May 2027 on rule 8(3) of the DPDP Rules does.
  static var now: Moment {
    min(WallClock.now, IndianTime.midnight(2027, 5, 1))
  }

  let ending: EndingScene
  var scene: Scene { ending.scene }

  static func make() async throws -> ErasureScene {
    ErasureScene(ending: try await EndingScene.make())
  }

  private init(ending: EndingScene) { self.ending = ending }

  var compliance: ComplianceService {
    ComplianceService(
      pool: scene.pool, tokens: PageTokens(key: [UInt8](repeating: 7, count: 32)),
      agents: StoredAgents(),
      gate: StoredGate(
        registry: SilentRegistry(), numbers: .test(), telemarketer: PostgresPool.telemarketer),
      signer: AuditSigner(
        pool: scene.pool, objects: ending.store,
        keys: PurposeKeys(only: [UInt8](repeating: 5, count: 32))),
      forms: ConsentLinks(
        seal: try! DataSeal(key: [UInt8](repeating: 9, count: 32)), base: { "https://voice" }),
      numbers: .test(), now: { Self.now })
  }

  func eraser(ahead: Duration = .zero) -> Eraser {
    Eraser(
      pool: scene.pool, numbers: .test(), calls: CallErasure(recordings: ending.recordings),
      messages: MessageErasure(), now: { Self.now + ahead })
  }

  func ask(
    _ number: String = number, _ change: (inout V1.CreateErasureRequest) -> Void = { _ in }
  ) async throws -> ErasureID {
    var request = V1.CreateErasureRequest.with { $0.phoneNumber = number }
    change(&request)
    let erasure = try await compliance.createErasure(request, ending.context())
    return try #require(ErasureID(erasure.erasureId))
  }

  func erasure(_ id: ErasureID) async throws -> V1.Erasure {
    try await compliance.getErasure(.with { $0.erasureId = id.text }, ending.context())
  }

  /// Asks for a number's erasure and carries it out; as it then is.
  @discardableResult
  func erase(_ number: String = number) async throws -> V1.Erasure {
    let id = try await ask(number)
    #expect(try await eraser().run(id) == nil)
    return try await erasure(id)
  }

  func call(_ id: CallID) async throws -> V1.Call {
    try await ending.service().getCall(.with { $0.callId = id.text }, ending.context())
  }

  /// A call with something in every place, that ended.
  func talkative(to number: String = number) async throws -> CallRecord {
    let call = try await ending.ended()
    try await ending.system { transaction in
      try await transaction.execute(
        """
        UPDATE calls SET phone_number = \(number), carrier_id = \("sid-\(call.id)")
        WHERE call_id = \(call.id.text)
        """)
      try await transaction.execute(
        """
        UPDATE call_metadata SET variables = '{"name": "Ravi"}', metadata = '{"order": "Ravi 1"}',
          webhook_url = 'https://shop.example.in/ravi', sentiment = 'negative',
          analysis = '{"summary": "Ravi is angry."}', actions_executed = '[{"tool": "f"}]'
        WHERE call_id = \(call.id.text)
        """)
      try await CallEventStore.append(
        .transcript(.with { $0.text = "I am Ravi." }), to: call, transaction)
      try await CallNews.tell(.callRecordingReady, of: call, transaction)
      try await transaction.execute(
        """
        INSERT INTO webhook_messages (message_id, merchant_id, type, subject, time, body)
        VALUES (\(MessageID().text), \(call.merchant.text), 'call.completed', \(call.id.text), now(),
          '{"metadata": "Ravi"}')
        """)
    }
    return call
  }

  /// The tables that have a text in some row, as text or as bytes.
  func occurrences(of text: String) async throws -> Set<String> {
    try await ending.system { transaction in
      var found: Set<String> = []
      let hex = Hex.encode(Array(text.utf8))
      for table in try await transaction.query(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
      {
        let name: String = try table.decode("table_name")
        let rows = try await transaction.query(
          """
          SELECT 1 AS one FROM \(unsafeSQL: name) AS row WHERE row::text LIKE \("%\(text)%")
            OR row::text LIKE \("%\(hex)%") LIMIT 1
          """)
        if !rows.isEmpty { found.insert(name) }
      }
      return found
    }
  }
}
