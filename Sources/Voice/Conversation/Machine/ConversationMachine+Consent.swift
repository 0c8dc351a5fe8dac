/// The question whether the call may be recorded.
///
/// ```
/// notice heard ─→ waiting ─ yes ─→ granted: recording begins
///                    ├─ no ─→ refused
///                    └─ neither, or silence ─→ asked once more ─ neither, or silence ─→ unanswered
/// ```
/// Without a yes the call goes on, and nothing of it is recorded.
extension ConversationMachine {
  /// What was said since the question.
  struct Inquiry {
    var words = ""
    /// The agent's first turn since the caller spoke: by then the caller is done.
    var reply: Int?
    var wasRepeated = false
  }

  /// The question was heard: what the caller says now is the answer.
  mutating func awaitAnswer() {
    inquiry = Inquiry()
    recordingAnswer = .unanswered
  }

  mutating func heardOfCaller(_ text: String) {
    inquiry?.words += text
    if inquiry?.reply != nil { readAnswer() }
  }

  /// The agent begins to speak. What was said until then are whole words.
  mutating func replyBegun(_ turn: AgentTurn) {
    guard let asked = inquiry, asked.reply == nil,
      !asked.words.isEmpty || turn.callerEndedAt != nil
    else { return }
    inquiry?.reply = turn.number
    readAnswer()
  }

  /// Decides when what was said is clear.
  private mutating func readAnswer() {
    guard let inquiry, let answer = RecordingAnswer(saying: inquiry.words) else { return }
    decide(answer)
  }

  /// Whether a key was the answer. The model is told, as it hears no keys.
  mutating func answered(byKey digit: String, at now: Duration) -> Bool {
    guard inquiry != nil, let answer = RecordingAnswer(pressing: digit) else { return false }
    decide(answer)
    let what = answer == .granted ? "may be recorded" : "must not be recorded"
    prompt("The caller answered by a key: the call \(what). Go on with the call.", at: now)
    return true
  }

  private mutating func decide(_ answer: RecordingAnswer) {
    inquiry = nil
    recordingAnswer = answer
    if answer == .granted { outputs.append(.startRecording) }
  }

  /// A turn was heard to its end. If it was the reply to what was neither yes nor no, it is asked again.
  mutating func replyHeard(_ turn: AgentTurn, at now: Duration) {
    guard let reply = inquiry?.reply, turn.number >= reply, turns.isEmpty, closing == nil else {
      return
    }
    askAgain(at: now)
  }

  /// Asks once more; the second time the question is given up. Whether there was one to ask.
  @discardableResult
  mutating func askAgain(at now: Duration) -> Bool {
    guard let asked = inquiry, let notice = options.notice else { return false }
    guard !asked.wasRepeated else {
      inquiry = nil
      return false
    }
    inquiry = Inquiry(wasRepeated: true)
    lastActivity = now
    prompt(notice.prompt, at: now)
    return true
  }
}
