internal import Audio
internal import Speech

/// What the model does, and the agent's turns.
extension ConversationMachine {
  static var farewellMark: String { "farewell" }

  mutating func modelEvent(_ event: RealtimeEvent, at now: Duration) {
    switch event {
    case .ready:
      guard !isModelReady else { return }
      isModelReady = true
      greetIfReady(at: now)
    case .audio(let frame): modelAudio(frame, at: now)
    case .inputTranscript(let words): callerHeard(words, at: now)
    case .outputTranscript(let text): modelText(text)
    case .generationComplete: closeTurn(at: now)
    case .turnComplete: turnComplete(at: now)
    case .interrupted: interrupted(at: now)
    case .toolCalls(let calls): for call in calls { toolCalled(call, at: now) }
    case .toolCallsCancelled(let ids): for id in ids { toolCancelled(id, at: now) }
    case .usage, .disconnected: break
    case .reconnected: reconnected(at: now)
    case .closed(let error): modelClosed(error, at: now)
    }
  }

  /// The model understood something: it may hear a caller who is too soft for the local detector.
  private mutating func callerHeard(_ words: Recognition, at now: Duration) {
    caller.add(words, at: now)
    if !words.text.trimmed.isEmpty {
      prompts = 0
      lastActivity = max(lastActivity, now)
    }
    heardOfCaller(words.text)
  }

  private mutating func modelAudio(_ frame: PCMFrame, at now: Duration) {
    guard closing?.isModelDone != true, !frame.isEmpty else { return }
    awaitingSince = nil
    if turns.last.map(\.isClosed) ?? true { beginTurn(at: now) }
    let index = turns.count - 1
    turns[index].received += frame.duration
    queued += frame.duration
    outputs.append(.sendAudio(frame))
    // A mark each second keeps the playback clock honest in the middle of a long answer.
    if turns[index].received - turns[index].marked >= .seconds(1) {
      turns[index].marked = turns[index].received
      expectMark("turn-\(turns[index].number)-\(turns[index].received.wholeMilliseconds)")
    }
  }

  private mutating func beginTurn(at now: Duration) {
    lastTurn += 1
    // Resampling rounds up by at most a sample a turn; the difference must not add up over a call.
    if turns.isEmpty { queued = max(queued, playback.sent) }
    bargeIn = nil
    turns.append(
      AgentTurn(
        number: lastTurn, start: queued, firstAudioAt: now,
        callerEndedAt: caller.takeEnd(), text: pendingText))
    pendingText = ""
    replyBegun(turns[turns.count - 1])
    let deadline = now + unplayed(at: now) + Self.lastWordsLimit
    closing?.awaitsFarewell = false
    closing?.deadline = deadline
    if closing == nil { enter(.speaking) }
  }

  private mutating func expectMark(_ name: String) {
    playback.expect(name, at: queued)
    outputs.append(.mark(name))
  }

  /// Text may come before the first audio of its turn, or after the last; that of a turn which was
  /// thrown away was not heard.
  private mutating func modelText(_ text: String) {
    if !turns.isEmpty {
      turns[turns.count - 1].text += text
    } else if !isTurnVoid {
      pendingText += text
    }
  }

  /// No more audio of the open turn comes, though its text may say more.
  mutating func cutOpenTurn() {
    guard let last = turns.indices.last, !turns[last].isClosed else { return }
    turns[last].isCut = true
  }

  /// All audio of the open turn has arrived: send its remainder and ask when it has been played.
  mutating func closeTurn(at now: Duration) {
    guard let last = turns.indices.last, !turns[last].isClosed else { return }
    turns[last].isClosed = true
    if !turns[last].isCut { wasNudged = false }
    outputs.append(.flushAudio)
    expectMark(turns[last].endMark)
    // Last words that are all there are heard to their end, however long they are.
    if let closing {
      let end = now + unplayed(at: now) + Self.lastWordsPause
      self.closing?.deadline = max(closing.deadline, end)
    }
  }

  /// How long what is queued will still sound.
  func unplayed(at now: Duration) -> Duration {
    max(.zero, queued - playback.sent) + max(.zero, playback.expectedEnd - now)
  }

  private mutating func turnComplete(at now: Duration) {
    if isTurnVoid {
      isTurnVoid = false
      if state != .interrupted { return }
      enter(.listening)
      if !caller.isSpeaking, caller.endedAt != nil { awaitModel(from: now) }
      return
    }
    // A turn without a sound (a function call, a refusal) leaves the question open to the watchdog.
    closeTurn(at: now)
    closing?.isModelDone = true
    if bargeIn == nil { writeDownCaller(before: .forever, turn: turns.last?.number) }
    pendingText = ""
  }

  private mutating func interrupted(at now: Duration) {
    if closing?.awaitsFarewell == true {
      // The order for last words cut this turn short; its end is not theirs.
      closing?.awaitsFarewell = false
      isTurnVoid = true
      return isAnnouncing ? closeTurn(at: now) : clear(at: now)
    }
    if isAnnouncing || closing != nil { return cutOpenTurn() }
    if !turns.isEmpty { counters.interruptions += 1 }
    isTurnVoid = true
    clear(at: now)
    lastActivity = now
    awaitingSince = nil
    wasNudged = false
    enter(.interrupted)
  }

  /// What was not played is not to be heard.
  private mutating func clear(at now: Duration) {
    let position = playback.cleared(at: now)
    outputs.append(.clear)
    for turn in turns { writeDown(turn, heardUpTo: position, at: now) }
    turns.removeAll()
    pendingText = ""
    queued = playback.sent
  }

  private mutating func reconnected(at now: Duration) {
    counters.modelReconnects += 1
    cutOpenTurn()
    closeTurn(at: now)
    if awaitingSince != nil { awaitingSince = now }
  }

  private mutating func modelClosed(_ error: SpeechError?, at now: Duration) {
    guard closing == nil else { return }
    fail(.modelFailed(error?.kind.rawValue ?? "closed"), at: now)
  }

  /// Ends the call for a fault of ours, with an apology when there is one to play.
  mutating func fail(_ reason: CallEndReason, at now: Duration) {
    guard let prompt = options.failurePrompt, mediaStart != nil else {
      return finish(reason, at: now)
    }
    closeTurn(at: now)
    let unplayed = unplayed(at: now)
    play(prompt, mark: Self.farewellMark)
    close(reason, deadline: now + unplayed + prompt.duration + .seconds(2), isModelDone: true)
  }

  mutating func close(_ reason: CallEndReason, deadline: Duration, isModelDone: Bool) {
    closing = Closing(reason: reason, deadline: deadline, isModelDone: isModelDone)
    awaitingSince = nil
    enter(.ending)
  }

  /// Retires turns that were heard to their end, and ends a closing call when nothing is left to play.
  mutating func settle(at now: Duration) {
    let position = playback.heard(at: now)
    noticeMayBeHeard(at: now)
    while let turn = turns.first, turn.isClosed,
      position >= turn.end || isMarkOverdue(turn, at: now)
    {
      turns.removeFirst()
      writeDown(turn, heardUpTo: turn.end, at: now)
      lastActivity = max(lastActivity, now)
      heardWhileAnnouncing(turn, at: now)
      replyHeard(turn, at: now)
    }
    if turns.isEmpty, state == .speaking { enter(.listening) }
    if turns.isEmpty, state == .listening, awaitingSince != nil { enter(.thinking) }
  }

  /// A mark that never comes must not hold a turn open.
  func isMarkOverdue(_ turn: AgentTurn, at now: Duration) -> Bool {
    playback.sent >= turn.end && now >= playback.expectedEnd + Self.markGrace
  }

  static var markGrace: Duration { .milliseconds(1_500) }

  mutating func writeDown(_ turn: AgentTurn, heardUpTo position: Duration, at now: Duration) {
    writeDownCaller(before: bargeIn ?? .forever, turn: turn.number)
    let text = turn.heardText(upTo: position).trimmed
    guard !text.isEmpty else { return }
    outputs.append(
      .transcript(
        TranscriptEntry(
          turn: turn.number, speaker: .agent, text: text,
          startedAt: sinceStart(turn.firstSentAt ?? turn.firstAudioAt), endedAt: sinceStart(now),
          isComplete: turn.isClosed && position >= turn.end)))
  }

  mutating func writeDownCaller(before limit: Duration, turn: Int? = nil) {
    guard var entry = caller.takeEntry(turn: turn ?? lastTurn + 1, before: limit) else { return }
    entry.startedAt = sinceStart(entry.startedAt)
    entry.endedAt = sinceStart(entry.endedAt)
    outputs.append(.transcript(entry))
  }
}

extension Duration {
  var wholeMilliseconds: Int64 {
    components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
  }
}
