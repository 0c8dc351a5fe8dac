import Audio
import Buffers
import Speech
import Testing

@testable import Vendors

@Suite struct GeminiLiveMessageTests {
  private func setup(
    _ model: String, handle: String? = nil, _ change: (inout RealtimeSetup) -> Void = { _ in }
  ) throws -> JSONValue {
    var setup = RealtimeSetup(systemInstruction: "You are \"Asha\".")
    setup.voice = "Kore"
    setup.tools = [
      ToolDeclaration(
        name: "get_status", summary: "Looks up.", parametersJSONSchema: #"{"type":"object"}"#)
    ]
    change(&setup)
    let requests = GeminiLiveRequests(setup: setup, defaultModel: model)
    return try #require(try JSONValue(parsing: requests.setupMessage(resuming: handle))["setup"])
  }

  @Test(arguments: [
    ("gemini-3.8-live", "BLOCKING", "null"), ("gemini-3.1-flash-live-preview", "", "thinkingLevel"),
    ("gemini-2.5-flash-native-audio-latest", "BLOCKING", "thinkingBudget"),
  ])
  func `setup sends only what the generation takes`(
    model: String, behavior: String, thinking: String
  ) throws {
    let setup = try setup(model)
    #expect(setup["model"]?.stringValue == "models/\(model)")
    let config = try #require(setup["generationConfig"])
    #expect(config["responseModalities"] == ["AUDIO"])
    #expect((config["thinkingConfig"]?.objectValue?.keys.first ?? "null") == thinking)
    let tool = try #require(setup["tools"]?[0]?["functionDeclarations"]?[0])
    #expect((tool["behavior"]?.stringValue ?? "") == behavior)
    #expect(tool["parametersJsonSchema"] == ["type": "object"])
    #expect(setup["sessionResumption"]?.objectValue?.count == 0)
    for absent in ["proactivity", "historyConfig"] { #expect(setup[absent] == nil) }
    #expect(config["enableAffectiveDialog"] == nil)
  }

  @Test func `turn-taking is written as the sheet says`() throws {
    let usual = try setup("gemini-3.8-live")["realtimeInputConfig"]
    #expect(usual?["activityHandling"] == "START_OF_ACTIVITY_INTERRUPTS")
    let detection = usual?["automaticActivityDetection"]
    #expect(detection?["startOfSpeechSensitivity"] == "START_SENSITIVITY_HIGH")
    #expect(detection?["prefixPaddingMs"] == 60 && detection?["silenceDurationMs"] == 500)
    let patient = try setup("gemini-3.8-live") {
      $0.isSensitive = false
      $0.isInterruptible = false
      $0.startOfSpeech = .milliseconds(200)
      $0.endOfSpeechSilence = .milliseconds(1_200)
    }["realtimeInputConfig"]
    #expect(patient?["activityHandling"] == "NO_INTERRUPTION")
    let slow = patient?["automaticActivityDetection"]
    #expect(slow?["startOfSpeechSensitivity"] == "START_SENSITIVITY_LOW")
    #expect(slow?["prefixPaddingMs"] == 200 && slow?["silenceDurationMs"] == 1_200)
  }

  @Test func `a handle resumes`() throws {
    #expect(try setup("gemini-3.8-live", handle: "h1")["sessionResumption"] == ["handle": "h1"])
  }

  @Test func `audio and tool answers are written as the sheet says`() throws {
    let audio = GeminiLiveRequests.audio([1, -1], rate: .wideband)
    #expect(
      String(decoding: audio, as: UTF8.self)
        == #"{"realtimeInput":{"audio":{"mimeType":"audio/pcm;rate=16000","data":"AQD//w=="}}}"#)
    let answers = GeminiLiveRequests.toolResponses([
      ToolResponse(id: "f1", name: "n", outcome: .output(["amount": 1200])),
      ToolResponse(id: "f2", name: "n", outcome: .failure(reason: "late", retryable: true)),
    ])
    #expect(
      String(decoding: answers, as: UTF8.self)
        == #"{"toolResponse":{"functionResponses":[{"id":"f1","name":"n","response":{"output":{"amount":1200}}},{"id":"f2","name":"n","response":{"error":{"reason":"late","retryable":true}}}]}}"#
    )
  }

  private static func audio(_ samples: [Int16], _ rate: Int = 24_000) -> RealtimeEvent {
    .audio(PCMFrame(samples: samples, rate: SampleRate(hertz: rate)))
  }

  static let messages: [(String, [GeminiLiveEvent])] = [
    (#"{"setupComplete":{}}"#, [.setupComplete]),
    (#"{"setupComplete":{"sessionId":"x"},"new":1}"#, [.setupComplete]),
    (
      #"{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"mimeType":"audio/pcm;rate=24000","data":"AQACAA=="}},{"text":"hmm","thought":true},{"inlineData":{"mimeType":"audio/pcm; rate=16000","data":"AwA="}}]}}}"#,
      [.speech(audio([1, 2])), .speech(audio([3], 16_000))]
    ),
    (
      #"{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"mimeType":"audio/pcm;rate=24001","data":"AQA="}},{"inlineData":{"mimeType":"audio/pcm;rate=7","data":"AQA="}}]}}}"#,
      [.speech(audio([1], 24_001)), .speech(audio([1]))]
    ),
    (
      #"{"serverContent":{"outputTranscription":{"text":"नमस्ते "}}}"#,
      [.speech(.outputTranscript("नमस्ते "))]
    ),
    (
      #"{"serverContent":{"inputTranscription":{"text":"haan"}}}"#,
      [.speech(.inputTranscript(Recognition(text: "haan")))]
    ),
    (
      #"{"serverContent":{"generationComplete":true,"turnComplete":true},"usageMetadata":{"promptTokenCount":412,"responseTokenCount":"96","promptTokensDetails":[{"modality":"AUDIO","tokenCount":300},{"modality":"TEXT","tokenCount":112}]}}"#,
      [
        .speech(.generationComplete), .speech(.turnComplete),
        .speech(.usage(SpeechUsage(live: TokenUsage(prompt: 412, response: 96, promptAudio: 300)))),
      ]
    ),
    (#"{"serverContent":{"interrupted":true}}"#, [.speech(.interrupted)]),
    (
      #"{"toolCall":{"functionCalls":[{"id":"a","name":"x","args":{"k":"v"}},{"id":"b","name":"y"},{"name":"no id"}]}}"#,
      [
        .speech(
          .toolCalls([
            ToolCall(id: "a", name: "x", arguments: ["k": "v"]),
            ToolCall(id: "b", name: "y", arguments: [:]),
          ]))
      ]
    ),
    (#"{"toolCallCancellation":{"ids":["a",1]}}"#, [.speech(.toolCallsCancelled(["a"]))]),
    (
      #"{"sessionResumptionUpdate":{"newHandle":"h","resumable":true}}"#, [.resumption(handle: "h")]
    ),
    (
      #"{"sessionResumptionUpdate":{"newHandle":"","resumable":false}}"#, [.resumption(handle: nil)]
    ),
    (#"{"goAway":{"timeLeft":"50s"}}"#, [.goAway(timeLeft: .seconds(50))]),
    (#"{"goAway":{"timeLeft":"soon"}}"#, [.goAway(timeLeft: nil)]),
    (#"{"voiceActivity":{}}"#, []), ("{}", []),
    (#"{"serverContent":{"modelTurn":{}}}"#, []), (#"{"serverContent":null}"#, []),
    (
      #"{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"mimeType":"audio/pcm","data":"!"}}]}}}"#,
      []
    ),
    (
      #"{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"mimeType":"image/png","data":"AQA="}}]}}}"#,
      []
    ),
  ]

  @Test(arguments: messages) func `a server message is read`(
    text: String, events: [GeminiLiveEvent]
  ) throws {
    var parser = GeminiLiveParser()
    #expect(try parser.parse(Array(text.utf8)) == events)
  }

  @Test func `a sample split between messages is put together`() throws {
    func part(_ data: String) -> [UInt8] {
      Array(
        #"{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"mimeType":"audio/pcm;rate=24000","data":"\#(data)"}}]}}}"#
          .utf8)
    }
    var parser = GeminiLiveParser()
    #expect(try parser.parse(part("AQAC")) == [.speech(Self.audio([1]))])
    #expect(try parser.parse(part("AAMA")) == [.speech(Self.audio([2, 3]))])
  }

  @Test(arguments: ["", "[]", "{", "\u{1}", "nul"]) func `what is no JSON object is an error`(
    text: String
  ) {
    var parser = GeminiLiveParser()
    #expect(throws: SpeechError.self) { _ = try parser.parse(Array(text.utf8)) }
  }

  @Test(arguments: [
    (UInt16(1007), "API key not valid. Please pass a valid API key.", false, "configuration"),
    (1007, "Request contains an invalid argument.", false, "configuration"),
    (1007, "Request contains an invalid argument.", true, "afresh"),
    (1008, "models/x is not found for API version v1beta", false, "configuration"),
    (1008, "BidiGenerateContent session not found", true, "afresh"), (1008, "", false, "permanent"),
    (1011, "You exceeded your current quota, please check", false, "quota"),
    (1011, "Internal error encountered.", false, "reconnect"), (1006, "", false, "reconnect"),
    (1000, "", false, "reconnect"),
  ])
  func `a close code says what to do`(
    code: UInt16, reason: String, usedHandle: Bool, meaning: String
  ) {
    let close = GeminiLiveClose(
      code: code, reason: reason, usedHandle: usedHandle, isSetUp: false)
    switch close {
    case .reconnect: #expect(meaning == "reconnect")
    case .reconnectAfresh: #expect(meaning == "afresh")
    case .giveUp(let error): #expect(meaning == error.kind.rawValue)
    }
  }

  @Test func `the address holds no key`() {
    let settings = GeminiLiveSettings(apiKey: "secret", baseURL: "http://127.0.0.1:9/")
    #expect(
      settings.url
        == "ws://127.0.0.1:9/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"
    )
  }
}

@Suite struct GeminiLiveMachineTests {
  typealias Output = GeminiLiveMachine.Output

  private func ready() -> GeminiLiveMachine {
    var machine = GeminiLiveMachine(lifetime: .seconds(500))
    #expect(machine.start() == [.dial(1, after: .zero)])
    #expect(machine.opened(1, at: .seconds(1)) == [.sendSetup(1, handle: nil)])
    let outputs = machine.received(.setupComplete, on: 1, at: .seconds(2))
    #expect(outputs == [.deliver(.ready), .use(1)])
    _ = machine.received(.resumption(handle: "h1"), on: 1, at: .seconds(3))
    return machine
  }

  @Test func `go-away replaces the connection at the next turn boundary`() {
    var machine = ready()
    #expect(machine.received(.goAway(timeLeft: .seconds(50)), on: 1, at: .seconds(4)).isEmpty)
    #expect(machine.isFlowing)
    let turn = machine.received(.speech(.turnComplete), on: 1, at: .seconds(6))
    #expect(turn == [.deliver(.turnComplete), .dial(2, after: .zero)])
    #expect(!machine.isFlowing)
    #expect(machine.opened(2, at: .seconds(7)) == [.sendSetup(2, handle: "h1")])
    let swapped = machine.received(.setupComplete, on: 2, at: .seconds(8))
    #expect(swapped == [.close(1), .deliver(.reconnected(resumed: true)), .use(2)])
    #expect(machine.closed(1, code: 1000, reason: "").isEmpty)
    #expect(machine.isFlowing)
  }

  @Test func `a replacement resumes from the handle that came since it was dialled`() {
    var machine = ready()
    _ = machine.received(.goAway(timeLeft: .seconds(50)), on: 1, at: .seconds(4))
    _ = machine.received(.speech(.turnComplete), on: 1, at: .seconds(6))
    _ = machine.received(.resumption(handle: "h2"), on: 1, at: ms(6_100))
    #expect(machine.opened(2, at: .seconds(7)) == [.sendSetup(2, handle: "h2")])
    let swapped = machine.received(.setupComplete, on: 2, at: .seconds(8))
    #expect(swapped.contains(.deliver(.reconnected(resumed: true))))
  }

  @Test(arguments: [true, false])
  func `the end of a turn that was cut short is no boundary, that of the next one is`(
    hasSpeech: Bool
  ) {
    var machine = ready()
    _ = machine.received(.goAway(timeLeft: .seconds(50)), on: 1, at: .seconds(4))
    _ = machine.received(.speech(.interrupted), on: 1, at: .seconds(5))
    // Where no end follows the interruption, the next turn's speech shows that it is another's.
    if hasSpeech {
      _ = machine.received(.speech(.generationComplete), on: 1, at: .seconds(6))
    } else {
      let cut = machine.received(.speech(.turnComplete), on: 1, at: .seconds(6))
      #expect(cut == [.deliver(.turnComplete)])
    }
    let whole = machine.received(.speech(.turnComplete), on: 1, at: .seconds(9))
    #expect(whole == [.deliver(.turnComplete), .dial(2, after: .zero)])
  }

  @Test func `without a turn boundary it is replaced three seconds before the end`() {
    var machine = ready()
    _ = machine.received(.goAway(timeLeft: .seconds(20)), on: 1, at: .seconds(4))
    var dialled: Duration?
    while let next = machine.nextDeadline, dialled == nil {
      machine.heard(1)
      if machine.tick(at: next).contains(.dial(2, after: .zero)) { dialled = next }
    }
    #expect(dialled == .seconds(21))
  }

  @Test func `an old connection is replaced without being told, a young one is not`() {
    var machine = ready()
    let early = machine.received(.speech(.turnComplete), on: 1, at: .seconds(300))
    #expect(early == [.deliver(.turnComplete)])
    let late = machine.received(.speech(.turnComplete), on: 1, at: .seconds(503))
    #expect(late == [.deliver(.turnComplete), .dial(2, after: .zero)])
  }

  @Test func `a lost connection resumes, by three dials at most`() {
    var machine = ready()
    #expect(
      machine.closed(1, code: 1006, reason: "") == [
        .deliver(.disconnected), .dial(2, after: .zero),
      ])
    let error = SpeechError(.transient, "no")
    #expect(machine.dialFailed(2, error) == [.dial(3, after: .zero)])
    #expect(machine.dialFailed(3, error) == [.dial(4, after: ms(1_000))])
    #expect(machine.dialFailed(4, error) == [.deliver(.closed(error))])
    #expect(machine.nextDeadline == nil)
  }

  @Test func `setup that takes five seconds is given up`() {
    var machine = GeminiLiveMachine(lifetime: .seconds(500))
    _ = machine.start()
    _ = machine.opened(1, at: .seconds(1))
    #expect(machine.nextDeadline == .seconds(6))
    #expect(machine.tick(at: .seconds(6)) == [.close(1), .dial(2, after: .zero)])
  }

  @Test func `a refused handle is dropped`() {
    var machine = ready()
    _ = machine.closed(1, code: 1011, reason: "Internal error encountered.")
    _ = machine.opened(2, at: .seconds(5))
    _ = machine.closed(2, code: 1007, reason: "invalid argument")
    #expect(machine.opened(3, at: .seconds(6)) == [.sendSetup(3, handle: nil)])
    let outputs = machine.received(.setupComplete, on: 3, at: .seconds(7))
    #expect(
      outputs == [.deliver(.reconnected(resumed: false)), .useAfresh(3, asking: nil)])
  }

  @Test func `a refusal ends the session at once`() {
    var machine = GeminiLiveMachine(lifetime: .seconds(500))
    _ = machine.start()
    let error = SpeechError(.configuration, "gemini live refused the handshake with 403")
    #expect(machine.dialFailed(1, error) == [.deliver(.closed(error))])
    #expect(machine.closed(1, code: 1000, reason: "").isEmpty)
  }

  @Test func `a replacement that fails leaves the old connection in use`() {
    var machine = ready()
    _ = machine.received(.goAway(timeLeft: .seconds(50)), on: 1, at: .seconds(4))
    _ = machine.received(.speech(.turnComplete), on: 1, at: .seconds(6))
    let error = SpeechError(.transient, "no")
    _ = machine.dialFailed(2, error)
    _ = machine.dialFailed(3, error)
    #expect(machine.dialFailed(4, error) == [.use(1)])
    #expect(machine.isFlowing)
  }

  @Test(arguments: [true, false])
  func `a replacement that hangs is put off before what is said to it is lost`(isOpen: Bool) {
    var machine = ready()
    _ = machine.received(.goAway(timeLeft: .seconds(50)), on: 1, at: .seconds(4))
    _ = machine.received(.speech(.turnComplete), on: 1, at: .seconds(6))
    if isOpen { _ = machine.opened(2, at: .seconds(7)) }
    for second in [6, 8] {
      _ = machine.tick(at: .seconds(second))
      machine.heard(1)
    }
    #expect(machine.tick(at: .seconds(10)).starts(with: [.close(2), .use(1)]))
    #expect(machine.isFlowing)
    #expect(machine.opened(2, at: .seconds(11)) == [.close(2)])
    let turn = machine.received(.speech(.turnComplete), on: 1, at: .seconds(12))
    #expect(turn == [.deliver(.turnComplete), .dial(3, after: .zero)])
  }

  @Test func `a connection is pinged every two seconds, and kept while anything comes`() {
    var machine = ready()
    for second in stride(from: 4, to: 100, by: 2) {
      #expect(machine.nextDeadline == .seconds(second))
      #expect(machine.tick(at: .seconds(second)) == [.ping(1)])
      if second.isMultiple(of: 4) { machine.heard(1) }
    }
  }

  @Test func `a connection on which nothing came since two pings is replaced, with its handle`() {
    var machine = ready()
    machine.heard(1)
    #expect(machine.tick(at: .seconds(4)) == [.ping(1)])
    #expect(machine.tick(at: .seconds(6)) == [.ping(1)])
    machine.heard(2)
    #expect(
      machine.tick(at: .seconds(8)) == [
        .close(1), .deliver(.disconnected), .dial(2, after: .zero),
      ])
    #expect(!machine.isFlowing)
    #expect(machine.closed(1, code: 1006, reason: "").isEmpty)
    #expect(machine.opened(2, at: ms(8_300)) == [.sendSetup(2, handle: "h1")])
    let outputs = machine.received(.setupComplete, on: 2, at: .seconds(9))
    #expect(outputs == [.deliver(.reconnected(resumed: true)), .use(2)])
    #expect(machine.nextDeadline == .seconds(11))
  }

  @Test func `a dead connection does not hold up the replacement that is on its way`() {
    var machine = ready()
    _ = machine.received(.goAway(timeLeft: .seconds(50)), on: 1, at: .seconds(3))
    _ = machine.tick(at: .seconds(4))
    _ = machine.received(.speech(.turnComplete), on: 1, at: .seconds(5))
    _ = machine.tick(at: .seconds(6))
    #expect(machine.tick(at: .seconds(8)) == [.close(1), .deliver(.disconnected)])
    #expect(machine.opened(2, at: .seconds(9)) == [.sendSetup(2, handle: "h1")])
    let outputs = machine.received(.setupComplete, on: 2, at: .seconds(10))
    #expect(outputs == [.deliver(.reconnected(resumed: true)), .use(2)])
  }

  @Test func `a tick that is late, we having been stuck, blames no connection`() {
    var machine = ready()
    _ = machine.tick(at: .seconds(4))
    _ = machine.tick(at: .seconds(6))
    #expect(machine.tick(at: .seconds(10)) == [.ping(1)])
    machine.heard(1)
    #expect(machine.tick(at: .seconds(12)) == [.ping(1)])
  }

  @Test func `closing closes everything and says so once`() {
    var machine = ready()
    #expect(machine.close() == [.close(1), .deliver(.closed(nil))])
    #expect(machine.close().isEmpty)
    #expect(machine.received(.speech(.interrupted), on: 1, at: .seconds(9)).isEmpty)
  }

  @Test func `held speech is bounded, texts are not lost`() {
    var held = HeldMessages()
    held.add([0])
    for index in 1...200 { held.add([UInt8(index)], speech: ms(40)) }
    let all = held.takeAll()
    #expect(all.first == [0])
    #expect(all.count == 101)
    #expect(all.last == [200])
    #expect(held.takeAll().isEmpty)
    held.add([0])
    held.add([1], speech: ms(40))
    #expect(held.takeSpeech() == [[1]] && held.takeAll().isEmpty)
  }
}

private func ms(_ value: Int) -> Duration { .milliseconds(value) }
