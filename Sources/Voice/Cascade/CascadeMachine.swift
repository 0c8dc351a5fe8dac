internal import Audio
internal import Speech

/// Holds a conversation by a recogniser, a chat model and a voice; pure.
///
/// ```
/// listening ── the caller pauses ─→ recognising ── words ─→ answering ── sentences ─→ speaking
///     ↑                                                        │  ↑                      │
///     │                                        functions ── called ┘                     │
///     └──────────────────── heard to its end, or the caller spoke over it ───────────────┘
/// ```
/// Whoever acts on the outputs reports with the same number; what comes of a number that was stopped is
/// nobody's. Time is an argument.
struct CascadeMachine {
  enum Input {
    case audio(PCMFrame)
    case recognized(Int, Result<Recognition?, SpeechError>)
    case answerText(Int, String)
    case answered(Int, Result<ChatAnswer, SpeechError>)
    case sound(Int, PCMFrame)
    case spoken(Int, SpeechError?)
    case instruct(String)
    case toolResponses([ToolResponse])
    case tick
  }

  enum Output: Equatable {
    case recognize(Int, PCMFrame, languages: [String])
    case ask(Int, ChatRequest)
    case speak(Int, SpokenText)
    case stop(Int)
    case deliver(RealtimeEvent)
  }

  /// Failures in a row of one kind that end a conversation.
  private static let failureLimit = 3

  let setup: RealtimeSetup
  var capture: UtteranceCapture
  var history = ChatHistory()
  var turn: AnswerTurn?
  /// What the caller said and the model was not asked yet.
  var heard: [String] = []
  /// A turn was withdrawn that had functions' answers to speak of: the model goes on, heard or not.
  var owesAnswer = false
  /// Utterances that are being recognised, in their order, with what came of those that wait for others.
  private var utterances: [(number: Int, heard: Recognition?, isDone: Bool)] = []
  /// The utterance that began is not for us: the agent may not be interrupted.
  private var isDeaf = false
  private var failures = 0
  private var lastNumber = 0
  private(set) var isOver = false
  var outputs: [Output] = []

  init(setup: RealtimeSetup, rate: SampleRate, longestUtterance: Duration) {
    self.setup = setup
    capture = UtteranceCapture(
      rate: rate, start: setup.startOfSpeech, end: setup.endOfSpeechSilence,
      isSensitive: setup.isSensitive, longest: longestUtterance)
  }

  /// When `.tick` is wanted.
  var nextDeadline: Duration? { turn?.isGenerated == true && !isOver ? turn?.playedOutAt : nil }

  mutating func handle(_ input: Input, at now: Duration) -> [Output] {
    guard !isOver else { return [] }
    outputs = []
    switch input {
    case .audio(let frame): hear(frame, at: now)
    case .recognized(let number, let result): recognized(number, result, at: now)
    case .answerText(let number, let text): answerText(number, text)
    case .answered(let number, let result): answered(number, result, at: now)
    case .sound(let number, let frame): sound(number, frame, at: now)
    case .spoken(let number, let error): spoken(number, error, at: now)
    case .instruct(let text): instruct(text, at: now)
    case .toolResponses(let responses): take(responses, at: now)
    case .tick: endTurnIfHeard(at: now)
    }
    return outputs
  }

  mutating func number() -> Int {
    lastNumber += 1
    return lastNumber
  }

  /// Tells what was just asked for, or got.
  mutating func use(_ usage: SpeechUsage) { outputs.append(.deliver(.usage(usage))) }

  /// Ends the conversation for a failure that asking again does not mend, or that came too often.
  mutating func fail(_ error: SpeechError) {
    isOver = true
    outputs.append(.deliver(.closed(error)))
  }

  /// Notes a failure; whether the conversation goes on.
  mutating func survives(_ error: SpeechError) -> Bool {
    failures += 1
    if error.kind == .transient || error.kind == .permanent, failures < Self.failureLimit {
      return true
    }
    fail(error)
    return false
  }

  mutating func succeeded() { failures = 0 }
}

/// The caller.
extension CascadeMachine {
  private mutating func hear(_ frame: PCMFrame, at now: Duration) {
    for event in capture.hear(frame) {
      switch event {
      case .began: began(at: now)
      case .ended(let utterance):
        if !isDeaf { recognize(utterance) }
        isDeaf = isDeaf && capture.isSpeech
      }
    }
  }

  private mutating func began(at now: Duration) {
    guard let turn else { return }
    let isBetweenSounds = turn.hasSounded && turn.toolCalls.isEmpty && !turn.isGenerated
    if turn.isAudible(at: now) || isBetweenSounds {
      if setup.isInterruptible { cutTurn(at: now) } else { isDeaf = true }
    } else if !turn.hasSounded, turn.toolCalls.isEmpty {
      withdraw(turn)
    }
  }

  /// The caller goes on before anything of the answer was heard: what was said belongs together.
  private mutating func withdraw(_ turn: AnswerTurn) {
    for number in [turn.asking, turn.speaking?.number] {
      if let number { outputs.append(.stop(number)) }
    }
    history.cutLastAnswer(to: "")
    if let words = history.takeLastUser() {
      heard.insert(words, at: 0)
    } else {
      owesAnswer = true
    }
    self.turn = nil
  }

  private mutating func recognize(_ utterance: PCMFrame) {
    let number = number()
    utterances.append((number, nil, false))
    outputs.append(.recognize(number, utterance, languages: setup.spokenLanguages))
    let (seconds, rest) = utterance.duration.components
    use(SpeechUsage(recognizedSeconds: Int(seconds) + (rest > 0 ? 1 : 0)))
  }

  private mutating func recognized(
    _ number: Int, _ result: Result<Recognition?, SpeechError>, at now: Duration
  ) {
    guard let place = utterances.firstIndex(where: { $0.number == number }) else { return }
    utterances[place].isDone = true
    switch result {
    case .success(let recognition):
      succeeded()
      utterances[place].heard = recognition
    case .failure(let error):
      guard survives(error) else { return }
      utterances[place].heard = nil
      if utterances.count == 1, heard.isEmpty {
        utterances.removeAll()
        return instruct("The caller's words were not understood. Ask to hear them again.", at: now)
      }
    }
    while let first = utterances.first, first.isDone {
      utterances.removeFirst()
      guard var words = first.heard, !words.text.isEmpty else { continue }
      heard.append(words.text)
      words.text += " "
      outputs.append(.deliver(.inputTranscript(words)))
    }
    askIfPossible()
  }

  /// Has the model answer, once the caller has ended and the turn before has.
  mutating func askIfPossible() {
    guard !heard.isEmpty || owesAnswer, turn == nil, utterances.isEmpty, !capture.isSpeech
    else { return }
    if !heard.isEmpty { history.add(.user(heard.joined(separator: "\n"))) }
    heard = []
    beginTurn()
  }

  private mutating func instruct(_ text: String, at now: Duration) {
    if turn != nil { cutTurn(at: now) }
    let words = heard.isEmpty ? "" : heard.joined(separator: "\n") + "\n"
    heard = []
    history.add(.user(words + ChatHistory.instructionMark + text))
    beginTurn()
  }
}
