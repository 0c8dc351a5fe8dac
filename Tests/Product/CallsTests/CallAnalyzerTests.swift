internal import Domain
internal import Jobs
internal import Postgres
internal import Protobuf
internal import Speech
internal import Synchronization
import Testing
internal import VoiceAPI

@testable internal import Calls

/// Answers in order, then always with the last one.
private final class ScriptedModel: TextModel {
  private let answers: [Result<String, SpeechError>]
  private let count = Mutex(0)

  init(_ answers: Result<String, SpeechError>...) { self.answers = answers }

  var asked: Int { count.withLock { $0 } }

  func answer(_ request: TextRequest) async throws -> TextAnswer {
    let number = count.withLock { count in
      count += 1
      return count
    }
    return TextAnswer(
      text: try answers[min(number, answers.count) - 1].get(), model: "model-1",
      usage: TokenUsage(prompt: 1_000, response: 100))
  }
}

@Suite struct CallAnalyzerTests {
  private static let found = """
    {"summary":"An order is late.","sentiment":"negative","sentiment_score":-0.5,
     "action_items":["Call back."]}
    """

  /// A call that is over, in which `lines` were said by the caller.
  private static func ended(_ scene: Scene, lines: String...) async throws -> CallID {
    let call = try await scene.insert(scene.call())
    try await scene.pool.transaction(tenant: .system) { transaction in
      try await CallMetadataStore.finish(
        call.id,
        transcript: lines.map { line in
          .with {
            $0.speaker = .caller
            $0.text = line
          }
        }, quality: nil, transaction)
      try await CallStore.move(call.id, to: .inProgress, transaction)
      try await CallStore.move(call.id, to: .completed, transaction)
    }
    return call.id
  }

  private static func analyzer(_ scene: Scene, _ model: ScriptedModel) -> CallAnalyzer {
    CallAnalyzer(pool: scene.pool, model: model, pricing: Pricing())
  }

  private static func call(_ id: CallID, _ scene: Scene) async throws -> Payaid.Voice.V1.Call {
    try await scene.pool.transaction(tenant: .merchant(scene.merchant.text)) { transaction in
      var call = try #require(try await CallStore.find(id, transaction)).proto
      try await CallMetadataStore.fill(&call, id, transaction)
      return call
    }
  }

  private static func news(_ id: CallID, _ scene: Scene) async throws -> [String] {
    try await scene.pool.transaction(tenant: .system) { transaction in
      try await transaction.query(
        """
        SELECT convert_from(data, 'UTF8') AS data FROM event_outbox
        WHERE subject = \(id.text) AND type = 'call.analysis.ready'
        """
      ).map { try $0.decode("data") }
    }
  }

  @Test func `findings, price and news are kept together, once`() async throws {
    let scene = try await Scene.make()
    let id = try await Self.ended(scene, lines: "Where is my order? Shameful!")
    let before = try await Self.call(id, scene)
    let model = ScriptedModel(.success(Self.found))
    let analyzer = Self.analyzer(scene, model)
    try await analyzer.analyze(id)
    try await analyzer.analyze(id)
    #expect(model.asked == 1)
    let call = try await Self.call(id, scene)
    #expect(call.sentiment == .negative)
    #expect(call.analysis?.summary == "An order is late.")
    #expect(call.analysis?.sentimentScore == -0.5)
    #expect(call.analysis?.actionItems == ["Call back."])
    #expect(call.analysis?.model == "model-1")
    #expect(call.analysis?.analyzeTime != nil)
    #expect(call.etag != before.etag)
    #expect(call.cost?.model == Pricing().text(TokenUsage(prompt: 1_000, response: 100)).money)
    let news = try await Self.news(id, scene)
    #expect(news.count == 1)
    #expect(news[0].contains(#""sentiment":"negative","sentiment_score":-0.5"#))
    #expect(!news[0].contains("order"))
    await scene.pool.close()
  }

  @Test func `two at the same call keep one analysis`() async throws {
    let scene = try await Scene.make()
    let id = try await Self.ended(scene, lines: "Hello.")
    let analyzer = Self.analyzer(scene, ScriptedModel(.success(Self.found)))
    try await withThrowingTaskGroup { group in
      for _ in 0..<4 { group.addTask { try await analyzer.analyze(id) } }
      try await group.waitForAll()
    }
    #expect(try await Self.news(id, scene).count == 1)
    await scene.pool.close()
  }

  @Test func `nobody is asked about a call without a caller's words, or about none`() async throws {
    let scene = try await Scene.make()
    let model = ScriptedModel(.success(Self.found))
    let analyzer = Self.analyzer(scene, model)
    try await analyzer.analyze(try await Self.ended(scene))
    try await analyzer.analyze(CallID())
    #expect(model.asked == 0)
    await scene.pool.close()
  }

  @Test func `a failure leaves nothing behind`() async throws {
    let scene = try await Scene.make()
    let id = try await Self.ended(scene, lines: "Hello.")
    let analyzer = Self.analyzer(
      scene,
      ScriptedModel(
        .failure(SpeechError(.transient, "down")), .success("no JSON"), .success(Self.found)))
    for _ in 0..<2 {
      await #expect(throws: SpeechError.self) { try await analyzer.analyze(id) }
      #expect(try await Self.call(id, scene).analysis == nil)
      #expect(try await Self.news(id, scene).isEmpty)
    }
    try await analyzer.analyze(id)
    #expect(try await Self.call(id, scene).analysis != nil)
    await scene.pool.close()
  }
}
