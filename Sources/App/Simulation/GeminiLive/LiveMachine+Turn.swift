internal import Buffers
package import Voices

/// The course of one turn.
extension LiveMachine {
  mutating func startRecognizing(_ samples: [Int16], speechEnded: Duration) -> [Action] {
    let id = newTurn(.recognizing, speechEnded: speechEnded)
    return [.recognize(turn: id, samples)]
  }

  mutating func think(_ answer: Answer, speechEnded: Duration?, until: Duration) -> [Action] {
    _ = newTurn(.thinking(until: until), speechEnded: speechEnded, answer: answer)
    return []
  }

  private mutating func newTurn(
    _ stage: Stage, speechEnded: Duration?, answer: Answer? = nil
  ) -> Int {
    defer { nextTurn += 1 }
    turn = Turn(id: nextTurn, stage: stage, speechEnded: speechEnded, answer: answer)
    return nextTurn
  }

  /// Ends the turn in progress because the user speaks or a prompt overrides it.
  mutating func interrupt() -> [Action] {
    guard let broken = turn else { return [] }
    turn = nil
    switch broken.stage {
    case .recognizing: return []
    case .thinking, .synthesizing:
      return broken.speechEnded == nil ? reportInterruption() : []
    case .speaking: return reportInterruption()
    case .awaitingTool: return cancelCalls(of: broken.id)
    }
  }

  private mutating func reportInterruption() -> [Action] {
    report.interruptions += 1
    return [.send(LiveOutput.interrupted), .send(LiveOutput.turnComplete(usage))]
  }

  private mutating func cancelCalls(of turn: Int) -> [Action] {
    let ids = pendingCalls.filter { $0.value.turn == turn && $0.value.isBlocking }.keys.sorted()
    for id in ids { pendingCalls[id] = nil }
    report.toolCancellations += ids.count
    return ids.isEmpty ? [] : [.send(LiveOutput.toolCallCancellation(ids))]
  }

  /// The ears have found the words of a turn's utterance; nil when they could not.
  package mutating func recognized(_ text: String?, turn id: Int, at now: Duration) -> [Action] {
    guard let setup, !isClosed else { return [] }
    let words = text ?? ""
    if words.isEmpty { report.unrecognized += 1 }
    let transcript = setup.transcribesInput ? Self.fragments(words).map { Action.send($0) } : []
    guard var current = turn, current.id == id else {
      if !words.isEmpty { carried += words + " " }
      return transcript
    }
    let all = carried + words
    carried = ""
    if let digits = SpokenDigits.found(in: all) { memory.digits = digits }
    current.answer = book.answer(toCaller: all, tools: setup.tools, digits: memory.digits)
    let earliest =
      (current.speechEnded ?? now) + (setup.detectsActivity ? setup.silence : .zero)
      + faults.thinking
    current.stage = .thinking(until: max(now, earliest))
    turn = current
    return transcript
  }

  private static func fragments(_ text: String) -> [[UInt8]] {
    let words = text.split(separator: " ")
    return stride(from: 0, to: words.count, by: 4).map {
      let part = words[$0..<min($0 + 4, words.count)].joined(separator: " ")
      return LiveOutput.inputTranscript($0 == 0 ? part : " " + part)
    }
  }

  /// Thinking is over: calls a function, or speaks, or does what a fault says.
  mutating func beginAnswer(_ setup: LiveSetup) -> [Action] {
    guard var current = turn, let answer = current.answer else { return [] }
    report.turns += 1
    memory.turns += 1
    if let stall = faults.stallsFromTurn, report.turns >= stall {
      turn = nil
      return []
    }
    if faults.emptyTurns {
      turn = nil
      return [.send(LiveOutput.turnComplete(usage))]
    }
    guard let tool = answer.call else {
      current.stage = .synthesizing
      turn = current
      return [.speak(turn: current.id, text: answer.text, language: answer.language)]
    }
    return call(tool, for: answer, in: current)
  }

  private mutating func call(
    _ tool: ToolDeclaration, for answer: Answer, in current: Turn
  ) -> [Action] {
    let message = openCall(tool, answer.arguments, for: answer, turn: current.id)
    var next = current
    if tool.isBlocking {
      next.stage = .awaitingTool
      turn = next
      return [.send(message)]
    }
    let filler = answer.language == .hindi ? "एक क्षण, मैं देखती हूँ।" : "One moment, let me check."
    next.answer?.text = filler
    next.stage = .synthesizing
    turn = next
    return [.send(message), .speak(turn: next.id, text: filler, language: answer.language)]
  }

  mutating func openCall(
    _ tool: ToolDeclaration, _ arguments: JSONValue, for answer: Answer, turn: Int?
  ) -> [UInt8] {
    let id = "function-call-\(nextTurn)-\(nextCall)"
    nextCall += 1
    report.toolCalls += 1
    pendingCalls[id] = PendingCall(answer: answer, turn: turn, isBlocking: tool.isBlocking)
    return LiveOutput.toolCall([.init(id: id, name: tool.name, arguments: arguments)])
  }

  mutating func accept(
    _ responses: [LiveInput.ToolResponse], _ setup: LiveSetup, at now: Duration
  ) -> [Action] {
    var actions: [Action] = []
    for response in responses {
      guard let call = pendingCalls.removeValue(forKey: response.id) else {
        report.strayToolAnswers += 1
        continue
      }
      report.toolAnswers += 1
      actions += resume(call, with: response.response)
    }
    return actions
  }

  private mutating func resume(_ call: PendingCall, with response: JSONValue) -> [Action] {
    guard call.turn != nil else { return [] }
    let answer = call.answer.completed(with: response)
    guard call.isBlocking, var current = turn, current.id == call.turn else {
      afterwards.append(answer)
      return []
    }
    current.answer = answer
    current.stage = .synthesizing
    turn = current
    return [.speak(turn: current.id, text: answer.text, language: answer.language)]
  }

  /// The voice has made a turn's speech at 24 kHz.
  package mutating func spoken(_ clip: SpeechClip, turn id: Int, at now: Duration) -> [Action] {
    guard let setup, var current = turn, current.id == id, case .synthesizing = current.stage else {
      return []
    }
    if let end = current.speechEnded { report.answers.add((now - end).milliseconds) }
    let clip = faults.whispers ? Self.whispered(clip) : clip
    current.stage = .speaking(SpeechPlayback(clip, at: now, speed: faults.speed))
    turn = current
    return setup.isResumable ? [.send(LiveOutput.resumptionUpdate(handle: nil))] : []
  }

  private static func whispered(_ clip: SpeechClip) -> SpeechClip {
    SpeechClip(
      text: clip.text, language: clip.language, sampleRate: clip.sampleRate,
      samples: clip.samples.map { $0 / 1_000 })
  }
}
