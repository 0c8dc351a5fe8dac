package import Audio
internal import Speech

/// Decides what happens in one call; pure. Time is a `Duration` since any origin, never going back.
///
/// ```
/// listening ─ caller stops ─→ thinking ─ model audio ─→ speaking ─ all played ─→ listening
///     └────────── model audio (greeting, nudge) ──────────↗  └─ model says interrupted ─→ interrupted
/// interrupted ─ turn complete ─→ listening, or thinking when the caller has finished
/// any ─ hang-up, failure, limit, end-call ─→ ending ─ last words played ─→ .end, then nothing more
/// ```
/// The model decides when it is interrupted; the local detector dates speech for latency and silence.
/// Every tool call is answered exactly once. The transcript holds what was heard, not what was sent.
package struct ConversationMachine: Sendable {
  let options: ConversationOptions
  package internal(set) var state = ConversationState.listening
  package internal(set) var counters = CallCounters()

  var isOver = false
  let createdAt: Duration
  var mediaStart: Duration?
  var isModelReady = false
  var announcementEnd: Duration?
  /// Nothing is recorded yet, and nothing the caller says goes to the model.
  var isAnnouncing = false
  var wasNoticeRepeated = false
  /// The caller was asked and has not answered yet.
  var inquiry: Inquiry?
  /// Nil when the caller was not asked.
  package internal(set) var recordingAnswer: RecordingAnswer?

  var caller: CallerSpeech
  var backlog: [PCMFrame] = []
  var lastCallerFrame: Duration

  var turns: [AgentTurn] = []
  var lastTurn = 0
  var playback = PlaybackClock()
  /// Position in the stream of agent audio where the next sample goes.
  var queued: Duration = .zero
  /// Where the caller began to speak over the agent.
  var bargeIn: Duration?
  /// The turn-complete that follows an interruption belongs to the turn already thrown away.
  var isTurnVoid = false
  /// Text of a turn whose audio has not begun.
  var pendingText = ""

  var tools: [String: PendingTool] = [:]
  var answeredTools: Set<String> = []

  var lastActivity: Duration
  var awaitingSince: Duration?
  var wasNudged = false
  var prompts = 0
  var closing: Closing?
  var outputs: [ConversationOutput] = []

  struct PendingTool {
    let call: ToolCall
    let deadline: Duration
  }

  /// The call will end with `reason` when the last words are played, at `deadline` at the latest.
  struct Closing {
    let reason: CallEndReason
    var deadline: Duration
    var isModelDone = false
    /// The last words have been asked for and have not begun.
    var awaitsFarewell = false
  }

  /// How long last words may take to be said, beside what is still to be heard of those before.
  static var lastWordsLimit: Duration { .seconds(15) }
  /// How long a model that ends the call and says nothing may take to begin with last words.
  static var lastWordsPause: Duration { .seconds(2) }

  package init(options: ConversationOptions, rate: SampleRate, at now: Duration) {
    self.options = options
    caller = CallerSpeech(rate: rate)
    createdAt = now
    lastCallerFrame = now
    lastActivity = now
  }

  /// Takes one input and answers what is to be done, in order; nothing after `.end`.
  package mutating func handle(_ input: ConversationInput, at now: Duration)
    -> [ConversationOutput]
  {
    if isOver { return [] }
    route(input, at: now)
    if !isOver { settle(at: now) }
    defer { outputs.removeAll(keepingCapacity: true) }
    return outputs
  }

  private mutating func route(_ input: ConversationInput, at now: Duration) {
    switch input {
    case .carrierStarted: carrierStarted(at: now)
    case .callerAudio(let frame): callerAudio(frame, at: now)
    case .dtmf(let digit): pressed(digit, at: now)
    case .audioSent(let speech, let padding): audioSent(speech, padding, at: now)
    case .markPlayed(let name): markPlayed(name, at: now)
    case .carrierStopped(let end): carrierStopped(end, at: now)
    case .model(let event): modelEvent(event, at: now)
    case .toolAnswered(let id, let outcome): toolAnswered(id, outcome, at: now)
    case .instruct(let text): prompt(text, at: now)
    case .end(let reason): finish(reason, at: now)
    case .tick: tick(at: now)
    }
  }

  func sinceStart(_ time: Duration) -> Duration { max(.zero, time - (mediaStart ?? time)) }

  mutating func enter(_ next: ConversationState) {
    guard next != state else { return }
    state = next
    outputs.append(.state(next))
  }

  /// Sends the model an instruction it is expected to answer in speech.
  mutating func prompt(_ text: String, at now: Duration) {
    guard closing == nil else { return }
    caller.forgetEnd()
    outputs.append(.prompt(text))
    awaitModel(from: now)
  }

  mutating func awaitModel(from now: Duration) {
    awaitingSince = now
    if state == .listening || state == .interrupted { enter(.thinking) }
  }

  /// Ends the call now: what is unfinished is written down as far as it was heard.
  mutating func finish(_ reason: CallEndReason, at now: Duration) {
    let position = playback.heard(at: now)
    for turn in turns { writeDown(turn, heardUpTo: position, at: now) }
    turns.removeAll()
    writeDownCaller(before: .forever)
    for id in tools.keys.sorted() { outputs.append(.cancelTool(id: id)) }
    tools.removeAll()
    enter(.ending)
    outputs.append(.end(reason))
    isOver = true
  }
}
