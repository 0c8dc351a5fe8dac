import Audio
import Conversation
import Speech

/// A whole call in virtual time: a paced carrier that plays and echoes marks, a caller who speaks
/// when told to, and a model that says what the script makes it say.
struct VirtualCall {
  var machine: ConversationMachine
  var now: Duration = .zero
  var carrier = Pacer(rate: .studio, chunkSamples: 4_800)
  /// The caller's speech, as spans of time.
  var speech: [ClosedRange<Duration>] = []
  var echoesMarks = true
  var callerIsConnected = true

  private(set) var outputs: [(at: Duration, output: ConversationOutput)] = []
  private var script: [(at: Duration, order: Int, input: ConversationInput)] = []
  private var nextFrame: Duration = .milliseconds(100)
  private var tonePosition = 0
  private var pendingEchoes: [(at: Duration, name: String)] = []
  /// Answers prompts: what the model does when it is asked something.
  var onPrompt: ((String, Duration) -> [(Duration, RealtimeEvent)])?

  init(options: ConversationOptions = ConversationOptions()) {
    machine = ConversationMachine(options: options, rate: .telephone, at: .zero)
  }

  mutating func at(_ milliseconds: Int, _ input: ConversationInput) {
    script.append((.milliseconds(milliseconds), script.count, input))
  }

  mutating func model(_ milliseconds: Int, _ events: RealtimeEvent...) {
    for event in events { at(milliseconds, .model(event)) }
  }

  /// The model answers with `seconds` of audio in 100 ms parts, three times faster than real time.
  mutating func answer(_ milliseconds: Int, seconds: Double, text: String, complete: Bool = true) {
    let parts = Int(seconds * 10)
    for part in 0..<parts {
      model(
        milliseconds + part * 33,
        .audio(PCMFrame(samples: [Int16](repeating: 500, count: 2_400), rate: .studio)))
    }
    model(milliseconds + 1, .outputTranscript(text))
    if complete { model(milliseconds + parts * 33, .generationComplete, .turnComplete) }
  }

  mutating func begin() {
    at(0, .carrierStarted)
    model(300, .ready)
  }

  mutating func run(until milliseconds: Int) {
    let end = Duration.milliseconds(milliseconds)
    script.sort { ($0.at, $0.order) < ($1.at, $1.order) }
    while let next = nextTime, next <= end {
      now = max(now, next)
      step()
    }
    now = end
  }

  private var nextTime: Duration? {
    [
      script.first?.at, callerIsConnected ? nextFrame : nil, pendingEchoes.first?.at,
      carrier.nextDue(at: now), machine.nextDeadline,
    ].compactMap(\.self).min()
  }

  private mutating func step() {
    while let first = script.first, first.at <= now {
      script.removeFirst()
      feed(first.input)
    }
    while callerIsConnected, nextFrame <= now {
      feed(.callerAudio(callerFrame(endingAt: nextFrame)))
      nextFrame += .milliseconds(100)
    }
    while let echo = pendingEchoes.first, echo.at <= now {
      pendingEchoes.removeFirst()
      feed(.markPlayed(echo.name))
    }
    pump()
    if let deadline = machine.nextDeadline, deadline <= now { feed(.tick) }
  }

  private mutating func callerFrame(endingAt end: Duration) -> PCMFrame {
    let samples = (0..<800).map { index -> Int16 in
      let time = end - .milliseconds(100) + .microseconds(index * 125)
      guard speech.contains(where: { $0.contains(time) }) else { return 0 }
      return index % 16 < 8 ? 8_000 : -8_000
    }
    return PCMFrame(samples: samples, rate: .telephone)
  }

  private mutating func pump() {
    for item in carrier.due(at: now) {
      switch item {
      case .audio(let frame, let padding):
        let silence = frame.rate.duration(samples: padding)
        feed(.audioSent(speech: frame.duration - silence, padding: silence))
      case .mark(let name):
        if echoesMarks { pendingEchoes.append((carrier.peerPlaysUntil, name)) }
      }
    }
  }

  private mutating func feed(_ input: ConversationInput) {
    for output in machine.handle(input, at: now) {
      outputs.append((now, output))
      switch output {
      case .sendAudio(let frame): carrier.append(frame.samples, at: now)
      case .flushAudio: carrier.flush()
      case .mark(let name): carrier.mark(name)
      case .clear:
        _ = carrier.clear(at: now)
        pendingEchoes.removeAll()
      case .prompt(let text):
        let base = now
        for (after, event) in onPrompt?(text, now) ?? [] {
          script.append((base + after, script.count, .model(event)))
        }
        script.sort { ($0.at, $0.order) < ($1.at, $1.order) }
      default: break
      }
    }
    pump()
  }

  var transcript: [TranscriptEntry] {
    outputs.compactMap { if case .transcript(let entry) = $0.output { entry } else { nil } }
  }
  var latencies: [TurnLatency] {
    outputs.compactMap { if case .latency(let latency) = $0.output { latency } else { nil } }
  }
  var states: [ConversationState] {
    outputs.compactMap { if case .state(let state) = $0.output { state } else { nil } }
  }
  var prompts: [String] {
    outputs.compactMap { if case .prompt(let text) = $0.output { text } else { nil } }
  }
  var end: (reason: CallEndReason, at: Duration)? {
    for (at, output) in outputs {
      if case .end(let reason) = output { return (reason, at) }
    }
    return nil
  }
  var toolAnswers: [ToolResponse] {
    outputs.compactMap { if case .answerTools(let list) = $0.output { list } else { nil } }
      .flatMap(\.self)
  }
  func time(of wanted: ConversationOutput) -> Duration? {
    outputs.first { $0.output == wanted }?.at
  }
  func count(_ wanted: ConversationOutput) -> Int { outputs.count { $0.output == wanted } }
}

extension ConversationOutput {
  /// Whether the model hears something of the caller by it.
  var isForward: Bool { if case .forward = self { true } else { false } }
}

func ms(_ value: Int) -> Duration { .milliseconds(value) }
