import Buffers
import Testing
import Voices

@testable import Simulation

/// Drives one machine under virtual time: makes speech at once, recognises what it is told.
struct LiveBench {
  var machine: LiveMachine
  var handles = ResumptionStore()
  var now: Duration = .zero
  var words: String? = "Hello."
  var frames: [JSONValue] = []
  var closed: LiveClose?

  init(_ faults: LiveFaults = LiveFaults()) throws {
    machine = LiveMachine(
      version: "v1beta", faults: faults, book: try AnswerBook(AnswerRule.defaults), now: .zero)
  }

  mutating func send(_ text: String) throws {
    try perform(machine.receive(Array(text.utf8), at: now, handles: &handles))
  }

  mutating func send(audio samples: [Int16], chunk: Int = 640) throws {
    for start in stride(from: 0, to: samples.count, by: chunk) {
      let part = Array(samples[start..<min(start + chunk, samples.count)])
      let data = Base64.encode(PCM.bytes(of: part))
      try send(
        #"{"realtimeInput":{"audio":{"mimeType":"audio/pcm;rate=16000","data":"\#(data)"}}}"#)
      try pass(.samples(part.count, rate: 16_000))
    }
  }

  mutating func pass(_ time: Duration) throws {
    let end = now + time
    while let wake = machine.nextWake, wake <= end {
      now = max(now, wake)
      try perform(machine.tick(at: now, handles: &handles))
      if machine.isClosed { break }
    }
    now = end
  }

  private mutating func perform(_ actions: [LiveMachine.Action]) throws {
    for action in actions {
      switch action {
      case .send(let bytes): frames.append(try JSONValue(parsing: bytes))
      case .close(let reason): closed = reason
      case .recognize(let turn, _):
        try perform(machine.recognized(words, turn: turn, at: now))
      case .speak(let turn, let text, _):
        let clip = try speech(text, rate: 24_000, role: .agent)
        try perform(machine.spoken(clip, turn: turn, at: now))
      }
    }
  }

  /// The kinds of the frames so far, runs of the same kind as one.
  var story: [String] {
    var kinds: [String] = []
    for frame in frames {
      let content = frame["serverContent"]?.objectValue?.keys ?? frame.objectValue?.keys ?? []
      let kind = content.first ?? "?"
      if kinds.last != kind { kinds.append(kind) }
    }
    return kinds
  }

  var audio: Int {
    frames.reduce(0) { sum, frame in
      let parts = frame["serverContent"]?["modelTurn"]?["parts"]?.arrayValue ?? []
      return sum
        + parts.reduce(0) {
          $0 + (Base64.decode($1["inlineData"]?["data"]?.stringValue ?? "")?.count ?? 0)
        }
    }
  }
}

@Suite struct LiveMachineTests {
  static let setup =
    #"{"setup":{"model":"models/gemini-3.8-live","inputAudioTranscription":{},"outputAudioTranscription":{},"tools":[{"functionDeclarations":[{"name":"get_order_status","behavior":"BLOCKING","parameters":{"type":"OBJECT","properties":{"order_id":{"type":"STRING"}}}},{"name":"lookup_background","parameters":{}}]}]}}"#
  static let silence = [Int16](repeating: 0, count: 16_000)

  static func opened(_ faults: LiveFaults = LiveFaults(), setup: String = setup) throws -> LiveBench
  {
    var bench = try LiveBench(faults)
    try bench.send(setup)
    try bench.pass(.milliseconds(200))
    return bench
  }

  @Test func `a greeting is audio, then complete, then the turn ends when it has been played`()
    throws
  {
    var bench = try Self.opened()
    try bench.send(#"{"realtimeInput":{"text":"Greet the caller now."}}"#)
    try bench.pass(.seconds(2))
    #expect(bench.story == ["setupComplete", "modelTurn", "generationComplete"])
    try bench.pass(.seconds(4))
    #expect(bench.story.last == "turnComplete")
    #expect(bench.audio > 96_000)
    #expect(bench.frames.last?["usageMetadata"]?["totalTokenCount"] != nil)
  }

  @Test func `speech is transcribed and answered`() throws {
    var bench = try Self.opened()
    bench.words = "Can you tell me when it will arrive?"
    try bench.send(
      audio: try speech("Can you tell me when it will arrive?", rate: 16_000).samples + Self.silence
    )
    try bench.pass(.seconds(8))
    #expect(
      bench.story == [
        "setupComplete", "inputTranscription", "modelTurn", "generationComplete", "turnComplete",
      ])
    let said = bench.frames.compactMap {
      $0["serverContent"]?["outputTranscription"]?["text"]?.stringValue
    }
    #expect(said.joined().contains("tomorrow before six"))
    #expect(bench.machine.report.gaps.count == 0)
    #expect((600...900).contains(bench.machine.report.answers.percentile(0.5) ?? 0))
  }

  @Test func `speech during the answer interrupts it without generationComplete`() throws {
    var bench = try Self.opened()
    try bench.send(#"{"realtimeInput":{"text":"Greet the caller now."}}"#)
    try bench.pass(.milliseconds(600))
    try bench.send(
      audio: Array(try speech("Sorry, wait a moment.", rate: 16_000).samples.prefix(9_600)))
    let story = bench.story
    #expect(Array(story.suffix(2)) == ["interrupted", "turnComplete"])
    #expect(!story.contains("generationComplete"))
  }

  @Test func `a blocking call waits for its answer and speaks it`() throws {
    var bench = try Self.opened()
    bench.words = "My order number is four two seven one."
    try bench.send(
      audio: try speech("My order number is four two seven one.", rate: 16_000).samples
        + Self.silence)
    try bench.pass(.seconds(3))
    let call = try #require(bench.frames.last?["toolCall"]?["functionCalls"]?[0])
    #expect(call["args"]?["order_id"] == "4271")
    try bench.send(
      #"{"toolResponse":{"functionResponses":[{"id":"\#(call["id"]?.stringValue ?? "")","name":"get_order_status","response":{"output":{"status":"shipped"}}}]}}"#
    )
    try bench.pass(.seconds(10))
    let said = bench.frames.compactMap {
      $0["serverContent"]?["outputTranscription"]?["text"]?.stringValue
    }
    #expect(said.joined().contains("status shipped"))
    #expect(bench.machine.report.strayToolAnswers == 0)
  }

  @Test func `speech during a blocking call cancels it, and its late answer is stray`() throws {
    var bench = try Self.opened()
    bench.words = "My order number is four two seven one."
    try bench.send(
      audio: try speech("My order number is four two seven one.", rate: 16_000).samples
        + Self.silence)
    let id = try #require(bench.frames.last?["toolCall"]?["functionCalls"]?[0]?["id"]?.stringValue)
    try bench.send(
      audio: Array(try speech("Sorry, wait a moment.", rate: 16_000).samples.prefix(9_600)))
    #expect(bench.frames.last?["toolCallCancellation"]?["ids"] == [.string(id)])
    try bench.send(
      #"{"toolResponse":{"functionResponses":[{"id":"\#(id)","name":"x","response":{}}]}}"#)
    #expect(bench.machine.report.strayToolAnswers == 1)
  }

  @Test func `a session is resumed by its handle and only by a known one`() throws {
    let resumable = #"{"setup":{"model":"models/gemini-3.8-live","sessionResumption":{}}}"#
    var first = try Self.opened(setup: resumable)
    let handle = try #require(
      first.frames.last?["sessionResumptionUpdate"]?["newHandle"]?.stringValue)
    var second = try LiveBench()
    second.handles = first.handles
    try second.send(
      #"{"setup":{"model":"models/gemini-3.8-live","sessionResumption":{"handle":"\#(handle)"}}}"#)
    #expect(second.closed == nil)
    var third = try LiveBench()
    try third.send(
      #"{"setup":{"model":"models/gemini-3.8-live","sessionResumption":{"handle":"stale"}}}"#)
    #expect(third.closed == .unknownSession)
    try first.pass(.zero)
  }

  @Test func `goAway comes before the end of a life`() throws {
    let faults = try LiveFaults(["lifetime_ms": 20_000, "notice_ms": 5_000])
    var bench = try Self.opened(faults)
    try bench.pass(.seconds(15))
    #expect(bench.frames.last?["goAway"]?["timeLeft"] == "5s")
    try bench.pass(.seconds(5))
    #expect(bench.closed == .deadline)
  }

  @Test(arguments: LiveClose.named.keys.sorted())
  func `every row of the close table can be injected`(name: String) throws {
    var bench = try LiveBench(try LiveFaults(["close": .string(name)]))
    try bench.send(Self.setup)
    #expect(bench.closed == LiveClose.named[name])
  }

  @Test func `a close in mid-turn comes after some audio`() throws {
    var bench = try Self.opened(try LiveFaults(["close": "internal", "close_in_turn": 1]))
    try bench.send(
      #"{"clientContent":{"turns":[{"role":"user","parts":[{"text":"Greet me."}]}],"turnComplete":true}}"#
    )
    try bench.pass(.seconds(3))
    #expect(bench.audio > 0)
    #expect(bench.closed == .internalError)
  }

  @Test func `a stalled turn is never answered`() throws {
    var bench = try Self.opened(try LiveFaults(["stall_from_turn": 1]))
    try bench.send(#"{"realtimeInput":{"text":"Greet the caller now."}}"#)
    try bench.pass(.seconds(60))
    #expect(bench.story == ["setupComplete"])
  }

  @Test(arguments: [
    #"{"realtimeInput":{"text":"too early"}}"#, "not json", #"{"setup":{},"realtimeInput":{}}"#,
  ])
  func `a session that does not begin with a setup is closed`(text: String) throws {
    var bench = try LiveBench()
    try bench.send(text)
    #expect(bench.closed?.code == 1_007)
  }

  @Test(arguments: [
    #"{"realtimeInput":{"mediaChunks":[{"mimeType":"audio/pcm;rate=16000","data":"AAAA"}]}}"#,
    #"{"realtimeInput":{"activityStart":{}}}"#, #"{"setup":{"model":"models/gemini-3.8-live"}}"#,
    #"{"realtimeInput":{"audio":{"mimeType":"audio/pcm","data":"%%"}}}"#,
  ])
  func `an open session refuses what its generation does not take`(text: String) throws {
    var bench = try Self.opened()
    try bench.send(text)
    #expect(bench.closed?.code == 1_007)
    #expect(bench.machine.report.violations == 1)
  }

  @Test func `with detection off the client marks activity`() throws {
    var bench = try Self.opened(
      setup:
        #"{"setup":{"model":"models/gemini-3.8-live","realtimeInputConfig":{"automaticActivityDetection":{"disabled":true}}}}"#
    )
    try bench.send(#"{"realtimeInput":{"activityStart":{}}}"#)
    try bench.send(audio: try speech("Hello.", rate: 16_000).samples)
    try bench.send(#"{"realtimeInput":{"activityEnd":{}}}"#)
    try bench.pass(.seconds(6))
    #expect(bench.machine.report.utterances == 1)
    #expect(bench.story.last == "turnComplete")
  }
}
