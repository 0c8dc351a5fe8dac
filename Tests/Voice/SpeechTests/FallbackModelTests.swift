import Audio
import Buffers
import EventLoop
import Synchronization
import Testing

@testable import Speech

@Suite struct FallbackModelTests {
  private static let error = SpeechError(.transient, "gone")

  @Test func `a model that fails in a call is followed by another, which is told what was said`()
    async throws
  {
    try await FallbackScene.run { scene in
      scene.first.emit(.ready)
      scene.first.emit(.outputTranscript("Hello. "))
      scene.first.emit(.inputTranscript(Recognition(text: "Where is my order? ")))
      scene.first.emit(.toolCalls([ToolCall(id: "7", name: "look", arguments: [:])]))
      scene.first.emit(.closed(Self.error))
      scene.session.sendAudio(PCMFrame(samples: [1, 2], rate: .wideband))
      let second = await scene.takenOver()
      second.emit(.ready)
      #expect(
        scene.events.dropFirst(4) == [.toolCallsCancelled(["7"]), .reconnected(resumed: true)])
      let said =
        "agent: Hello. \ncaller: Where is my order? \n"
        + "function: look was broken off; it may have been carried out"
      #expect(second.setup.systemInstruction.hasSuffix(said))
      #expect(second.samples == 2)
      let order = "The caller waits for your answer to what was said last. Give it now."
      #expect(second.texts == [order])
      #expect(scene.failures.withLock { $0 } == [Self.error])
      second.emit(.closed(Self.error))
      #expect(scene.events.last == .closed(Self.error))
    }
  }

  @Test func `what the caller says while a lost model is awaited, the second one hears`()
    async throws
  {
    let frame = PCMFrame(samples: [1, 2], rate: .wideband)
    try await FallbackScene.run { scene in
      scene.first.emit(.ready)
      scene.session.sendAudio(frame)
      scene.first.emit(.disconnected)
      scene.session.sendAudio(frame)
      scene.first.emit(.reconnected(resumed: true))
      scene.first.emit(.disconnected)
      scene.session.sendAudio(frame)
      scene.first.emit(.closed(Self.error))
      scene.session.sendAudio(frame)
      let second = await scene.takenOver()
      #expect(scene.first.samples == 6 && second.samples == 4)
    }
  }

  @Test func `what was asked for and not heard is asked of the second`() async throws {
    try await FallbackScene.run { scene in
      scene.session.sendText("Greet the caller now.")
      scene.first.emit(.closed(Self.error))
      let second = await scene.takenOver()
      second.emit(.ready)
      #expect(second.texts == ["Greet the caller now."])
      #expect(second.setup.systemInstruction == "You sell tea.")
      #expect(scene.events == [.ready])
    }
  }

  @Test func `a refusal is told where another voice is to be tried`() async throws {
    let refusal = SpeechError(.permanent, "no such voice")
    try await FallbackScene.run({ $0.fallbackVoices = ["Kore"] }) { scene in
      scene.first.emit(.closed(refusal))
      #expect(scene.events == [.closed(refusal)])
    }
  }

  @Test func `a call that is closed stays closed`() async throws {
    try await FallbackScene.run { scene in
      scene.session.close()
      scene.first.emit(.closed(Self.error))
      #expect(scene.events == [.closed(Self.error)])
      #expect(scene.failures.withLock { $0.isEmpty })
    }
  }

  @Test func `a model that cannot even be opened is passed over`() async throws {
    try await FallbackScene.run(firstOpens: Self.error) { scene in
      scene.first.emit(.ready)
      #expect(scene.events == [.ready])
      #expect(scene.failures.withLock { $0 } == [Self.error])
    }
  }
}

/// A call with two scripted models, on a loop of its own. Loop-confined.
private final class FallbackScene {
  let session: any RealtimeSession
  let failures: Failures
  private(set) var events: [RealtimeEvent] = []
  private let models: [ScriptedModel]

  /// Of the first model that could be opened.
  var first: ScriptedSession { models.lazy.compactMap(\.session).first! }

  private init(_ session: any RealtimeSession, _ models: [ScriptedModel], _ failures: Failures) {
    self.session = session
    self.models = models
    self.failures = failures
    session.onEvent = { [unowned self] in events.append($0) }
  }

  static func run(
    _ change: @Sendable @escaping (inout RealtimeSetup) -> Void = { _ in },
    firstOpens failure: SpeechError? = nil,
    _ body: @Sendable @escaping (FallbackScene) async throws -> Void
  ) async throws {
    let loop = EventLoop.start(name: "fallback")
    try await Task(executorPreference: loop) {
      var setup = RealtimeSetup(systemInstruction: "You sell tea.")
      change(&setup)
      let failures = Failures()
      let models = [ScriptedModel(loop, failure), ScriptedModel(loop, nil)]
      let model = FallbackModel(models[0], then: models[1]) { error in
        failures.withLock { $0.append(error) }
      }
      try await body(FallbackScene(try await model.open(setup, on: loop), models, failures))
    }.value
    await loop.stop()
  }

  /// Waits for the second model's session.
  func takenOver() async -> ScriptedSession {
    while models[1].session == nil { await Task.yield() }
    // The session is used in the same turn of the loop in which it was opened, or the next.
    await Task.yield()
    return models[1].session!
  }
}

private final class Failures: Sendable {
  private let errors = Mutex<[SpeechError]>([])

  func withLock<Result: Sendable>(_ body: (inout [SpeechError]) -> sending Result) -> Result {
    errors.withLock { body(&$0) }
  }
}

/// A model whose sessions do what a test says.
private struct ScriptedModel: RealtimeModel {
  final class Box {
    var session: ScriptedSession?
  }

  private let failure: SpeechError?
  private let box: LoopBound<Box>

  init(_ loop: EventLoop, _ failure: SpeechError?) {
    self.failure = failure
    box = LoopBound(Box(), loop: loop)
  }

  var session: ScriptedSession? { box.value.session }

  func open(_ setup: RealtimeSetup, on loop: EventLoop) async throws -> any RealtimeSession {
    if let failure { throw failure }
    let session = ScriptedSession(setup)
    box.value.session = session
    return session
  }
}

private final class ScriptedSession: RealtimeSession {
  let inputRate = SampleRate.wideband
  var onEvent: ((RealtimeEvent) -> Void)?
  let setup: RealtimeSetup
  private(set) var texts: [String] = []
  private(set) var samples = 0

  init(_ setup: RealtimeSetup) { self.setup = setup }

  func sendAudio(_ frame: PCMFrame) { samples += frame.samples.count }
  func sendText(_ text: String) { texts.append(text) }
  func sendToolResponses(_ responses: [ToolResponse]) {}
  func close() {}
  func emit(_ event: RealtimeEvent) { onEvent?(event) }
}
