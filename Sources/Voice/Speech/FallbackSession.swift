internal import Audio
internal import EventLoop

/// A conversation with one model, and with another after that has failed. Loop-confined.
final class FallbackSession: RealtimeSession {
  /// Of the caller's speech, while the second model is opened.
  private static let heldAudio = Duration.seconds(10)

  let inputRate: SampleRate
  var onEvent: ((RealtimeEvent) -> Void)? {
    get { events.listener }
    set { events.listener = newValue }
  }

  private let setup: RealtimeSetup
  private let loop: EventLoop
  private let onFailure: (SpeechError) -> Void
  /// Nil once it was taken.
  private var second: (any RealtimeModel)?
  /// Nil while the second one is opened, and at the end.
  private var current: (any RealtimeSession)?
  private var spoken = SpokenSoFar()
  private var isReady = false
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
    self.onFailure = onFailure
    use(first)
  }

  func sendAudio(_ frame: PCMFrame) {
    if let current { return current.sendAudio(frame) }
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
    current?.close()
  }

  private func use(_ session: any RealtimeSession) {
    current = session
    session.onEvent = { [weak self] in self?.handle($0) }
  }

  private func handle(_ event: RealtimeEvent) {
    if case .closed(let error?) = event, !isClosed, let second,
      setup.mayFallBack(from: error, isReady: isReady)
    {
      return leave(for: second, after: error)
    }
    spoken.note(event)
    if event == .ready {
      if isReady { return }
      isReady = true
    }
    events.send(event)
  }

  /// What the first model had begun is void; what it was asked, the second is.
  private func leave(for model: any RealtimeModel, after error: SpeechError) {
    onFailure(error)
    second = nil
    current?.onEvent = nil
    current = nil
    let next = spoken.next
    let cancelled = spoken.openCalls
    if !cancelled.isEmpty { handle(.toolCallsCancelled(cancelled)) }
    if isReady { events.send(.reconnected(resumed: true)) }
    let continued = spoken.continued(setup)
    let session = LoopBound(self, loop: loop)
    Task(executorPreference: loop) { [loop] in
      do {
        let opened = try await model.open(continued, on: loop)
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
    held = []
    if let instruction { session.sendText(instruction) }
  }
}
