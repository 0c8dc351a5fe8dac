import Audio
import Buffers
import Conversation
import Speech
import Testing

@Suite struct LimitTests {
  private func silence(_ seconds: Int) -> PCMFrame {
    PCMFrame(samples: [Int16](repeating: 0, count: 24_000 * seconds), rate: .studio)
  }

  @Test func `an announcement is heard out before anything is forwarded or recorded`() {
    var options = ConversationOptions()
    options.announcement = silence(3)
    var call = VirtualCall(options: options)
    call.begin()
    call.speech = [ms(500)...ms(2_000)]
    call.answer(900, seconds: 1, text: "Hello.")
    call.model(1_500, .interrupted)
    call.run(until: 8_000)
    #expect(call.count(.clear) == 0)
    let recording = call.time(of: .startRecording)
    #expect(recording.map { $0 >= ms(3_000) && $0 < ms(3_500) } == true)
    let firstForward = call.outputs.first(where: \.output.isForward)
    #expect(firstForward.map { $0.at >= ms(3_000) } == true)
    #expect(call.transcript.map(\.text) == ["Hello."])
  }

  private var noticed: ConversationOptions {
    var options = ConversationOptions()
    options.notice = RecordingNotice(prompt: "Give the notice.", proofs: [["is", "recorded"]])
    return options
  }

  /// Speech of `seconds` as the model answers a prompt with it.
  private func answer(_ text: String, seconds: Int = 2) -> [(Duration, RealtimeEvent)] {
    let samples = [Int16](repeating: 1, count: 24_000 * seconds)
    return [
      (ms(300), .audio(PCMFrame(samples: samples, rate: .studio))),
      (ms(310), .outputTranscript(text)), (ms(400), .generationComplete), (ms(400), .turnComplete),
    ]
  }

  @Test func `recording begins when the notice was heard, whatever the caller says meanwhile`() {
    var call = VirtualCall(options: noticed)
    call.begin()
    call.speech = [ms(100)...ms(2_000)]
    call.onPrompt = { _, _ in answer("This call is being recorded. Hello!") }
    call.model(1_200, .interrupted)
    call.at(1_300, .dtmf("1"))
    call.run(until: 6_000)
    #expect(call.count(.clear) == 0)
    #expect(call.prompts == ["Greet the caller now."])
    let recording = call.time(of: .startRecording)
    #expect(recording.map { $0 >= ms(2_600) && $0 < ms(3_200) } == true)
    let firstForward = call.outputs.first(where: \.output.isForward)
    #expect(firstForward.map { $0.at >= ms(2_600) } == true)
    #expect(call.machine.counters.missingNotices == 0)
  }

  /// The notice is heard at 2.7 s.
  @Test(arguments: [(2_300, 4_000, 1_900), (700, 1_500, 2_200)])
  func `who speaks across the notice's end is heard from the first word, who spoke before is not`(
    start: Int, end: Int, first: Int
  ) {
    var call = VirtualCall(options: noticed)
    call.begin()
    call.speech = [ms(start)...ms(end)]
    call.onPrompt = { _, _ in answer("This call is being recorded. Hello!") }
    call.run(until: 5_000)
    let recording = call.time(of: .startRecording) ?? .zero
    let frames = call.outputs.prefix { $0.at <= recording }.filter(\.output.isForward)
    // Frames of 100 ms: half a second in which the detector might tell of a beginning, or the speech.
    #expect(abs(frames.count - Int((recording - ms(first)) / ms(100))) <= 2)
    #expect(
      call.outputs.filter(\.output.isForward).count == frames.count
        + Int((ms(5_000) - recording) / ms(100)))
    #expect(call.machine.counters.droppedCallerFrames == 0)
  }

  @Test func `a long greeting behind the notice is recorded, and may be cut short`() {
    var call = VirtualCall(options: noticed)
    call.begin()
    call.speech = [ms(1_000)...ms(6_000)]
    call.onPrompt = { _, _ in
      answer("This is recorded. " + String(repeating: "And on it goes ", count: 10), seconds: 10)
    }
    call.model(2_000, .interrupted)
    call.model(6_500, .interrupted)
    call.run(until: 9_000)
    // 17 of 168 characters are the notice: a second of ten, and half a second more.
    let recording = call.time(of: .startRecording)
    #expect(recording.map { $0 >= ms(2_000) && $0 < ms(3_000) } == true)
    #expect(call.count(.clear) == 1 && call.time(of: .clear) == ms(6_500))
    #expect(call.transcript.first { $0.speaker == .agent }?.isComplete == false)
  }

  @Test(arguments: ["His records. It is late.", "Recorded or not, hello. How is it?", ""])
  func `words of the notice in other sentences are no notice`(text: String) {
    #expect(noticed.notice?.isGiven(in: text) == false)
    #expect(noticed.notice?.isGiven(in: text + " It Is recorded") == true)
  }

  @Test func `a notice whose sound broke off is asked for once more`() {
    var call = VirtualCall(options: noticed)
    call.begin()
    call.onPrompt = { text, _ in
      guard text != "Give the notice." else { return answer("It is recorded.") }
      let samples = [Int16](repeating: 1, count: 12_000)
      return [
        (ms(300), .audio(PCMFrame(samples: samples, rate: .studio))),
        (ms(310), .outputTranscript("This is recorded.")), (ms(400), .reconnected(resumed: true)),
      ]
    }
    call.run(until: 2_500)
    #expect(call.time(of: .startRecording) == nil)
    call.run(until: 8_000)
    #expect(call.prompts.contains("Give the notice."))
    #expect(call.time(of: .startRecording) != nil)
  }

  @Test(arguments: [true, false])
  func `a model that leaves the notice out is asked once more, then nothing is recorded`(
    obeys: Bool
  ) {
    var call = VirtualCall(options: noticed)
    call.begin()
    call.onPrompt = { text, _ in
      answer(obeys && text == "Give the notice." ? "It is recorded." : "Hello, how are you?")
    }
    call.speech = [ms(8_000)...ms(9_000)]
    call.run(until: 9_500)
    #expect(call.prompts == ["Greet the caller now.", "Give the notice."])
    #expect((call.time(of: .startRecording) != nil) == obeys)
    #expect(call.machine.counters.missingNotices == (obeys ? 0 : 1))
    // The conversation goes on either way.
    #expect(call.outputs.contains { $0.output.isForward })
  }

  @Test func `a caller who speaks before the notice does not switch the watch on the model off`() {
    var call = VirtualCall(options: noticed)
    call.begin()
    call.speech = [ms(500)...ms(3_000)]
    call.run(until: 30_000)
    #expect(call.end?.reason == .modelSilent)
    #expect(call.time(of: .startRecording) == nil)
  }

  @Test func `a silent caller is asked twice, then the call ends`() {
    var call = VirtualCall()
    call.begin()
    call.onPrompt = { _, _ in
      [
        (ms(500), .audio(PCMFrame(samples: [Int16](repeating: 1, count: 24_000), rate: .studio))),
        (ms(600), .outputTranscript("Hello?")), (ms(700), .generationComplete),
        (ms(700), .turnComplete),
      ]
    }
    call.run(until: 60_000)
    #expect(call.end?.reason == .callerSilent)
    #expect(call.machine.counters.silencePrompts == 2)
    #expect(call.transcript.count == 3)
  }

  @Test(arguments: [(0, 12_000), (1, 24_000)])
  func `last words are said before a silent caller is hung up on`(prompts: Int, end: Int) {
    var options = ConversationOptions()
    options.greeting = nil
    options.silencePrompts = prompts
    options.farewell = "Say goodbye."
    var call = VirtualCall(options: options)
    call.begin()
    call.onPrompt = { text, _ in
      [
        (ms(500), .audio(PCMFrame(samples: [Int16](repeating: 1, count: 24_000), rate: .studio))),
        (ms(600), .outputTranscript(text)), (ms(700), .generationComplete),
        (ms(700), .turnComplete),
      ]
    }
    call.run(until: 60_000)
    #expect(call.end?.reason == .callerSilent)
    #expect(call.prompts.count == prompts + 1 && call.prompts.last == "Say goodbye.")
    #expect(call.transcript.last?.text == "Say goodbye.")
    #expect(call.end.map { $0.at > ms(end - 2_000) && $0.at < ms(end + 1_000) } == true)
  }

  @Test func `at the maximum duration the turn is cut short and last words are heard`() {
    var options = ConversationOptions()
    options.greeting = nil
    options.maxDuration = .seconds(5)
    options.farewell = "Say goodbye."
    var call = VirtualCall(options: options)
    call.begin()
    call.answer(4_500, seconds: 2, text: "A long story that goes on.", complete: false)
    call.onPrompt = { text, _ in
      [
        (ms(50), .interrupted), (ms(60), .turnComplete),
        (ms(500), .audio(PCMFrame(samples: [Int16](repeating: 1, count: 24_000), rate: .studio))),
        (ms(600), .outputTranscript(text)), (ms(700), .generationComplete),
        (ms(700), .turnComplete),
      ]
    }
    call.run(until: 30_000)
    #expect(call.end?.reason == .maxDuration)
    #expect(call.transcript.last?.text == "Say goodbye.")
    #expect(call.end.map { $0.at > ms(5_000) && $0.at < ms(9_000) } == true)
  }

  @Test func `last words that never come are not waited for longer than their limit`() {
    var options = ConversationOptions()
    options.maxDuration = .seconds(5)
    options.farewell = "Say goodbye."
    options.greeting = nil
    var call = VirtualCall(options: options)
    call.begin()
    call.run(until: 60_000)
    #expect(call.end?.reason == .maxDuration)
    #expect(call.end?.at == ms(20_000))
  }

  @Test func `a silent model is nudged once, then given up`() {
    var options = ConversationOptions()
    options.greeting = nil
    var call = VirtualCall(options: options)
    call.begin()
    call.speech = [ms(1_000)...ms(2_000)]
    call.run(until: 30_000)
    #expect(call.prompts == [options.modelNudge])
    #expect(call.end?.reason == .modelSilent)
    // 300 ms of hangover, two waits of 8 s.
    #expect(call.end.map { $0.at > ms(18_000) && $0.at < ms(18_600) } == true)
  }

  @Test func `a nudge that helps is forgotten`() {
    var options = ConversationOptions()
    options.greeting = nil
    var call = VirtualCall(options: options)
    call.begin()
    call.speech = [ms(1_000)...ms(2_000)]
    call.answer(11_000, seconds: 1, text: "Sorry.")
    call.run(until: 15_000)
    #expect(call.end == nil)
    #expect(call.machine.counters.modelNudges == 1)
  }

  @Test func `the call ends at its maximum duration`() {
    var options = ConversationOptions()
    options.maxDuration = .seconds(20)
    options.silenceLimit = .seconds(100)
    options.greeting = nil
    var call = VirtualCall(options: options)
    call.begin()
    call.run(until: 30_000)
    #expect(call.end?.reason == .maxDuration)
    #expect(call.end?.at == .seconds(20))
  }

  @Test func `a line without audio counts as dead`() {
    var call = VirtualCall()
    call.begin()
    call.callerIsConnected = false
    call.run(until: 30_000)
    #expect(call.end?.reason == .carrierSilent)
    #expect(call.end?.at == .seconds(10))
  }

  @Test func `a carrier that never starts ends the call`() {
    var call = VirtualCall()
    call.callerIsConnected = false
    call.model(300, .ready)
    call.run(until: 30_000)
    #expect(call.end?.reason == .carrierNeverStarted)
  }

  @Test func `a model that is never ready ends the call, with an apology when there is one`() {
    var options = ConversationOptions()
    options.failurePrompt = silence(2)
    var call = VirtualCall(options: options)
    call.at(0, .carrierStarted)
    call.run(until: 30_000)
    #expect(call.end?.reason == .modelFailed("not ready in time"))
    #expect(call.end.map { $0.at >= ms(12_000) && $0.at < ms(12_500) } == true)
  }

  @Test func `a failing model is apologised for behind what was already said`() throws {
    var options = ConversationOptions()
    options.failurePrompt = silence(2)
    var call = VirtualCall(options: options)
    call.begin()
    call.answer(1_000, seconds: 3, text: "Please hold the line.", complete: false)
    call.model(2_500, .closed(SpeechError(.quota, "quota exceeded")))
    call.run(until: 30_000)
    #expect(call.end?.reason == .modelFailed("quota"))
    #expect(call.end.map { $0.at >= ms(6_000) && $0.at < ms(6_800) } == true)
    #expect(call.transcript.map(\.text) == ["Please hold the line."])
  }
}

@Suite struct ToolTests {
  private let lookup = ToolCall(id: "t1", name: "get_status", arguments: ["id": "C42"])

  @Test func `a tool call gets one answer`() {
    var call = VirtualCall()
    call.begin()
    call.model(2_000, .toolCalls([lookup]))
    call.model(2_001, .toolCalls([lookup]))
    call.at(2_500, .toolAnswered(id: "t1", outcome: .output(["ok": true])))
    call.at(2_600, .toolAnswered(id: "t1", outcome: .output(["ok": false])))
    call.run(until: 3_000)
    #expect(call.count(.runTool(lookup)) == 1)
    #expect(call.toolAnswers.map(\.outcome) == [.output(["ok": true])])
  }

  @Test func `a tool that is late is answered for, and its own answer dropped`() {
    var call = VirtualCall()
    call.begin()
    call.model(2_000, .toolCalls([lookup]))
    call.at(6_000, .toolAnswered(id: "t1", outcome: .output(["ok": true])))
    call.run(until: 7_000)
    #expect(call.count(.cancelTool(id: "t1")) == 1)
    #expect(
      call.toolAnswers.map(\.outcome) == [
        .failure(
          reason: "the function did not answer in time; it may have been carried out",
          retryable: false)
      ])
    #expect(call.machine.counters.toolTimeouts == 1)
  }

  @Test func `a tool that changes nothing may be called again after it was late`() {
    var options = ConversationOptions()
    options.repeatableTools = ["get_status"]
    var call = VirtualCall(options: options)
    call.begin()
    call.model(2_000, .toolCalls([lookup]))
    call.run(until: 7_000)
    #expect(
      call.toolAnswers.map(\.outcome) == [
        .failure(reason: "the function did not answer in time", retryable: true)
      ])
  }

  @Test func `a tool may have a limit of its own`() {
    var options = ConversationOptions()
    options.toolTimeouts = ["get_status": .seconds(10)]
    var call = VirtualCall(options: options)
    call.begin()
    call.model(2_000, .toolCalls([lookup]))
    call.at(6_000, .toolAnswered(id: "t1", outcome: .output(["ok": true])))
    call.run(until: 7_000)
    #expect(call.toolAnswers.map(\.outcome) == [.output(["ok": true])])
    #expect(call.machine.counters.toolTimeouts == 0)
  }

  @Test func `a cancelled call is not answered`() {
    var call = VirtualCall()
    call.begin()
    call.model(2_000, .toolCalls([lookup]))
    call.model(2_100, .toolCallsCancelled(["t1", "unknown"]))
    call.at(2_500, .toolAnswered(id: "t1", outcome: .output(["ok": true])))
    call.run(until: 7_000)
    #expect(call.count(.cancelTool(id: "t1")) == 1)
    #expect(call.toolAnswers.isEmpty)
  }

  @Test func `end-call waits for the last words`() {
    var call = VirtualCall()
    call.begin()
    call.answer(1_000, seconds: 3, text: "Goodbye and thank you.", complete: false)
    call.model(1_500, .toolCalls([ToolCall(id: "e", name: "end_call", arguments: [:])]))
    call.model(2_100, .generationComplete, .turnComplete)
    call.run(until: 20_000)
    #expect(call.end?.reason == .agentEnded)
    #expect(call.end.map { $0.at >= ms(4_000) && $0.at < ms(4_600) } == true)
    #expect(call.transcript.map(\.text) == ["Goodbye and thank you."])
    #expect(!call.transcript.contains { !$0.isComplete })
    #expect(call.toolAnswers.count == 1)
  }

  @Test func `end-call after the last words ends the call soon after they were heard`() {
    var call = VirtualCall()
    call.begin()
    call.answer(1_000, seconds: 3, text: "Goodbye and thank you.")
    call.model(1_800, .toolCalls([ToolCall(id: "e", name: "end_call", arguments: [:])]))
    call.run(until: 20_000)
    #expect(call.end?.reason == .agentEnded)
    #expect(call.end.map { $0.at >= ms(4_000) && $0.at < ms(7_000) } == true)
    #expect(call.transcript.map(\.text) == ["Goodbye and thank you."])
    #expect(!call.transcript.contains { !$0.isComplete })
  }

  @Test func `last words that begin after end-call are heard to their end`() {
    var call = VirtualCall()
    call.begin()
    call.model(1_000, .toolCalls([ToolCall(id: "e", name: "end_call", arguments: [:])]))
    call.answer(2_500, seconds: 4, text: "Goodbye.")
    call.run(until: 30_000)
    #expect(call.end?.reason == .agentEnded)
    #expect(call.end.map { $0.at >= ms(6_500) && $0.at < ms(8_000) } == true)
    #expect(call.transcript.map(\.text) == ["Goodbye."])
  }

  @Test func `without the right to end calls a function of that name is a tool`() {
    var options = ConversationOptions()
    options.endCallTool = nil
    var call = VirtualCall(options: options)
    call.begin()
    let tool = ToolCall(id: "e", name: "end_call", arguments: [:])
    call.model(1_000, .toolCalls([tool]))
    call.run(until: 2_000)
    #expect(call.end == nil)
    #expect(call.count(.runTool(tool)) == 1)
  }

  @Test func `a hang-up cancels what is running`() {
    var call = VirtualCall()
    call.begin()
    call.model(2_000, .toolCalls([lookup]))
    call.at(2_500, .carrierStopped(.lost))
    call.run(until: 7_000)
    #expect(call.count(.cancelTool(id: "t1")) == 1)
    #expect(call.end?.reason == .carrierLost)
  }
}
