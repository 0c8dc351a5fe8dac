import Audio
import Buffers
import Speech
import Testing

@testable import Vendors

@Suite struct GoogleSpeechTests {
  private static let utterance = PCMFrame(samples: [1, -2, 300], rate: .telephone)

  private func recognizer(_ script: ScriptedHTTP) -> GoogleSpeechRecognizer {
    GoogleSpeechRecognizer(
      settings: { GoogleSpeechSettings(apiKey: "secret", baseURL: "http://127.0.0.1:1/") },
      http: script.http)
  }

  /// An answer with one result.
  private static func heard(
    _ text: String, _ confidence: String, _ language: String = "hi-in"
  ) -> ScriptedHTTP.Answer {
    .response(
      200,
      """
      {"results":[{"alternatives":[{"transcript":"\(text)","confidence":\(confidence)}],
        "resultEndTime":"3.210s","languageCode":"\(language)"}],
       "totalBilledTime":"15s","requestId":"4567890123456789"}
      """)
  }

  private static let nothing = ScriptedHTTP.Answer.response(200, #"{"totalBilledTime":"0s"}"#)

  @Test func `an utterance is sent as the sheet says, with the key in a header only`() async throws
  {
    let script = ScriptedHTTP([Self.heard("नमस्ते", "0.91")])
    _ = try await recognizer(script).recognize(Self.utterance, languages: ["hi-IN", "en-IN"])
    let sent = try #require(script.requests.first)
    #expect(sent.method == "POST")
    #expect(sent.url == "http://127.0.0.1:1/v1/speech:recognize")
    #expect(sent.headers.contains { $0 == ("x-goog-api-key", "secret") })
    #expect(sent.timeout == .seconds(4))
    let wanted: JSONValue = [
      "config": [
        "encoding": "LINEAR16", "sampleRateHertz": 8_000, "audioChannelCount": 1,
        "languageCode": "hi-IN", "alternativeLanguageCodes": ["en-IN"], "model": "latest_long",
        "enableAutomaticPunctuation": true,
      ],
      "audio": ["content": "AQD+/ywB"],
    ]
    #expect(try JSONValue(parsing: sent.body) == wanted)
  }

  @Test func `one language has no alternatives, and of many only three are told`() async throws {
    let script = ScriptedHTTP([Self.heard("so", "0.9"), Self.heard("so", "0.9")])
    let model = recognizer(script)
    _ = try await model.recognize(Self.utterance, languages: ["en-IN"])
    _ = try await model.recognize(Self.utterance, languages: ["hi-IN", "a", "b", "c", "d"])
    let configs = try script.requests.map { try JSONValue(parsing: $0.body)["config"] }
    #expect(configs[0]?["alternativeLanguageCodes"] == nil)
    #expect(configs[1]?["alternativeLanguageCodes"] == ["a", "b", "c"])
  }

  @Test func `results are joined, and their language is written as it was asked for`() async throws
  {
    let body = """
      {"results":[
        {"alternatives":[{"transcript":"my name is","confidence":0.9},{"transcript":"worse"}],
         "languageCode":"en-in"},
        {"alternatives":[]}, {},
        {"alternatives":[{"transcript":" Rahul  Rao. ","confidence":0.7}],"languageCode":"hi-in"},
        {"alternatives":[{"transcript":"  "}]}]}
      """
    let recognition = try await recognizer(ScriptedHTTP([.response(200, body)])).recognize(
      Self.utterance, languages: ["hi-IN", "en-IN"])
    #expect(recognition?.text == "my name is Rahul Rao.")
    #expect(recognition?.languageCode == "en-IN")
    #expect(recognition.map { abs(($0.confidence ?? 0) - 0.8) < 0.001 } == true)
  }

  @Test(arguments: [
    ("0.91", 0.91), ("1", 1), ("0", nil), ("0.0", nil), ("-1", nil), ("7", nil), ("1e-60", nil),
    ("1e999", nil),
    ("\"NaN\"", nil), ("null", nil), ("[]", nil),
  ])
  func `a confidence that is none is not told`(written: String, confidence: Double?) async throws {
    let script = ScriptedHTTP([Self.heard("हाँ", written)])
    let recognition = try await recognizer(script).recognize(Self.utterance, languages: ["hi-IN"])
    #expect(
      recognition == Recognition(text: "हाँ", confidence: confidence, languageCode: "hi-IN"))
  }

  @Test(arguments: [
    (#""hi-in""#, ["hi-IN", "en-IN"], "hi-IN"), (#""EN-in""#, ["hi-IN", "en-IN"], "en-IN"),
    (#""ta-in""#, ["hi-IN", "en-IN"], nil), ("7", ["hi-IN", "en-IN"], nil),
    ("null", ["hi-IN"], "hi-IN"),
  ])
  func `a language is told when it is known`(
    written: String, asked: [String], language: String?
  ) async throws {
    let body =
      #"{"results":[{"alternatives":[{"transcript":"so","confidence":0.9}],"languageCode":\#(written)}]}"#
    let recognition = try await recognizer(ScriptedHTTP([.response(200, body)])).recognize(
      Self.utterance, languages: asked)
    #expect(recognition == Recognition(text: "so", confidence: 0.9, languageCode: language))
  }

  @Test(arguments: [
    "{}", #"{"results":[]}"#, #"{"results":null}"#, #"{"results":[{"alternatives":[{}]}]}"#,
    #"{"results":[{"alternatives":[{"transcript":""}]}]}"#, #"{"results":"none"}"#,
  ])
  func `nothing said is no error`(body: String) async throws {
    let script = ScriptedHTTP([.response(200, body)])
    #expect(
      try await recognizer(script).recognize(Self.utterance, languages: ["hi-IN"]) == nil)
    #expect(script.requests.count == 1)
  }

  @Test(arguments: [
    (0.0, "0.9"),  // 0 stands for an answer without a result.
    (0.4, "0.6"), (0.4, "0"),
  ])
  func `what is not understood in Hindi is asked for once more in English`(
    first: Double, second: String
  ) async throws {
    let script = ScriptedHTTP([
      first == 0 ? Self.nothing : Self.heard("क्या", "\(first)"),
      Self.heard("yes please", second, "en-in"),
    ])
    let recognition = try await recognizer(script).recognize(
      Self.utterance, languages: ["hi-IN", "en-IN"])
    #expect(recognition?.text == "yes please")
    #expect(recognition?.languageCode == "en-IN")
    let config = try JSONValue(parsing: script.requests[1].body)["config"]
    #expect(config?["languageCode"] == "en-IN")
    #expect(config?["alternativeLanguageCodes"] == nil)
    #expect(script.requests[1].timeout == .seconds(2))
    #expect(script.requests.count == 2)
  }

  @Test(arguments: [
    heard("worse", "0.3", "en-in"), heard("same", "0.4", "en-in"), nothing, .response(503, ""),
    .response(200, "<html>"), .failure(.unclear("time out")),
  ])
  func `the first answer stays when English is no better`(second: ScriptedHTTP.Answer) async throws
  {
    let script = ScriptedHTTP([Self.heard("क्या", "0.4"), second])
    let recognition = try await recognizer(script).recognize(
      Self.utterance, languages: ["hi-IN", "en-IN"])
    #expect(recognition == Recognition(text: "क्या", confidence: 0.4, languageCode: "hi-IN"))
    #expect(script.requests.count == 2)
  }

  @Test(arguments: [
    (["en-IN"], heard("so", "0.2")), (["en-US", "en-IN"], heard("so", "0.2")),
    (["hi-IN"], nothing), (["hi-IN", "en-IN"], heard("so", "0.5")),
    (["hi-IN", "en-IN"], heard("so", "0")),
  ])
  func `English is not asked for when it was, is not spoken, or there is no doubt`(
    languages: [String], answer: ScriptedHTTP.Answer
  ) async throws {
    let script = ScriptedHTTP([answer])
    _ = try await recognizer(script).recognize(Self.utterance, languages: languages)
    #expect(script.requests.count == 1)
  }

  @Test(arguments: [
    (440_001, 8_000, ["hi-IN"]), (1, 7_999, ["hi-IN"]), (1, 96_000, ["hi-IN"]), (1, 8_000, []),
  ])
  func `what Google would refuse is not sent`(samples: Int, hertz: Int, languages: [String])
    async throws
  {
    let utterance = PCMFrame(
      samples: Array(repeating: 0, count: samples), rate: SampleRate(hertz: hertz))
    let script = ScriptedHTTP([])
    let error = await #expect(throws: SpeechError.self) {
      try await recognizer(script).recognize(utterance, languages: languages)
    }
    #expect(error?.kind == .permanent)
    #expect(script.requests.isEmpty)
  }

  @Test func `an utterance may be as long as is said, and an empty one is nothing`() async throws {
    let script = ScriptedHTTP([Self.heard("so", "0.9")])
    let model = recognizer(script)
    #expect(model.longestUtterance == .seconds(55))
    let long = PCMFrame(samples: Array(repeating: 0, count: 440_000), rate: .telephone)
    #expect(try await model.recognize(long, languages: ["hi-IN"])?.text == "so")
    let empty = PCMFrame(samples: [], rate: .telephone)
    #expect(try await model.recognize(empty, languages: ["hi-IN"]) == nil)
    #expect(script.requests.count == 1)
  }

  @Test(arguments: [
    (200, "<html>", SpeechError.Kind.transient), (200, #"["not an object"]"#, .transient),
    (200, String(repeating: "[", count: 100_000), .transient),
    (200, #"{"results":"# + String(repeating: #"{"a":"#, count: 5_000), .transient),
    (
      400, #"{"error":{"status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}"#,
      .configuration
    ),
    (400, #"{"error":{"status":"INVALID_ARGUMENT","message":"some words"}}"#, .permanent),
    (401, "", .configuration), (403, "", .configuration), (413, "", .permanent), (429, "", .quota),
    (500, "", .transient), (503, "[]", .transient), (504, "", .transient),
  ])
  func `an error says what can be done about it and quotes nobody`(
    status: Int, body: String, kind: SpeechError.Kind
  ) async throws {
    let script = ScriptedHTTP([.response(status, body)])
    let error = await #expect(throws: SpeechError.self) {
      try await recognizer(script).recognize(Self.utterance, languages: ["hi-IN", "en-IN"])
    }
    #expect(error?.kind == kind)
    #expect(error?.message.contains("secret") == false)
    #expect(error?.message.contains("some words") == false)
    #expect(script.requests.count == 1)
  }

  @Test func `cancelling is no failure of the recogniser's`() async throws {
    let script = ScriptedHTTP([.endless([])])
    let model = recognizer(script)
    let task = Task { try await model.recognize(Self.utterance, languages: ["hi-IN", "en-IN"]) }
    while script.requests.isEmpty { await Task.yield() }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(script.requests.count == 1)
  }
}
