internal import Audio
internal import Speech

/// What the carrier and the caller do.
extension ConversationMachine {
  /// Caller audio kept while the model is not ready, or must not hear it; older audio is dropped.
  static var backlogLimit: Duration { .seconds(3) }
  /// More than the detector takes to tell that the caller speaks.
  private static var onsetLimit: Duration { .milliseconds(500) }
  static var announcementMark: String { "announcement" }

  mutating func carrierStarted(at now: Duration) {
    guard mediaStart == nil else { return }
    mediaStart = now
    lastCallerFrame = now
    lastActivity = now
    if let announcement = options.announcement, !announcement.isEmpty {
      isAnnouncing = true
      play(announcement, mark: Self.announcementMark)
      announcementEnd = now + announcement.duration + .seconds(3)
    } else if options.notice != nil {
      isAnnouncing = true
    } else {
      outputs.append(.startRecording)
    }
    greetIfReady(at: now)
  }

  /// Queues audio of our own, to be heard to its end, outside any model turn.
  mutating func play(_ frame: PCMFrame, mark: String) {
    queued += frame.duration
    playback.expect(mark, at: queued)
    outputs += [.sendAudio(frame), .flushAudio, .mark(mark)]
  }

  mutating func greetIfReady(at now: Duration) {
    guard isModelReady, mediaStart != nil else { return }
    if let greeting = options.greeting { prompt(greeting, at: now) }
    forwardBacklog()
  }

  mutating func announcementDone(at now: Duration) {
    guard isAnnouncing else { return }
    announcementEnd = nil
    if options.notice?.isQuestion == true { awaitAnswer() } else { outputs.append(.startRecording) }
    beginToListen(at: now)
  }

  /// Begins to record once the notice at the head of the turn that plays was heard: by proportion, as
  /// the transcript has it, and some time more. From then on the caller may cut the turn short.
  mutating func noticeMayBeHeard(at now: Duration) {
    guard isAnnouncing, closing == nil, let notice = options.notice, let turn = turns.first,
      turn.isClosed, !turn.isCut, let share = notice.share(of: turn.text)
    else { return }
    let end = turn.start + turn.received * share + Self.noticeMargin
    if playback.heard(at: now) >= min(end, turn.end) { announcementDone(at: now) }
  }

  private static var noticeMargin: Duration { .milliseconds(500) }

  /// A turn was heard to its end while the notice is due: recording begins if it was given. A model that
  /// leaves it out is asked once more; after that the call goes on without a recording.
  mutating func heardWhileAnnouncing(_ turn: AgentTurn, at now: Duration) {
    guard isAnnouncing, let notice = options.notice, closing == nil else { return }
    if !turn.isCut, notice.isGiven(in: turn.text) { return announcementDone(at: now) }
    guard turns.isEmpty else { return }
    guard wasNoticeRepeated else {
      wasNoticeRepeated = true
      return prompt(notice.prompt, at: now)
    }
    counters.missingNotices += 1
    beginToListen(at: now)
  }

  mutating func pressed(_ digit: String, at now: Duration) {
    prompts = 0
    if isAnnouncing || answered(byKey: digit, at: now) { return }
    prompt("The caller pressed \(digit) on the keypad.", at: now)
  }

  mutating func callerAudio(_ frame: PCMFrame, at now: Duration) {
    lastCallerFrame = now
    switch caller.hear(frame, at: now) {
    case .none: break
    case .started(let time): callerBegan(at: time)
    case .ended: callerEnded(at: now)
    }
    if caller.isSpeaking { lastActivity = now }
    if closing != nil { return }
    // Announcement and notice must be heard out: what the caller says meanwhile cannot interrupt them.
    if isModelReady, !isAnnouncing { outputs.append(.forward(frame)) } else { keep(frame) }
  }

  private mutating func callerBegan(at time: Duration) {
    if isAnnouncing { return }
    prompts = 0
    if state == .speaking { bargeIn = bargeIn ?? time }
    if state == .thinking, closing == nil {
      awaitingSince = nil
      enter(.listening)
    }
  }

  private mutating func callerEnded(at now: Duration) {
    if closing != nil || isAnnouncing { return }
    if state != .speaking {
      wasNudged = false
      awaitModel(from: now)
    }
  }

  /// Keeps audio for when the model may hear it. Of what is said over an announcement only words that go
  /// on after its end are wanted, and those whole.
  private mutating func keep(_ frame: PCMFrame) {
    backlog.append(frame)
    let limit = isAnnouncing && !caller.isSpeaking ? Self.onsetLimit : Self.backlogLimit
    var length = backlog.reduce(Duration.zero) { $0 + $1.duration }
    while length > limit {
      length -= backlog.removeFirst().duration
      if !isAnnouncing { counters.droppedCallerFrames += 1 }
    }
  }

  private mutating func forwardBacklog() {
    guard isModelReady, !isAnnouncing else { return }
    outputs += backlog.map { .forward($0) }
    backlog.removeAll()
  }

  /// The model hears the caller from now on: from the beginning of what is being said, unless that began
  /// before the question it might seem to answer was heard.
  private mutating func beginToListen(at now: Duration) {
    isAnnouncing = false
    lastActivity = now
    if inquiry != nil { backlog.removeAll() }
    forwardBacklog()
    if inquiry == nil, caller.isSpeaking { callerBegan(at: caller.startedAt ?? now) }
  }

  mutating func audioSent(_ speech: Duration, _ padding: Duration, at now: Duration) {
    playback.handedOver(speech: speech, padding: padding, at: now)
    lastActivity = max(lastActivity, playback.expectedEnd)
    for index in turns.indices
    where turns[index].firstSentAt == nil && playback.sent > turns[index].start + .milliseconds(1) {
      turns[index].firstSentAt = now
      if let latency = turns[index].latency { outputs.append(.latency(latency)) }
    }
  }

  mutating func markPlayed(_ name: String, at now: Duration) {
    guard playback.played(name, at: now) else { return }
    if name == Self.announcementMark { announcementDone(at: now) }
    if name == Self.farewellMark, let closing { finish(closing.reason, at: now) }
  }

  mutating func carrierStopped(_ end: CarrierLegEnd, at now: Duration) {
    if let closing { return finish(closing.reason, at: now) }
    switch end {
    case .callerHungUp: finish(.callerHungUp, at: now)
    case .weHungUp: finish(.requested("hung up"), at: now)
    case .lost: finish(mediaStart == nil ? .carrierNeverStarted : .carrierLost, at: now)
    case .protocolViolation(let rule): finish(.protocolViolation(rule), at: now)
    }
  }
}
