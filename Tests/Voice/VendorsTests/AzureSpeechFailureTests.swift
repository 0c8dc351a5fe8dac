import Audio
import Speech
import Testing

@testable import Vendors

@Suite struct AzureSpeechFailureTests {
  private static let sound = ScriptedHTTP.Answer.pieces(200, [[1, 0]])
  /// A text of two requests.
  private static let long = String(repeating: "Yes we can. ", count: 120)

  private func say(
    _ script: ScriptedHTTP, _ text: String = "Yes.", voice: String? = nil
  ) async throws -> (samples: [Int16], error: SpeechError?) {
    let heard = HeardSound()
    let model = AzureSpeechVoice(
      settings: { AzureSpeechSettings(apiKey: "secret", baseURL: "http://127.0.0.1:1") },
      http: script.http)
    let words = SpokenText(text: text, languageCode: "en-IN", voice: voice)
    do {
      try await model.speak(words) { heard.note($0) }
      return (heard.samples, nil)
    } catch let error as SpeechError {
      return (heard.samples, error)
    }
  }

  @Test(arguments: [429, 502, 503, 504])
  func `a busy service is asked twice more`(status: Int) async throws {
    let busy = ScriptedHTTP.Answer.response(status, "")
    let patient = ScriptedHTTP([busy, busy, Self.sound])
    let result = try await say(patient)
    #expect(result.samples == [1])
    #expect(result.error == nil)
    #expect(patient.slept == [.milliseconds(250), .milliseconds(500)])

    let hopeless = ScriptedHTTP([busy, busy, busy, Self.sound])
    #expect(try await say(hopeless).error?.kind == (status == 429 ? .quota : .transient))
    #expect(hopeless.requests.count == 3)
  }

  @Test(arguments: [
    (400, SpeechError.Kind.permanent), (401, .configuration), (403, .configuration),
    (404, .configuration), (415, .permanent), (302, .permanent), (499, .transient),
    (500, .transient),
  ])
  func `another failure is told at once, its body neither played nor quoted`(
    status: Int, kind: SpeechError.Kind
  ) async throws {
    let script = ScriptedHTTP([.pieces(status, [Array("{\"text\":\"Yes.\"}".utf8)]), Self.sound])
    let (samples, error) = try await say(script)
    #expect(samples.isEmpty)
    #expect(error?.kind == kind)
    #expect(error?.message.contains("Yes") == false)
    #expect(error?.message.contains("secret") == false)
    #expect(script.requests.count == 1)
  }

  @Test(arguments: [[], [[]], [[7]]] as [[[UInt8]]])
  func `a success without a sample is none`(pieces: [[UInt8]]) async throws {
    let (samples, error) = try await say(ScriptedHTTP([.pieces(200, pieces)]))
    #expect(samples.isEmpty)
    #expect(error?.kind == .transient)
  }

  @Test(arguments: [VendorHTTPFailure.notSent("refused"), .unclear("time out")])
  func `what came before a broken connection is good`(failure: VendorHTTPFailure) async throws {
    let script = ScriptedHTTP([.pieces(200, [[1, 0, 2]], then: failure), Self.sound])
    let (samples, error) = try await say(script)
    #expect(samples == [1])
    #expect(error?.kind == .transient)
    #expect(script.requests.count == 1)
  }

  @Test func `a voice that the region has not is the language's own, from the first word on`()
    async throws
  {
    let script = ScriptedHTTP([.response(400, ""), Self.sound, Self.sound])
    let (samples, error) = try await say(script, Self.long, voice: "en-IN-NobodyNeural")
    #expect(error == nil)
    #expect(samples == [1, 1])
    let voices = script.requests.map {
      String(decoding: $0.body, as: UTF8.self).contains("en-IN-NeerjaNeural")
    }
    #expect(voices == [false, true, true])
  }

  @Test func `a voice does not change in the middle of a text`() async throws {
    let script = ScriptedHTTP([Self.sound, .response(400, ""), Self.sound])
    let (samples, error) = try await say(script, Self.long, voice: "en-IN-PrabhatNeural")
    #expect(samples == [1])
    #expect(error?.kind == .permanent)
    #expect(script.requests.count == 2)
  }

  @Test func `the language's own voice is not tried twice`() async throws {
    let script = ScriptedHTTP([.response(400, ""), Self.sound])
    #expect(try await say(script, voice: "en-IN-NeerjaNeural").error?.kind == .permanent)
    #expect(script.requests.count == 1)
  }

  @Test func `a text that fails in its middle is not begun again`() async throws {
    let script = ScriptedHTTP([Self.sound, .response(503, ""), .pieces(200, [[2, 0]])])
    let (samples, error) = try await say(script, Self.long)
    #expect(error == nil)
    #expect(samples == [1, 2])
    let bodies = script.requests.map(\.body)
    #expect(bodies.count == 3 && bodies[1] == bodies[2] && bodies[0] != bodies[1])
  }
}
