import Audio
import Speech
import Testing

@testable import Cascade

/// A machine and the time; what it wants of others is gathered, and answered when a test says so.
struct CascadeScene {
  var machine: CascadeMachine
  var now = Duration.zero
  /// Since the last look.
  var outputs: [CascadeMachine.Output] = []

  init(_ change: (inout RealtimeSetup) -> Void = { _ in }) {
    var setup = RealtimeSetup(systemInstruction: "You sell tea.")
    change(&setup)
    machine = CascadeMachine(setup: setup, rate: .wideband, longestUtterance: .seconds(55))
  }

  mutating func feed(_ input: CascadeMachine.Input) {
    outputs += machine.handle(input, at: now)
  }

  /// Sound, or silence, of this length, in frames of 20 ms.
  mutating func hear(_ isLoud: Bool, _ length: Duration) {
    for _ in 0..<Int(length / .milliseconds(20)) {
      now += .milliseconds(20)
      let samples = (0..<320).map { Int16(isLoud ? ($0 % 16 < 8 ? 8_000 : -8_000) : 0) }
      feed(.audio(PCMFrame(samples: samples, rate: .wideband)))
      if let deadline = machine.nextDeadline, deadline <= now { feed(.tick) }
    }
  }

  /// Takes what was gathered.
  mutating func take() -> [CascadeMachine.Output] {
    defer { outputs = [] }
    return outputs
  }

  /// The caller says something and pauses; the number of its recognition.
  mutating func utterance() throws -> Int {
    hear(true, .seconds(1))
    hear(false, .milliseconds(700))
    let outputs = take()
    return try #require(outputs.lazy.compactMap(\.recognition).first)
  }

  /// The caller says `words`, and they are recognised; what the model is asked.
  mutating func ask(_ words: String) throws -> (number: Int, request: ChatRequest) {
    let number = try utterance()
    feed(.recognized(number, .success(Recognition(text: words, languageCode: "en-IN"))))
    return try question()
  }

  /// What the model is asked, of what was gathered.
  mutating func question() throws -> (number: Int, request: ChatRequest) {
    let outputs = take()
    return try #require(outputs.lazy.compactMap(\.question).first)
  }

  /// What is to be said, of what was gathered.
  mutating func speech() throws -> (number: Int, words: SpokenText) {
    let outputs = take()
    return try #require(outputs.lazy.compactMap(\.speech).first)
  }

  /// The model answers the question that was asked last.
  mutating func answer(_ number: Int, _ text: String, calls: [ToolCall] = []) {
    if !text.isEmpty { feed(.answerText(number, text)) }
    feed(.answered(number, .success(ChatAnswer(text: text, toolCalls: calls))))
  }

  /// Says everything that is wanted, each sentence in `length`; what was said.
  mutating func speak(_ length: Duration = .seconds(1)) -> [String] {
    var said: [String] = []
    while let place = outputs.firstIndex(where: { $0.speech != nil }),
      let words = outputs[place].speech
    {
      outputs.remove(at: place)
      said.append(words.words.text)
      let samples = [Int16](repeating: 1, count: SampleRate.wideband.samples(in: length))
      feed(.sound(words.number, PCMFrame(samples: samples, rate: .wideband)))
      feed(.spoken(words.number, nil))
    }
    return said
  }
}

extension CascadeMachine.Output {
  var recognition: Int? {
    if case .recognize(let number, _, _) = self { number } else { nil }
  }

  var question: (number: Int, request: ChatRequest)? {
    if case .ask(let number, let request) = self { (number, request) } else { nil }
  }

  var speech: (number: Int, words: SpokenText)? {
    if case .speak(let number, let words) = self { (number, words) } else { nil }
  }

  var event: RealtimeEvent? {
    if case .deliver(let event) = self { event } else { nil }
  }
}

extension [CascadeMachine.Output] {
  /// What they say was used, together.
  var usage: SpeechUsage {
    reduce(into: SpeechUsage()) { sum, output in
      if case .usage(let usage)? = output.event { sum += usage }
    }
  }

  /// The events among them without their sound.
  var events: [RealtimeEvent] {
    compactMap(\.event).filter {
      switch $0 {
      case .audio, .usage: false
      default: true
      }
    }
  }
}
