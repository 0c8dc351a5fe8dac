internal import Audio
internal import EventLoop

/// A conversation with one model, and with another after that has failed. Loop-confined.
final class FallbackSession: RealtimeSession {
  /// Of the caller's speech, while the first model is not there or the second is opened.
  private static let heldAudio = Duration.seconds(10)

  let inputRate: SampleRate
  var onEvent: ((RealtimeEvent) -> Void)? {
    get { events.listener }
    set { events.listener = newValue }
  }

  private let setup: RealtimeSetup
  private let second: any RealtimeModel
  private let loop: EventLoop
  private let origin: LoopInstant
  private let onFailure: (SpeechError) -> Void
  private var machine: FallbackMachine
  private var timer: LoopTimer?
  /// Nil while the second one is opened, and at the end.
  private var current: (any RealtimeSession)?
  private var spoken = SpokenSoFar()
  private var isClosed = false
  private var held: [PCMFrame] = []
  private var heldTime = Duration.zero
  private let events = EventOutlet<RealtimeEvent>()

  init(
    _ first: any RealtimeSession, setup: RealtimeSetup, then second: any RealtimeModel,
    on loop: EventLoop, onFailure: @escaping (SpeechError) -> Void
  ) {
    inputRate = first.inputRate
    self.setup = setup
    self.second = second
    self.loop = loop
    origin = loop.now
    self.onFailure = onFailure
    machine = FallbackMachine(setup: setup, at: .zero)
    use(first)
    arm()
  }

  func sendAudio(_ frame: PCMFrame) {
    if current == nil || machine.isWaiting { hold(frame) }
    current?.sendAudio(frame)
  }

  private func hold(_ frame: PCMFrame) {
    held.append(frame)
    heldTime += frame.duration
    while heldTime > Self.heldAudio, let oldest = held.first {
      heldTime -= oldest.duration
      held.removeFirst()
    }
  }

  func sendText(_ text: String) {
    spoken.note(instruction: text)
    current?.sendText(text)
  }

  func sendToolResponses(_ responses: [ToolResponse]) {
    spoken.note(responses)
    current?.sendToolResponses(responses)
  }

  func close() {
    isClosed = true
    timer?.cancel()
    current?.close()
  }

  private func use(_ session: any RealtimeSession) {
    current = session
    session.onEvent = { [weak self] in self?.handle($0) }
  }

  private var now: Duration { origin.duration(to: loop.now) }

  private func handle(_ event: RealtimeEvent) {
    if isClosed { return events.send(event) }
    let answer = machine.received(event, at: now)
    arm()
    if case .leave(let error) = answer { return leave(after: error) }
    if !machine.isWaiting, current != nil { drop() }
    spoken.note(event)
    if answer == .deliver { events.send(event) }
  }

  /// The model has the caller's speech.
  private func drop() {
    held = []
    heldTime = .zero
  }

  private func arm() {
    timer?.cancel()
    timer = machine.nextDeadline.map { deadline in
      loop.schedule(after: max(deadline - now, .milliseconds(1))) { [weak self] in
        guard let self, !isClosed else { return }
        if let error = machine.tick(at: now) { leave(after: error) } else { arm() }
      }
    }
  }

  /// What the first model had begun is void; what it was asked, the second is.
  private func leave(after error: SpeechError) {
    onFailure(error)
    current?.onEvent = nil
    current?.close()
    current = nil
    let next = spoken.next
    let continued = spoken.continued(setup)
    let cancelled = spoken.openCalls.map(\.id)
    if !cancelled.isEmpty { handle(.toolCallsCancelled(cancelled)) }
    if machine.isReady { events.send(.reconnected(resumed: true)) }
    let session = LoopBound(self, loop: loop)
    Task(executorPreference: loop) { [loop, second] in
      do {
        let opened = try await second.open(continued, on: loop)
        session.value.takeOver(opened, with: next)
      } catch let error as SpeechError {
        session.value.events.send(.closed(error))
      } catch {
        session.value.events.send(
          .closed(SpeechError(.transient, "the second model could not be opened", cause: error)))
      }
    }
  }

  private func takeOver(_ session: any RealtimeSession, with next: String?) {
    guard !isClosed, session.inputRate == inputRate else {
      session.close()
      return events.send(.closed(nil))
    }
    let instruction = spoken.instruction ?? next
    use(session)
    for frame in held { session.sendAudio(frame) }
    drop()
    if let instruction { session.sendText(instruction) }
  }
}
