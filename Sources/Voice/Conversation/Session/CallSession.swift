internal import Audio
package import EventLoop
package import Speech

/// One live call: a carrier leg, a model, a recorder and observers around a `ConversationMachine`.
///
/// An actor on the loop of the carrier's socket: leg and model call it directly, without a task or a
/// thread change per frame. `run` is the whole life; `end`, `instruct` and `events` may be called from
/// anywhere. Cancelling the task of `run` ends the call.
package actor CallSession {
  package nonisolated let loop: EventLoop
  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    loop.asUnownedSerialExecutor()
  }

  var setup: CallSetup
  let legBox: LoopBound<any CarrierLeg>
  let origin: LoopInstant
  var machine: ConversationMachine
  var model: (any RealtimeSession)?
  var recorder: Recorder?
  var senderClock = SenderClock()

  var upsampler: Resampler?
  var agentAudio: AgentAudio
  var taps = EventTaps()
  var timer: LoopTimer?
  var toolTasks: [String: Task<Void, Never>] = [:]

  var start: CarrierLegStart?
  var mediaStart: Duration?
  var transcript: [TranscriptEntry] = []
  var latencies: [TurnLatency] = []
  var usage = SpeechUsage()
  var worstIngress = Duration.zero
  var endReason: CallEndReason?
  private var finished: CheckedContinuation<Void, Never>?
  private var hasRun = false

  /// A session for `leg`, made on the leg's loop, where it will live; nothing happens before `run`.
  package init(leg: LoopBound<any CarrierLeg>, setup: CallSetup) {
    loop = leg.loop
    legBox = leg
    self.setup = setup
    origin = LoopInstant.readClock()
    machine = ConversationMachine(options: setup.options, rate: leg.value.rate, at: .zero)
    agentAudio = AgentAudio(output: leg.value.rate)
  }

  /// Runs the call to its end and reports. Call once.
  package func run() async -> CallReport {
    precondition(!hasRun, "our bug: a call session runs once")
    hasRun = true
    leg.onEvent = { [self] event in assumeIsolated { $0.legEvent(event) } }
    let opening = Task(executorPreference: loop) { await self.openModel() }
    arm()
    await withTaskCancellationHandler {
      await withCheckedContinuation { waiter in
        if endReason == nil { finished = waiter } else { waiter.resume() }
      }
    } onCancel: {
      Task { await self.end("cancelled") }
    }
    opening.cancel()
    return await report()
  }

  /// Ends the call now; `reason` is kept in the report.
  package func end(_ reason: String) { feed(.end(.requested(reason))) }

  /// Gives the model an instruction in text, to be acted on at once.
  package func instruct(_ text: String) { feed(.instruct(text)) }

  /// A new observer's events from now on. A slow observer loses events, the call never waits.
  package func events() -> AsyncStream<CallEvent> { taps.add() }

  var leg: any CarrierLeg { legBox.value }
  var now: Duration { origin.duration(to: LoopInstant.readClock()) }

  func feed(_ input: ConversationInput) {
    for output in machine.handle(input, at: now) { perform(output) }
    arm()
  }

  /// One timer for everything the machine waits for.
  func arm() {
    timer?.cancel()
    guard endReason == nil, let deadline = machine.nextDeadline else { return }
    timer = loop.schedule(after: max(deadline - now, .milliseconds(1))) { [weak self] in
      self?.assumeIsolated { $0.feed(.tick) }
    }
  }

  /// Everything is closed; the report can be made.
  func over(_ reason: CallEndReason) {
    guard endReason == nil else { return }
    endReason = reason
    timer?.cancel()
    for task in toolTasks.values { task.cancel() }
    toolTasks.removeAll()
    taps.send(.ended(reason))
    taps.finish()
    let leg = leg
    leg.onEvent = nil
    leg.hangUp()
    model?.onEvent = nil
    model?.close()
    finished?.resume()
    finished = nil
  }

  private func report() async -> CallReport {
    let end = now
    let recording = await recorder?.finish()
    var counters = machine.counters
    counters.droppedEvents = taps.dropped
    return CallReport(
      reason: endReason ?? .requested("cancelled"), start: start,
      duration: mediaStart.map { end - $0 } ?? .zero, transcript: transcript, latencies: latencies,
      worstIngress: worstIngress, usage: usage, counters: counters,
      recordingAnswer: machine.recordingAnswer, recording: recording)
  }
}
