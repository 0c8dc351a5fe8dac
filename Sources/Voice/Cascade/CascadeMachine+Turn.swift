internal import Audio
internal import Speech

/// The agent's turn.
extension CascadeMachine {
  mutating func beginTurn() {
    owesAnswer = false
    let number = number()
    turn = AnswerTurn(asking: number)
    ask(number)
  }

  private mutating func ask(_ number: Int) {
    outputs.append(
      .ask(
        number,
        ChatRequest(
          instruction: Self.manner + setup.systemInstruction, turns: history.turns,
          tools: setup.tools, temperature: setup.temperature,
          maxOutputTokens: setup.maxOutputTokens)))
  }

  /// What a model must know of being heard and not read.
  private static let manner = """
    What you write is spoken on the phone as it is: write short plain sentences as people say them, \
    without markup, lists, emoji or links. What begins with \(ChatHistory.instructionMark)comes from \
    the application that runs the call, not from the caller: do it at once, and do not speak of it.


    """

  mutating func answerText(_ number: Int, _ text: String) {
    guard turn?.asking == number else { return }
    turn?.write(text)
    speakNext()
  }

  mutating func answered(
    _ number: Int, _ result: Result<ChatAnswer, SpeechError>, at now: Duration
  ) {
    guard turn?.asking == number else { return }
    turn?.asking = nil
    switch result {
    case .success(let answer): answered(answer, at: now)
    case .failure(let error): unanswered(error, at: now)
    }
  }

  private mutating func answered(_ answer: ChatAnswer, at now: Duration) {
    succeeded()
    history.add(.model(answer))
    use(SpeechUsage(chat: answer.usage))
    turn?.endWriting()
    if !answer.toolCalls.isEmpty {
      turn?.toolCalls = answer.toolCalls
      turn?.toolResponses = []
      outputs.append(.deliver(.toolCalls(answer.toolCalls)))
    }
    speakNext()
    endGenerationIfDone(at: now)
  }

  /// Asked once more when nothing was said yet; what was begun is left as it is.
  private mutating func unanswered(_ error: SpeechError, at now: Duration) {
    guard survives(error) else { return }
    let isUnsaid = turn?.isSpoken == true && turn?.hasSounded == false
    if isUnsaid, turn?.mayAskAgain == true {
      let number = number()
      turn?.asking = number
      turn?.mayAskAgain = false
      return ask(number)
    }
    if isUnsaid { return fail(error) }
    turn?.endWriting()
    speakNext()
    endGenerationIfDone(at: now)
  }

  private mutating func speakNext() {
    let number = number()
    guard let sentence = turn?.beginNextSentence(number) else { return }
    outputs.append(
      .speak(
        number,
        SpokenText(text: sentence, languageCode: language(of: sentence), voice: setup.cascadeVoice))
    )
    use(SpeechUsage(spokenCharacters: sentence.unicodeScalars.count))
  }

  /// One voice for a call: the other language's is for its own script only.
  private func language(of sentence: String) -> String {
    let isDevanagari = sentence.unicodeScalars.contains { (0x0900...0x097F).contains($0.value) }
    let first = setup.spokenLanguages.first ?? "en-IN"
    return isDevanagari ? setup.spokenLanguages.first { $0.hasPrefix("hi") } ?? first : first
  }

  mutating func sound(_ number: Int, _ frame: PCMFrame, at now: Duration) {
    guard turn?.speaking?.number == number, !frame.isEmpty else { return }
    if let sentence = turn?.sound(of: frame.duration, at: now) {
      outputs.append(.deliver(.outputTranscript(sentence + " ")))
    }
    outputs.append(.deliver(.audio(frame)))
  }

  mutating func spoken(_ number: Int, _ error: SpeechError?, at now: Duration) {
    guard turn?.speaking?.number == number else { return }
    if let error {
      guard survives(error) else { return }
    } else {
      succeeded()
    }
    turn?.endSpeaking()
    speakNext()
    endGenerationIfDone(at: now)
  }

  private mutating func endGenerationIfDone(at now: Duration) {
    guard let turn, turn.isSpoken, turn.toolCalls.isEmpty, !turn.isGenerated else { return }
    self.turn?.isGenerated = true
    outputs.append(.deliver(.generationComplete))
    endTurnIfHeard(at: now)
  }

  /// A turn lasts until it was heard, since until then the caller may interrupt it.
  mutating func endTurnIfHeard(at now: Duration) {
    guard let turn, turn.isGenerated, !turn.isAudible(at: now) else { return }
    self.turn = nil
    outputs.append(.deliver(.turnComplete))
    askIfPossible()
  }

  /// The turn ends here: nothing more of it is said, and what was not heard was not said.
  mutating func cutTurn(at now: Duration) {
    guard let turn else { return }
    for number in [turn.asking, turn.speaking?.number] {
      if let number { outputs.append(.stop(number)) }
    }
    if turn.toolCalls.isEmpty {
      keepHeard(turn, at: now)
    } else {
      cancel(turn.toolCalls)
    }
    self.turn = nil
    outputs.append(.deliver(.interrupted))
    outputs.append(.deliver(.turnComplete))
  }

  private mutating func keepHeard(_ turn: AnswerTurn, at now: Duration) {
    let heard = turn.heard(at: now)
    if turn.asking == nil {
      history.cutLastAnswer(to: heard)
    } else if !heard.isEmpty {
      history.add(.model(ChatAnswer(text: heard + " …")))
    }
  }
}

/// Functions.
extension CascadeMachine {
  /// A call in the history wants an answer, whatever became of it.
  private mutating func cancel(_ calls: [ToolCall]) {
    outputs.append(.deliver(.toolCallsCancelled(calls.map(\.id))))
    history.add(
      .toolResponses(
        calls.map {
          ToolResponse(
            id: $0.id, name: $0.name,
            outcome: .failure(reason: "the caller spoke before it was done", retryable: true))
        }))
  }

  /// Takes answers; with the last of them the model goes on.
  mutating func take(_ responses: [ToolResponse], at now: Duration) {
    guard let waiting = turn?.toolCalls, !waiting.isEmpty else { return }
    for response in responses where waiting.contains(where: { $0.id == response.id }) {
      if turn?.toolResponses.contains(where: { $0.id == response.id }) == false {
        turn?.toolResponses.append(response)
      }
    }
    guard let answers = turn?.toolResponses, answers.count == waiting.count else { return }
    history.add(.toolResponses(answers))
    turn?.toolCalls = []
    turn?.toolResponses = []
    let number = number()
    turn?.goOn(asking: number)
    ask(number)
  }
}
