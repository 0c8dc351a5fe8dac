import Audio
import Buffers
import Conversation
import Speech
import Testing

@Suite struct LastWordsTests {
  private let endCall = ToolCall(id: "e", name: "end_call", arguments: [:])

  private var options: ConversationOptions {
    var options = ConversationOptions()
    options.greeting = nil
    options.farewell = "Say goodbye."
    return options
  }

  private func call(maximum: Duration = .seconds(600)) -> VirtualCall {
    var options = options
    options.maxDuration = maximum
    var call = VirtualCall(options: options)
    call.begin()
    return call
  }

  /// The model's goodbye of a second, behind `events`.
  private func goodbye(_ events: [(Duration, RealtimeEvent)] = []) -> [(Duration, RealtimeEvent)] {
    let samples = [Int16](repeating: 1, count: 24_000)
    return events + [
      (ms(500), .audio(PCMFrame(samples: samples, rate: .studio))),
      (ms(600), .outputTranscript("Goodbye.")), (ms(700), .generationComplete),
      (ms(700), .turnComplete),
    ]
  }

  /// 40 s of speech are generated in 13 s; the call is ended before, or after the last of it.
  @Test(arguments: [2_000, 14_500])
  func `what the model said before it ended the call is heard to its end`(time: Int) {
    var call = call()
    call.answer(1_000, seconds: 40, text: "A long summary. Goodbye.")
    call.model(time, .toolCalls([endCall]))
    call.run(until: 90_000)
    #expect(call.end?.reason == .agentEnded)
    #expect(call.end.map { $0.at > ms(41_000) && $0.at < ms(44_000) } == true)
    #expect(call.transcript.map(\.text) == ["A long summary. Goodbye."])
    #expect(!call.transcript.contains { !$0.isComplete })
  }

  @Test func `last words that begin behind a long answer are heard`() {
    var call = call()
    call.answer(1_000, seconds: 30, text: "A long summary.")
    call.model(11_500, .toolCalls([endCall]))
    call.answer(12_000, seconds: 4, text: "Goodbye.")
    call.run(until: 90_000)
    #expect(call.transcript.map(\.text) == ["A long summary.", "Goodbye."])
    #expect(call.end.map { $0.at > ms(35_000) && $0.at < ms(37_500) } == true)
  }

  @Test func `a goodbye without end is cut after its limit`() {
    var call = call()
    call.model(1_000, .toolCalls([endCall]))
    call.answer(2_000, seconds: 200, text: "Goodbye and goodbye.", complete: false)
    call.run(until: 300_000)
    #expect(call.end?.at == ms(17_000))
  }

  @Test func `at the maximum duration a long answer gives way to the farewell`() {
    var call = call(maximum: .seconds(20))
    call.answer(2_000, seconds: 50, text: "A story that goes on and on.", complete: false)
    call.onPrompt = { _, _ in goodbye([(ms(50), .interrupted), (ms(60), .turnComplete)]) }
    call.run(until: 90_000)
    #expect(call.end?.reason == .maxDuration)
    #expect(call.time(of: .clear) == ms(20_050))
    #expect(call.transcript.last?.text == "Goodbye.")
    #expect(call.transcript.first?.isComplete == false)
    #expect(call.end.map { $0.at > ms(21_000) && $0.at < ms(23_000) } == true)
    #expect(call.machine.counters.interruptions == 0)
  }

  @Test func `where the model is done with a long answer the farewell is heard behind it`() {
    var call = call(maximum: .seconds(20))
    call.answer(2_000, seconds: 40, text: "A story.")
    call.onPrompt = { _, _ in goodbye() }
    call.run(until: 90_000)
    #expect(call.transcript.map(\.text) == ["A story.", "Goodbye."])
    #expect(call.end.map { $0.at > ms(43_000) && $0.at < ms(45_000) } == true)
  }
}
