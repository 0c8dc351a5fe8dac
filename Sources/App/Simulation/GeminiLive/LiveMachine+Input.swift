internal import Buffers

/// What the client says to an open session.
extension LiveMachine {
  mutating func converse(
    _ input: LiveInput, _ setup: LiveSetup, at now: Duration
  ) throws(LiveClose) -> [Action] {
    switch input {
    case .setup: throw .invalidArgument
    case .content(let turns, let isComplete):
      return try content(turns, isComplete, setup, at: now)
    case _ where awaitsHistory: return []
    case .audio(let samples, let rate, let bytes):
      measure(bytes: bytes, rate: rate, at: now)
      return hear(PCM.resampled(samples, from: rate, to: Self.earRate), setup, at: now)
    case .text(let text): return prompt(text, setup, at: now)
    case .streamEnd:
      lastAudio = nil
      return detector?.finish().map { react(to: $0, setup, at: now) } ?? []
    case .activityStart, .activityEnd: return try manualActivity(input, setup, at: now)
    case .mediaChunks:
      guard setup.model.generation == .native25 else {
        throw LiveClose(
          1_007, "realtime_input.media_chunks is deprecated. Use audio, video, or text instead.")
      }
      return []
    case .toolResponses(let responses): return accept(responses, setup, at: now)
    }
  }

  private mutating func measure(bytes: Int, rate: Int, at now: Duration) {
    let milliseconds = bytes * 500 / rate
    report.audioMilliseconds += milliseconds
    report.chunkMilliseconds.add(milliseconds)
    usage.promptAudio = report.audioMilliseconds / 40
    if let lastAudio, now - lastAudio > .milliseconds(100) {
      report.gaps.add((now - lastAudio).milliseconds)
    }
    lastAudio = now
  }

  private mutating func hear(
    _ samples: [Int16], _ setup: LiveSetup, at now: Duration
  ) -> [Action] {
    guard setup.detectsActivity else {
      manualAudio?.append(contentsOf: samples)
      return []
    }
    var actions: [Action] = []
    for event in detector?.consume(samples) ?? [] { actions += react(to: event, setup, at: now) }
    return actions
  }

  private mutating func react(
    to event: SpeechDetector.Event, _ setup: LiveSetup, at now: Duration
  ) -> [Action] {
    switch event {
    case .started: return userStarted(setup)
    case .ended(let samples):
      return userEnded(samples, setup, speechEnded: now - setup.silence)
    }
  }

  private mutating func manualActivity(
    _ input: LiveInput, _ setup: LiveSetup, at now: Duration
  ) throws(LiveClose) -> [Action] {
    guard !setup.detectsActivity else {
      throw LiveClose(
        1_007, "Explicit activity control is not supported when automatic activity detection is on."
      )
    }
    if input == .activityStart {
      manualAudio = []
      return userStarted(setup)
    }
    guard let samples = manualAudio else { return [] }
    manualAudio = nil
    return userEnded(samples, setup, speechEnded: now)
  }

  private mutating func userStarted(_ setup: LiveSetup) -> [Action] {
    setup.isInterruptible ? interrupt() : []
  }

  private mutating func userEnded(
    _ samples: [Int16], _ setup: LiveSetup, speechEnded: Duration
  ) -> [Action] {
    report.utterances += 1
    if turn != nil, !setup.isInterruptible {
      waiting = samples
      return []
    }
    return startRecognizing(samples, speechEnded: speechEnded)
  }

  private mutating func prompt(
    _ text: String, _ setup: LiveSetup, at now: Duration
  ) -> [Action] {
    let broken = interrupt()
    if let digits = SpokenDigits.found(in: text) { memory.digits = digits }
    let answer = book.answer(
      toPrompt: text, tools: setup.tools, language: setup.language, digits: memory.digits)
    return broken + think(answer, speechEnded: nil, until: now + faults.thinking)
  }

  private mutating func content(
    _ turns: [LiveInput.Turn], _ isComplete: Bool, _ setup: LiveSetup, at now: Duration
  ) throws(LiveClose) -> [Action] {
    for turn in turns where turn.isUser {
      if let digits = SpokenDigits.found(in: turn.text) { memory.digits = digits }
    }
    if awaitsHistory {
      if isComplete { awaitsHistory = false }
      return []
    }
    if setup.model.generation == .flash31 { throw .invalidArgument }
    guard isComplete else { return [] }
    if setup.model.generation == .native25, turns.last?.isUser == false { throw .invalidArgument }
    guard let last = turns.last(where: \.isUser) else { return interrupt() }
    return prompt(last.text, setup, at: now)
  }
}
