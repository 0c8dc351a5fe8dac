internal import Conversation
internal import Domain
internal import Postgres
import Testing
internal import VoiceAPI

@testable internal import Calls

@Suite struct CallTranscriptTests {
  /// What was said, as the API tells it when the call has ended.
  private func stored(_ transcript: [TranscriptEntry]) async throws -> Payaid.Voice.V1.Call {
    let ending = try await EndingScene.make()
    let call = try await ending.talk()
    await ending.finisher.finish(call, ending.hungUp(transcript: transcript), on: ending.loop)
    var found = Payaid.Voice.V1.Call()
    try await ending.system { try await CallMetadataStore.fill(&found, call.id, $0) }
    await ending.scene.pool.close()
    return found
  }

  private func line(
    _ speaker: Speaker, _ text: String, _ confidence: Double? = nil, _ language: String? = nil
  ) -> TranscriptEntry {
    TranscriptEntry(
      turn: 1, speaker: speaker, text: text, startedAt: .zero, endedAt: .seconds(1),
      confidence: confidence, languageCode: language)
  }

  @Test func `how sure the recogniser was is kept with each line, and over the call`() async throws
  {
    let call = try await stored([
      line(.agent, "Hello."), line(.caller, "haan", 0.91, "hi-IN"), line(.caller, "yes\0", 1, "EN"),
      line(.caller, "hm"), line(.caller, "nine", 1e-30, "en-IN"),
    ])
    #expect(call.transcript.map(\.confidence) == [nil, 0.91, 1, nil, 1e-30])
    #expect(call.transcript.map(\.language) == ["", "hi", "en", "", "en"])
    let mean = try #require(call.quality?.recognitionConfidence)
    #expect(abs(mean - (0.91 * 4 + 4) / 12) < 0.001)
  }

  @Test func `where nothing says how sure it was, nothing is told`() async throws {
    let call = try await stored([line(.agent, "Hello."), line(.caller, "haan")])
    #expect(call.transcript.map(\.confidence) == [nil, nil])
    #expect(call.quality != nil && call.quality?.recognitionConfidence == nil)
  }
}
