import Audio
import Speech
import Testing

@testable import Conversation

@Suite struct RecordingAnswerTests {
  @Test(arguments: [
    "Yes.", "yeah, sure", "OK", "Of course, go ahead, fine", "No problem!", "I don’t mind",
    "haan ji", "Theek hai", "koi baat nahi", "हाँ", "जी हां।", "ठीक है", "कोई बात नहीं, कीजिए",
    "बिल्कुल", " YES ",
  ])
  func `a yes is one in either language and script`(text: String) {
    #expect(RecordingAnswer(saying: text) == .granted)
  }

  @Test(arguments: [
    "No.", "no thank you", "Yes... no, wait", "I'd rather not", "Okay but don't record", "nahi",
    "जी नहीं", "नहीं", "रिकॉर्ड मत कीजिए", "No problem, but not now", "without it please",
  ])
  func `a no beside anything is a no`(text: String) {
    #expect(RecordingAnswer(saying: text) == .refused)
  }

  @Test(arguments: [
    "", "...", "Who is there?", "Hello?", "yesterday", "nobody", "okra", "कौन बोल रहा है", "हाथी",
    "\u{0}", "know",
  ])
  func `anything else is no answer`(text: String) {
    #expect(RecordingAnswer(saying: text) == nil)
  }

  @Test(
    arguments: [("1", .granted), ("2", .refused), ("3", nil), ("", nil), ("12", nil)]
      as [(String, RecordingAnswer?)])
  func `a key answers, too`(digit: String, answer: RecordingAnswer?) {
    #expect(RecordingAnswer(pressing: digit) == answer)
  }
}

@Suite struct RecordingConsentTests {
  private static let question = "May this call be recorded?"

  /// A call in which the agent asks, is heard by 2.8 s, and answers what `reply` says to each prompt.
  private func asked(
    _ reply: @escaping (String) -> String = { _ in Self.question }
  ) -> VirtualCall {
    var options = ConversationOptions()
    options.notice = RecordingNotice(
      prompt: "Ask.", proofs: [["call", "record"]], isQuestion: true)
    var call = VirtualCall(options: options)
    call.begin()
    call.onPrompt = { text, _ in
      let samples = [Int16](repeating: 1, count: 48_000)
      return [
        (ms(300), .audio(PCMFrame(samples: samples, rate: .studio))),
        (ms(310), .outputTranscript(reply(text))), (ms(400), .generationComplete),
        (ms(400), .turnComplete),
      ]
    }
    return call
  }

  /// The caller says `words`, and the agent replies, after `milliseconds`.
  private func say(_ words: [String], _ milliseconds: Int, in call: inout VirtualCall) {
    call.speech.append(ms(milliseconds)...ms(milliseconds + 800))
    for (index, word) in words.enumerated() {
      call.model(milliseconds + 900 + index * 20, .inputTranscript(Recognition(text: word)))
    }
    call.answer(milliseconds + 1_500, seconds: 1, text: "Thank you.")
  }

  @Test func `nothing is recorded before the caller's yes`() {
    var call = asked()
    say(["Ye", "s."], 4_000, in: &call)
    call.run(until: 12_000)
    let recording = call.time(of: .startRecording)
    #expect(recording == ms(5_500))
    #expect(call.machine.recordingAnswer == .granted)
    #expect(call.prompts.first == "Greet the caller now." && !call.prompts.contains("Ask."))
    #expect(call.count(.startRecording) == 1)
  }

  @Test func `what was said before the question was heard is not its answer`() {
    var call = asked()
    call.speech = [ms(1_000)...ms(4_000)]
    call.run(until: 5_000)
    let heard = call.outputs.first(where: \.output.isForward)?.at
    #expect(heard.map { $0 >= ms(2_600) } == true)
    #expect(call.outputs.filter(\.output.isForward).count <= 24)
  }

  @Test func `a no lets the call go on, and nothing of it is recorded`() {
    var call = asked()
    // The first fragment alone would be a yes.
    say(["ok", "ra? No"], 4_000, in: &call)
    say(["Yes."], 8_000, in: &call)
    call.run(until: 12_000)
    #expect(call.time(of: .startRecording) == nil)
    #expect(call.machine.recordingAnswer == .refused)
    #expect(call.end == nil && !call.prompts.contains("Ask."))
  }

  @Test func `words that come behind the reply's first sound count`() {
    var call = asked()
    call.speech = [ms(4_000)...ms(4_800)]
    call.answer(5_500, seconds: 2, text: "Thank you.")
    call.model(5_700, .inputTranscript(Recognition(text: "Yes.")))
    call.run(until: 6_000)
    #expect(call.time(of: .startRecording) == ms(5_700))
  }

  @Test(arguments: [(["Yes."], RecordingAnswer.granted), (["Who?"], .unanswered)])
  func `what is neither yes nor no is asked again, once`(
    words: [String], answer: RecordingAnswer
  ) {
    var call = asked()
    say(["Who is it?"], 4_000, in: &call)
    call.run(until: 10_500)
    #expect(call.prompts.filter { $0 == "Ask." }.count == 1)
    say(words, 11_000, in: &call)
    call.run(until: 20_000)
    #expect(call.prompts.filter { $0 == "Ask." }.count == 1)
    #expect(call.machine.recordingAnswer == answer)
    #expect((call.time(of: .startRecording) != nil) == (answer == .granted))
  }

  @Test func `a silent caller is asked again, then as any silent one`() {
    var call = asked()
    call.run(until: 60_000)
    #expect(call.prompts.prefix(2) == ["Greet the caller now.", "Ask."])
    #expect(call.prompts.dropFirst(2).allSatisfy { $0.contains("still there") })
    #expect(call.machine.recordingAnswer == .unanswered)
    #expect(call.time(of: .startRecording) == nil)
  }

  @Test(arguments: [("1", true), ("2", false)])
  func `a key answers at once, and the model is told`(digit: String, isGranted: Bool) {
    var call = asked()
    call.at(4_000, .dtmf(digit))
    call.at(9_000, .dtmf(digit))
    call.run(until: 9_500)
    #expect(call.time(of: .startRecording) == (isGranted ? ms(4_000) : nil))
    #expect(call.machine.recordingAnswer == (isGranted ? .granted : .refused))
    #expect(call.prompts.count == 3)
    #expect(call.prompts[1].contains(isGranted ? "may be recorded" : "must not be recorded"))
    #expect(call.prompts[2] == "The caller pressed \(digit) on the keypad.")
  }

  @Test func `a caller who hangs up before the question, or behind it, has not agreed`() {
    var before = asked()
    before.at(1_000, .carrierStopped(.callerHungUp))
    before.run(until: 2_000)
    #expect(before.machine.recordingAnswer == nil)
    var behind = asked()
    behind.at(4_000, .carrierStopped(.callerHungUp))
    behind.run(until: 5_000)
    #expect(behind.machine.recordingAnswer == .unanswered)
  }

  @Test func `a model that never asks has nothing recorded`() {
    var call = asked { _ in "Hello." }
    say(["Yes."], 12_000, in: &call)
    call.run(until: 16_000)
    #expect(call.time(of: .startRecording) == nil)
    #expect(call.machine.recordingAnswer == nil && call.machine.counters.missingNotices == 1)
  }
}
