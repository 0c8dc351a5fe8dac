import Audio
import Buffers
import EventLoop
import Speech
import Synchronization
import TLS
import Testing

@testable import Conversation

/// A carrier in memory: plays at once, echoes marks, and hands what it hears to a closure.
private final class MemoryLeg: CarrierLeg {
  let rate = SampleRate.telephone
  var onEvent: ((CarrierLegEvent) -> Void)?
  var isHungUp = false

  func sendAudio(_ frame: PCMFrame) { onEvent?(.audioSent(frame, padding: 0)) }
  func flushAudio() {}
  func mark(_ name: String) { onEvent?(.mark(name)) }
  func clear() {}
  func hangUp() { isHungUp = true }
}

/// A model in memory: ready at once, answers a text with one second of audio and a tool call.
private final class MemoryModel: RealtimeSession {
  let inputRate = SampleRate.wideband
  var onEvent: ((RealtimeEvent) -> Void)? { didSet { onEvent?(.ready) } }
  let heard: (ModelNote) -> Void

  init(heard: @escaping (ModelNote) -> Void) { self.heard = heard }

  func sendAudio(_ frame: PCMFrame) { heard(.audio(frame)) }
  func sendText(_ text: String) {
    heard(.text(text))
    onEvent?(.toolCalls([ToolCall(id: "t", name: "lookup", arguments: [:])]))
  }
  func sendToolResponses(_ responses: [ToolResponse]) {
    heard(.answers(responses))
    onEvent?(.audio(PCMFrame(samples: [Int16](repeating: 900, count: 24_000), rate: .studio)))
    onEvent?(.outputTranscript("Your balance is fine."))
    onEvent?(.usage(SpeechUsage(live: TokenUsage(prompt: 5, response: 7))))
    onEvent?(.generationComplete)
    onEvent?(.turnComplete)
  }
  func close() { heard(.closed) }
}

private enum ModelNote: Sendable {
  case audio(PCMFrame)
  case text(String)
  case answers([ToolResponse])
  case closed
}

private struct MemoryModelFactory: RealtimeModel {
  let note: @Sendable (ModelNote) -> Void
  var failure: SpeechError?

  func open(_ setup: RealtimeSetup, on loop: EventLoop) async throws -> any RealtimeSession {
    if let failure { throw failure }
    return MemoryModel(heard: note)
  }
}

/// A model that knows some voices: it refuses others when it is opened, or just after.
private struct PickyModelFactory: RealtimeModel {
  let known: Set<String>
  let refusesLate: Bool
  let tried = Notes()

  private final class Refusal: RealtimeSession {
    let inputRate = SampleRate.wideband
    var onEvent: ((RealtimeEvent) -> Void)? {
      didSet { onEvent?(.closed(SpeechError(.configuration, "setup refused"))) }
    }
    func sendAudio(_ frame: PCMFrame) {}
    func sendText(_ text: String) {}
    func sendToolResponses(_ responses: [ToolResponse]) {}
    func close() {}
  }

  func open(_ setup: RealtimeSetup, on loop: EventLoop) async throws -> any RealtimeSession {
    let voice = setup.voice ?? ""
    tried.add(.text(voice))
    if known.contains(voice) { return MemoryModel { _ in } }
    if refusesLate { return Refusal() }
    throw SpeechError(.configuration, "setup refused")
  }
}

private final class Notes: Sendable {
  private let list = Mutex<[ModelNote]>([])
  func add(_ note: ModelNote) { list.withLock { $0.append(note) } }
  var all: [ModelNote] { list.withLock { $0 } }
}

@Suite struct CallSessionTests {
  private let folder = ScratchFolder()

  /// Runs a session on a loop of its own; `drive` acts on the leg, on the loop, once it runs.
  private func report(
    _ model: any RealtimeModel, options: ConversationOptions = ConversationOptions(),
    recording: RecordingSetup? = nil, voices: [String] = [],
    drive: @escaping @Sendable (CallSession, LoopBound<MemoryLeg>) async -> Void
  ) async -> (CallReport, Bool) {
    let loop = EventLoop.start(name: "call")
    var realtime = RealtimeSetup(systemInstruction: "x")
    realtime.voice = voices.first
    realtime.fallbackVoices = Array(voices.dropFirst())
    let setup = CallSetup(
      model: model, realtime: realtime, options: options,
      recording: recording
    ) { call in .output(["tool": .string(call.name)]) }
    let result = await Task(executorPreference: loop) {
      let bound = LoopBound(MemoryLeg(), loop: loop)
      let session = CallSession(leg: LoopBound(bound.value, loop: loop), setup: setup)
      let driver = Task(executorPreference: loop) { await drive(session, bound) }
      let report = await session.run()
      await driver.value
      return (report, bound.value.isHungUp)
    }.value
    await loop.stop()
    return result
  }

  @Test func `a call runs from greeting to hang-up, with a tool, a recording and events`()
    async throws
  {
    let notes = Notes()
    let recording = RecordingSetup(
      recordingID: "rec", path: folder.file("call.spool"), key: [UInt8](repeating: 3, count: 32),
      wrappedKey: [], startedAt: 0)
    let (report, isHungUp) = await report(
      MemoryModelFactory(note: notes.add), recording: recording
    ) { session, leg in
      let events = await session.events()
      leg.value.onEvent?(
        .started(CarrierLegStart(carrierCallID: CarrierCallID(rawValue: "c1"), streamID: "s1")))
      for await event in events {
        if case .transcript = event { break }
      }
      leg.value.onEvent?(
        .audio(PCMFrame(samples: [Int16](repeating: 100, count: 800), rate: .telephone)))
      leg.value.onEvent?(.stopped(.callerHungUp))
    }
    #expect(report.reason == .callerHungUp)
    #expect(report.start?.streamID == "s1")
    #expect(report.transcript.map(\.text) == ["Your balance is fine."])
    #expect(report.latencies.count == 1)
    #expect(report.usage.live == TokenUsage(prompt: 5, response: 7))
    #expect(report.counters.toolCalls == 1)
    #expect(isHungUp)
    let answers = notes.all.compactMap { if case .answers(let list) = $0 { list } else { nil } }
    #expect(answers.flatMap(\.self).map(\.outcome) == [.output(["tool": "lookup"])])
    let frames = notes.all.compactMap { if case .audio(let frame) = $0 { frame } else { nil } }
    #expect(frames.map(\.rate) == [.wideband])
    #expect(frames.first?.samples.count == 1_600)

    let summary = try #require(report.recording)
    #expect(summary.isSealed)
    #expect(summary.droppedSamples == 0)
    let export = try OpenedRecording(
      ScratchFolder.read(summary.path), key: recording.key)
    #expect(export.isComplete)
    #expect(export.duration >= .milliseconds(900))
  }

  @Test func `a model that cannot be opened ends the call`() async {
    let failure = SpeechError(.configuration, "no such model")
    let (report, _) = await report(MemoryModelFactory(note: { _ in }, failure: failure)) { _, _ in }
    #expect(report.reason == .modelFailed("configuration"))
    #expect(report.duration == .zero)
    #expect(report.recording == nil)
  }

  @Test(arguments: [false, true])
  func `a refused voice gives way to the next one`(refusesLate: Bool) async {
    let model = PickyModelFactory(known: ["Kore"], refusesLate: refusesLate)
    let (report, _) = await report(model, voices: ["Alice", "Bob", "Kore", "Puck"]) {
      session, leg in
      let events = await session.events()
      leg.value.onEvent?(
        .started(CarrierLegStart(carrierCallID: CarrierCallID(rawValue: "c1"), streamID: "s1")))
      for await event in events {
        if case .transcript = event { break }
      }
      leg.value.onEvent?(.stopped(.callerHungUp))
    }
    #expect(report.reason == .callerHungUp)
    let tried = model.tried.all.compactMap { if case .text(let voice) = $0 { voice } else { nil } }
    #expect(tried == ["Alice", "Bob", "Kore"])
  }

  @Test(arguments: [false, true])
  func `when every voice is refused, the call ends`(refusesLate: Bool) async {
    let model = PickyModelFactory(known: [], refusesLate: refusesLate)
    let (report, _) = await report(model, voices: ["Alice", "Bob"]) { _, _ in }
    #expect(report.reason == .modelFailed("configuration"))
  }

  @Test func `anybody may end a call`() async {
    let notes = Notes()
    let (report, isHungUp) = await report(MemoryModelFactory(note: notes.add)) { session, _ in
      await session.end("supervisor")
      await session.end("again")
    }
    #expect(report.reason == .requested("supervisor"))
    #expect(isHungUp)
  }
}
