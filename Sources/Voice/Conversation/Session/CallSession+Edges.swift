internal import Audio
internal import EventLoop
internal import Speech

/// What the leg and the model say, on their way to the machine.
extension CallSession {
  func legEvent(_ event: CarrierLegEvent) {
    switch event {
    case .started(let details):
      start = details
      mediaStart = now
      taps.send(.started(details))
      feed(.carrierStarted)
    case .audio(let frame, let sentAt): callerAudio(frame, sentAt: sentAt)
    case .dtmf(let digit): feed(.dtmf(digit))
    case .mark(let name): feed(.markPlayed(name))
    case .audioSent(let frame, let padding):
      recorder?.agent(frame)
      let silence = frame.rate.duration(samples: padding)
      feed(.audioSent(speech: frame.duration - silence, padding: silence))
    case .stopped(let end): feed(.carrierStopped(end))
    }
  }

  /// The time from here to the last byte handed to the model's socket is what we add to each frame.
  private func callerAudio(_ frame: PCMFrame, sentAt: Duration?) {
    let arrived = LoopInstant.readClock()
    // By the loop's time, as the recorder's.
    let late = senderClock.lateness(
      of: frame.duration, sentAt: sentAt, at: origin.duration(to: loop.now))
    recorder?.caller(frame, late: late)
    feed(.callerAudio(frame))
    worstIngress = max(worstIngress, arrived.duration(to: LoopInstant.readClock()))
  }

  func openModel() async {
    do {
      let session = try await setup.model.open(setup.realtime, on: loop)
      guard endReason == nil else { return session.close() }
      model = session
      session.onEvent = { [self] event in assumeIsolated { $0.modelEvent(event) } }
    } catch let error as SpeechError {
      if !triesNextVoice(after: error) { feed(.model(.closed(error))) }
    } catch {
      feed(.model(.closed(SpeechError(.transient, "the model could not be opened", cause: error))))
    }
  }

  private func modelEvent(_ event: RealtimeEvent) {
    if case .usage(let more) = event {
      usage += more
      return
    }
    if case .closed(let error?) = event, triesNextVoice(after: error) { return }
    feed(.model(event))
  }

  /// Opens the model again with another voice, when it refused the setup for good and one is left.
  private func triesNextVoice(after error: SpeechError) -> Bool {
    guard !machine.isModelReady, endReason == nil, !setup.realtime.fallbackVoices.isEmpty,
      error.kind == .configuration || error.kind == .permanent
    else { return false }
    setup.realtime.voice = setup.realtime.fallbackVoices.removeFirst()
    model?.onEvent = nil
    model = nil
    Task(executorPreference: loop) { await self.openModel() }
    return true
  }
}
