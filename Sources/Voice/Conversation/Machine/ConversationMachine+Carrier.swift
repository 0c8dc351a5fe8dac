internal import Audio
internal import Speech

/// What the carrier and the caller do.
extension ConversationMachine {
  /// Caller audio kept while the model is not ready; older audio is dropped.
  static var backlogLimit: Duration { .seconds(3) }
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
    isAnnouncing = false
    announcementEnd = nil
    lastActivity = now
    if options.notice?.isQuestion == true { awaitAnswer() } else { outputs.append(.startRecording) }
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
    isAnnouncing = false
    counters.missingNotices += 1
    lastActivity = now
  }

  mutating func pressed(_ digit: String, at now: Duration) {
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
    // Announcement and notice must be heard out: what the caller says meanwhile cannot interrupt them.
    if isAnnouncing || closing != nil { return }
    if isModelReady { outputs.append(.forward(frame)) } else { keep(frame) }
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

  private mutating func keep(_ frame: PCMFrame) {
    backlog.append(frame)
    while backlog.reduce(Duration.zero, { $0 + $1.duration }) > Self.backlogLimit {
      backlog.removeFirst()
      counters.droppedCallerFrames += 1
    }
  }

  private mutating func forwardBacklog() {
    outputs += backlog.map { .forward($0) }
    backlog.removeAll()
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
