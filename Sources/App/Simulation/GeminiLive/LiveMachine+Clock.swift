internal import Voices

/// What happens because time passes.
extension LiveMachine {
  /// When `tick` has something to do; nil when only a message can change anything.
  package var nextWake: Duration? {
    if isClosed { return nil }
    var times = [openedAt + faults.lifetime]
    if !hasWarned { times.append(openedAt + faults.lifetime - faults.notice) }
    if faults.close != nil, case .after(let time) = faults.closeMoment {
      times.append(openedAt + time)
    }
    if case .settingUp(_, let until) = phase, !faults.swallowsSetup { times.append(until) }
    switch turn?.stage {
    case .thinking(let until): times.append(until)
    case .speaking(let playback):
      times.append(playback.isSent ? playback.playedAt : playback.nextStep)
    case nil: if waiting != nil || !afterwards.isEmpty { times.append(openedAt) }
    default: break
    }
    return times.min()
  }

  /// Does what is due by `now`.
  package mutating func tick(at now: Duration, handles: inout ResumptionStore) -> [Action] {
    if isClosed { return [] }
    if let ending = lifetimeEnding(at: now) { return ending }
    var actions = warn(at: now)
    actions += completeSetup(at: now, handles: &handles)
    guard case .open(let setup) = phase else { return actions }
    switch turn?.stage {
    case .thinking(let until) where now >= until: actions += beginAnswer(setup)
    case .speaking(let playback): actions += play(playback, setup, at: now, handles: &handles)
    case nil: actions += goOn(setup, at: now)
    default: break
    }
    return actions
  }

  private mutating func lifetimeEnding(at now: Duration) -> [Action]? {
    let age = now - openedAt
    if let fault = faults.close, case .after(let time) = faults.closeMoment, age >= time {
      return close(fault)
    }
    return age >= faults.lifetime ? close(.deadline) : nil
  }

  private mutating func warn(at now: Duration) -> [Action] {
    guard !hasWarned, now - openedAt >= faults.lifetime - faults.notice, setup != nil else {
      return []
    }
    hasWarned = true
    return [.send(LiveOutput.goAway(timeLeft: faults.notice))]
  }

  private mutating func completeSetup(
    at now: Duration, handles: inout ResumptionStore
  ) -> [Action] {
    guard case .settingUp(let setup, let until) = phase, now >= until, !faults.swallowsSetup else {
      return []
    }
    phase = .open(setup)
    return [.send(LiveOutput.setupComplete)] + resumable(setup, handles: &handles)
  }

  private mutating func resumable(
    _ setup: LiveSetup, handles: inout ResumptionStore
  ) -> [Action] {
    guard setup.isResumable else { return [] }
    return [.send(LiveOutput.resumptionUpdate(handle: handles.issue(memory)))]
  }

  private mutating func play(
    _ playback: SpeechPlayback, _ setup: LiveSetup, at now: Duration,
    handles: inout ResumptionStore
  ) -> [Action] {
    var playback = playback
    var actions = messages(playback.parts(at: now), setup)
    if let fault = faults.close, faults.closeMoment == .inTurn(report.turns), playback.isHalfSent {
      return actions + close(fault)
    }
    if playback.isSent, !playback.isGenerationReported {
      playback.isGenerationReported = true
      actions.append(.send(LiveOutput.generationComplete))
    }
    turn?.stage = .speaking(playback)
    if playback.isSent, now >= playback.playedAt {
      actions += complete(playback, setup, handles: &handles)
      actions += goOn(setup, at: now)
    }
    return actions
  }

  /// The 2.5 models send one part per event, the newer ones several with the transcript.
  private func messages(
    _ parts: [(audio: ArraySlice<Int16>, transcript: String?)], _ setup: LiveSetup
  ) -> [Action] {
    if parts.isEmpty { return [] }
    if setup.model.generation != .native25 {
      let text = parts.compactMap(\.transcript).joined()
      let transcript = setup.transcribesOutput && !text.isEmpty ? text : nil
      return [.send(LiveOutput.audio(parts.map(\.audio), transcript: transcript))]
    }
    var actions: [Action] = []
    for part in parts {
      actions.append(.send(LiveOutput.audio([part.audio], transcript: nil)))
      if setup.transcribesOutput, let text = part.transcript {
        actions.append(.send(LiveOutput.outputTranscript(text)))
      }
    }
    return actions
  }

  private mutating func complete(
    _ playback: SpeechPlayback, _ setup: LiveSetup, handles: inout ResumptionStore
  ) -> [Action] {
    let finished = turn
    turn = nil
    usage.responseAudio = playback.clip.milliseconds / 40
    var actions: [Action] = [.send(LiveOutput.turnComplete(usage))]
    actions += resumable(setup, handles: &handles)
    if let answer = finished?.answer, let tool = answer.endCall {
      actions.append(.send(openCall(tool, answer.endArguments, for: answer, turn: nil)))
    }
    return actions
  }

  /// Takes up what waited for the end of a turn.
  private mutating func goOn(_ setup: LiveSetup, at now: Duration) -> [Action] {
    if let samples = waiting {
      waiting = nil
      return startRecognizing(samples, speechEnded: now)
    }
    guard !afterwards.isEmpty else { return [] }
    return think(afterwards.removeFirst(), speechEnded: nil, until: now)
  }
}
