import Audio
import Conversation
import Speech
import Testing

@Suite struct TurnTests {
  @Test func `words of a turn that was thrown away are not the next one's`() {
    var call = VirtualCall()
    call.begin()
    call.answer(400, seconds: 4, text: "A long answer.", complete: false)
    call.speech = [ms(2_000)...ms(2_500)]
    call.model(2_200, .interrupted, .outputTranscript(" never heard"), .turnComplete)
    call.answer(3_500, seconds: 1, text: "Yes?")
    call.run(until: 7_000)
    #expect(call.transcript.last { $0.speaker == .agent }?.text == "Yes?")
    #expect(!call.transcript.contains { $0.text.contains("never heard") })
  }

  @Test func `half a minute of talk runs to its end with a whole transcript`() throws {
    var call = VirtualCall()
    call.begin()
    call.answer(900, seconds: 2, text: "Namaste, this is Asha.")
    call.speech = [ms(5_000)...ms(6_500), ms(12_000)...ms(13_000)]
    call.model(
      6_600, .inputTranscript(Recognition(text: "haan ")),
      .inputTranscript(Recognition(text: "boliye")))
    call.answer(7_200, seconds: 3, text: "Your payment is due.")
    call.model(13_100, .inputTranscript(Recognition(text: "theek hai")))
    call.answer(13_700, seconds: 1.5, text: "Thank you.")
    call.at(30_000, .carrierStopped(.callerHungUp))
    call.run(until: 31_000)

    #expect(call.end?.reason == .callerHungUp)
    #expect(
      call.transcript.map { "\($0.speaker.rawValue): \($0.text)" } == [
        "agent: Namaste, this is Asha.", "caller: haan boliye", "agent: Your payment is due.",
        "caller: theek hai", "agent: Thank you.",
      ])
    #expect(!call.transcript.contains { !$0.isComplete })
    #expect(call.transcript.map(\.turn) == [1, 2, 2, 3, 3])
    #expect(
      call.states.prefix(7) == [
        .thinking, .speaking, .listening, .thinking, .speaking, .listening, .thinking,
      ])
  }

  @Test func `a line has the confidence of what was heard in it, by length, and its language`() {
    var call = VirtualCall()
    call.begin()
    call.answer(900, seconds: 1, text: "Hello.")
    call.speech = [ms(5_000)...ms(6_500), ms(12_000)...ms(13_000)]
    call.model(
      6_600, .inputTranscript(Recognition(text: "six ", confidence: 0.5, languageCode: "en-IN")),
      .inputTranscript(Recognition(text: "मेरा ऑर्डर ", confidence: 0.9, languageCode: "hi-IN")),
      .inputTranscript(Recognition(text: "?")))
    call.answer(7_200, seconds: 1, text: "Six.")
    call.model(13_100, .inputTranscript(Recognition(text: "theek hai")))
    call.answer(13_700, seconds: 1.5, text: "Thank you.")
    call.run(until: 20_000)

    let lines = call.transcript
    #expect(
      lines.map(\.text) == ["Hello.", "six मेरा ऑर्डर ?", "Six.", "theek hai", "Thank you."])
    // 4 of 15 characters that have one, and 11.
    #expect(lines.map(\.confidence) == [nil, (0.5 * 4 + 0.9 * 11) / 15, nil, nil, nil])
    #expect(lines.map(\.languageCode) == [nil, "hi-IN", nil, nil, nil])
  }

  @Test func `latency counts from the end of speech to the first chunk sent`() throws {
    var call = VirtualCall()
    call.begin()
    call.answer(900, seconds: 1, text: "Hello.")
    call.speech = [ms(5_000)...ms(6_500)]
    call.answer(7_200, seconds: 3, text: "Answer.")
    call.run(until: 20_000)
    let greeting = try #require(call.latencies.first)
    let answer = try #require(call.latencies.last)
    #expect(greeting.response == nil)
    #expect(answer.turn == 2)
    let response = try #require(answer.response)
    let model = try #require(answer.model)
    // Speech ended at 6.5 s (seen in 20 ms windows), the first audio came at 7.2 s, and a chunk of
    // 200 ms is full when its second part is there, 33 ms later.
    #expect(abs((model - ms(700)).inMilliseconds) <= 20)
    #expect(answer.egress == ms(33))
    #expect(response == model + answer.egress)
  }

  @Test func `an answer that begins while the detector waits out a pause has its latency`() throws {
    var call = VirtualCall()
    call.begin()
    call.speech = [ms(2_000)...ms(3_000)]
    call.answer(3_150, seconds: 1, text: "Quick.")
    call.run(until: 6_000)
    let model = try #require(call.latencies.last?.model)
    #expect(abs((model - ms(150)).inMilliseconds) <= 120)
    #expect(call.latencies.count == 1)
  }

  @Test func `an interruption clears at once and keeps only what was heard`() throws {
    var call = VirtualCall()
    call.begin()
    call.answer(
      1_000, seconds: 10, text: "one two three four five six seven eight nine ten", complete: false)
    call.speech = [ms(4_500)...ms(6_000)]
    call.model(4_900, .interrupted)
    call.model(4_910, .turnComplete)
    call.model(6_100, .inputTranscript(Recognition(text: "wait")))
    call.answer(6_700, seconds: 1, text: "Yes?")
    call.run(until: 12_000)

    #expect(call.time(of: .clear) == ms(4_900))
    let cut = try #require(call.transcript.first)
    #expect(cut.speaker == .agent)
    #expect(!cut.isComplete)
    // 3.9 s of 10 s had passed since the first chunk.
    #expect(cut.text == "one two three four" || cut.text == "one two three")
    #expect(call.transcript.dropFirst().map(\.text) == ["wait", "Yes?"])
    #expect(call.machine.counters.interruptions == 1)
    #expect(call.states.contains(.interrupted))
    let response = try #require(call.latencies.last?.response)
    #expect(abs((response - ms(733)).inMilliseconds) <= 20)
  }

  @Test func `the turn-complete that follows an interruption does not end the next turn`() {
    var call = VirtualCall()
    call.begin()
    call.answer(1_000, seconds: 10, text: "long", complete: false)
    call.model(3_000, .interrupted)
    call.answer(3_100, seconds: 0.5, text: "Next ", complete: false)
    call.model(3_300, .turnComplete)
    call.model(3_400, .outputTranscript("turn."))
    call.model(3_500, .generationComplete, .turnComplete)
    call.run(until: 8_000)
    #expect(call.transcript.last?.text == "Next turn.")
    #expect(call.transcript.last?.isComplete == true)
  }

  @Test func `a hang-up in mid-sentence writes down the part that was heard`() throws {
    var call = VirtualCall()
    call.begin()
    call.answer(1_000, seconds: 4, text: "alpha beta gamma delta epsilon zeta eta theta")
    call.at(3_000, .carrierStopped(.callerHungUp))
    call.run(until: 4_000)
    let entry = try #require(call.transcript.first)
    #expect(entry.text == "alpha beta gamma delta" || entry.text == "alpha beta gamma")
    #expect(call.end?.at == ms(3_000))
  }

  @Test func `marks that never come back do not hold the conversation up`() {
    var call = VirtualCall()
    call.echoesMarks = false
    call.begin()
    call.answer(1_000, seconds: 2, text: "Hello there.")
    call.run(until: 6_000)
    #expect(call.transcript.first?.text == "Hello there.")
    #expect(call.machine.state == .listening)
  }

  @Test func `caller audio waits for the model, three seconds at most`() {
    var call = VirtualCall()
    call.at(0, .carrierStarted)
    call.model(5_050, .ready)
    call.run(until: 5_040)
    #expect(call.outputs.allSatisfy { !$0.output.isForward })
    call.run(until: 5_060)
    let forwarded = call.outputs.count(where: \.output.isForward)
    #expect(forwarded == 30)
    #expect(call.machine.counters.droppedCallerFrames == 20)
  }

  @Test func `nothing follows the end`() {
    var call = VirtualCall()
    call.begin()
    call.at(1_000, .end(.requested("supervisor")))
    call.answer(1_100, seconds: 1, text: "late")
    call.run(until: 20_000)
    #expect(call.end?.reason == .requested("supervisor"))
    #expect(call.outputs.last?.output == .end(.requested("supervisor")))
    #expect(call.machine.nextDeadline == nil)
  }
}

extension Duration {
  var inMilliseconds: Int {
    Int(components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000)
  }
}
