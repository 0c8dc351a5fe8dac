internal import Buffers
package import Voices

/// One Live session from the service's side.
///
/// States: awaiting setup → setting up → open → closed. An open session has at most one turn:
/// recognising → thinking → (awaiting a tool →) synthesising → speaking, then none again; new
/// speech of the user breaks a turn off at any stage. Pure: the owner passes every message to
/// `receive`, calls `tick` at `nextWake`, and does what the answers say. Times never go back.
package struct LiveMachine {
  /// What the owner does next, in order.
  package enum Action: Equatable {
    /// Sends one binary frame.
    case send([UInt8])
    /// Finds the words of 16 kHz samples and calls `recognized`.
    case recognize(turn: Int, [Int16])
    /// Makes speech at 24 kHz and calls `spoken`.
    case speak(turn: Int, text: String, language: SpokenLanguage)
    case close(LiveClose)
  }

  enum Phase {
    case awaitingSetup
    case settingUp(LiveSetup, until: Duration)
    case open(LiveSetup)
    case closed
  }

  enum Stage {
    case recognizing
    case thinking(until: Duration)
    case awaitingTool
    case synthesizing
    case speaking(SpeechPlayback)
  }

  struct Turn {
    let id: Int
    var stage: Stage
    /// When the user's speech ended; nil for a prompted turn.
    var speechEnded: Duration?
    var answer: Answer?
  }

  /// Hertz of everything the ears get.
  package static let earRate = 16_000
  /// Hertz of everything the voice sends.
  package static let voiceRate = 24_000

  let version: String
  let faults: LiveFaults
  let book: AnswerBook
  let openedAt: Duration
  var phase: Phase = .awaitingSetup
  var detector: SpeechDetector?
  var manualAudio: [Int16]?
  var turn: Turn?
  var nextTurn = 1
  /// Words of a turn that was broken off before its answer, said again with the next one.
  var carried = ""
  /// An utterance that came while a turn could not be interrupted.
  var waiting: [Int16]?
  /// Calls without an answer, by id.
  var pendingCalls: [String: PendingCall] = [:]
  /// Answers of background calls, spoken when nobody else speaks.
  var afterwards: [Answer] = []
  var nextCall = 1
  var awaitsHistory = false
  var lastAudio: Duration?
  var hasWarned = false
  var usage = LiveUsage()
  package internal(set) var memory = LiveMemory()
  package internal(set) var report = LiveReport()

  struct PendingCall {
    let answer: Answer
    let turn: Int?
    let isBlocking: Bool
  }

  /// `version` is the API version of the path; `now` the time the socket opened.
  package init(version: String, faults: LiveFaults, book: AnswerBook, now: Duration) {
    self.version = version
    self.faults = faults
    self.book = book
    openedAt = now
  }

  /// The accepted setup, once there is one.
  package var setup: LiveSetup? {
    switch phase {
    case .settingUp(let setup, _), .open(let setup): setup
    case .awaitingSetup, .closed: nil
    }
  }

  package var isClosed: Bool {
    if case .closed = phase { true } else { false }
  }

  /// One message of the client, text or binary.
  package mutating func receive(
    _ bytes: [UInt8], at now: Duration, handles: inout ResumptionStore
  ) -> [Action] {
    if isClosed { return [] }
    var actions: [Action] = []
    do throws(LiveClose) {
      for input in try LiveInput.parse(bytes) {
        actions += try accept(input, at: now, handles: &handles)
      }
    } catch {
      report.violations += 1
      actions += close(error)
    }
    return actions
  }

  private mutating func accept(
    _ input: LiveInput, at now: Duration, handles: inout ResumptionStore
  ) throws(LiveClose) -> [Action] {
    switch phase {
    case .closed: return []
    case .awaitingSetup:
      guard case .setup(let message) = input else { throw .invalidArgument }
      return try begin(message, at: now, handles: handles)
    case .settingUp(let setup, _):
      report.violations += 1
      return try converse(input, setup, at: now)
    case .open(let setup): return try converse(input, setup, at: now)
    }
  }

  private mutating func begin(
    _ message: JSONValue, at now: Duration, handles: ResumptionStore
  ) throws(LiveClose) -> [Action] {
    let setup = try LiveSetup(message, version: version)
    if let handle = setup.handle {
      guard !faults.forgetsHandles, let known = handles.memory(for: handle),
        known.modelID == setup.model.id
      else { throw .unknownSession }
      memory = known
    }
    if let fault = faults.close, faults.closeMoment == .beforeSetup { throw fault }
    memory.modelID = setup.model.id
    awaitsHistory = setup.expectsHistory
    usage.promptText = setup.instruction.utf8.count / 4
    detector = SpeechDetector(
      sampleRate: Self.earRate, start: setup.prefixPadding, end: setup.silence)
    phase = .settingUp(setup, until: now + faults.setupDelay)
    return []
  }

  /// The socket is gone whatever the reason.
  package mutating func end() { phase = .closed }

  mutating func close(_ reason: LiveClose) -> [Action] {
    phase = .closed
    return [.close(reason)]
  }
}
