/// Limits in time. Each is a deadline computed from the state; there is nothing to cancel.
extension ConversationMachine {
  private enum Limit {
    case start, model, duration, carrierSilence, callerSilence, modelSilence, stalledTurn
    case announcement, closing
    case tool(String)
    case playedOut
  }

  /// When `.tick` is wanted next, if nothing happens before; nil once the call is over.
  package var nextDeadline: Duration? { isOver ? nil : limits.map(\.at).min() }

  mutating func tick(at now: Duration) {
    for limit in limits where limit.at <= now && !isOver { reached(limit.kind, at: now) }
  }

  private var limits: [(kind: Limit, at: Duration)] {
    guard let mediaStart else { return [(.start, createdAt + options.startLimit)] }
    var limits: [(Limit, Duration)] = [
      (.carrierSilence, lastCallerFrame + options.carrierSilenceLimit)
    ]
    // Last words have a limit of their own.
    if closing == nil { limits.append((.duration, mediaStart + options.maxDuration)) }
    if !isModelReady, closing == nil {
      limits.append((.model, max(createdAt, mediaStart) + options.startLimit))
    }
    if let announcementEnd { limits.append((.announcement, announcementEnd)) }
    limits += tools.map { (.tool($0.key), $0.value.deadline) }
    if let turn = turns.first, turn.isClosed, playback.sent >= turn.end {
      limits.append((.playedOut, playback.expectedEnd + Self.markGrace))
    }
    if let closing {
      limits.append((.closing, closing.isModelDone ? lastWords(closing) : closing.deadline))
    } else if let awaitingSince, tools.isEmpty, isModelReady {
      limits.append((.modelSilence, awaitingSince + options.modelSilenceLimit))
    } else if let stalledSince, tools.isEmpty {
      limits.append((.stalledTurn, stalledSince + options.modelSilenceLimit))
    } else if state == .listening || state == .interrupted, !isAnnouncing, isModelReady {
      limits.append((.callerSilence, lastActivity + options.silenceLimit))
    }
    return limits
  }

  /// Since when the open turn brings nothing to hear, and the caller says nothing that may end it.
  private var stalledSince: Duration? {
    guard let turn = turns.last, !turn.isClosed else { return nil }
    return max(turn.firstAudioAt, playback.expectedEnd, caller.lastVoice)
  }

  /// A closing call whose model is done ends when everything sent has been played.
  private func lastWords(_ closing: Closing) -> Duration {
    if playback.sent < queued || !turns.isEmpty { return closing.deadline }
    return min(closing.deadline, playback.expectedEnd)
  }

  private mutating func reached(_ limit: Limit, at now: Duration) {
    switch limit {
    case .start: finish(.carrierNeverStarted, at: now)
    case .model: fail(.modelFailed("not ready in time"), at: now)
    case .duration: sayFarewell(.maxDuration, at: now)
    case .carrierSilence: finish(.carrierSilent, at: now)
    case .callerSilence: callerSilent(at: now)
    case .modelSilence: modelSilent(at: now)
    case .stalledTurn: turnStalled(at: now)
    case .announcement: announcementDone(at: now)
    case .closing: if let closing { finish(closing.reason, at: now) }
    case .tool(let id): toolTimedOut(id, at: now)
    case .playedOut: break  // `settle` retires the turn
    }
  }

  private mutating func callerSilent(at now: Duration) {
    if askAgain(at: now) { return }
    guard prompts < options.silencePrompts else { return sayFarewell(.callerSilent, at: now) }
    prompts += 1
    counters.silencePrompts += 1
    lastActivity = now
    prompt(options.silencePrompt, at: now)
  }

  /// Ends the call, after the model's last words when some are asked for.
  private mutating func sayFarewell(_ reason: CallEndReason, at now: Duration) {
    guard let farewell = options.farewell, isModelReady else { return finish(reason, at: now) }
    prompt(farewell, at: now)
    close(reason, deadline: now + unplayed(at: now) + Self.lastWordsLimit, isModelDone: false)
    closing?.awaitsFarewell = true
  }

  /// The model began a turn and does not go on: what there is of it is all, and more is asked for.
  private mutating func turnStalled(at now: Duration) {
    cutOpenTurn()
    closeTurn(at: now)
    // Where a notice is due, that is asked for when the turn was heard.
    if isAnnouncing || inquiry?.reply != nil { return }
    modelSilent(at: now)
  }

  private mutating func modelSilent(at now: Duration) {
    if wasNudged { return fail(.modelSilent, at: now) }
    wasNudged = true
    counters.modelNudges += 1
    prompt(options.modelNudge, at: now)
  }
}
