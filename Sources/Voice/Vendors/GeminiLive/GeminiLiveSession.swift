package import Audio
internal import EventLoop
package import Speech
internal import WebSocket

/// One conversation with Gemini Live over as many connections as it takes. Loop-confined.
package final class GeminiLiveSession: RealtimeSession {
  /// Opens a socket to the Live endpoint; runs on the session's loop. Throws `SpeechError`.
  typealias Dial = @Sendable () async throws -> LoopBound<WebSocketChannel>

  private static let pieceDuration = Duration.milliseconds(40)

  package let inputRate = SampleRate.wideband
  package var onEvent: ((RealtimeEvent) -> Void)? {
    get { events.listener }
    set { events.listener = newValue }
  }

  private let loop: EventLoop
  private let requests: GeminiLiveRequests
  private let dial: Dial
  private let origin: LoopInstant
  private var machine: GeminiLiveMachine
  private var parser = GeminiLiveParser()
  private var channels: [GeminiLiveMachine.ConnectionID: WebSocketChannel] = [:]
  private var active: WebSocketChannel?
  private var held = HeldMessages()
  private let events = EventOutlet<RealtimeEvent>()
  private var timer: LoopTimer?

  init(
    setup: RealtimeSetup, settings: GeminiLiveSettings, loop: EventLoop, dial: @escaping Dial
  ) {
    self.loop = loop
    self.dial = dial
    origin = loop.now
    requests = GeminiLiveRequests(setup: setup, defaultModel: settings.model)
    machine = GeminiLiveMachine(lifetime: settings.connectionLifetime)
    perform(machine.start())
  }

  /// Sent in pieces of 40 ms, as the service wants it.
  package func sendAudio(_ frame: PCMFrame) {
    let piece = frame.rate.samples(in: Self.pieceDuration)
    for start in stride(from: 0, to: frame.samples.count, by: piece) {
      let samples = frame.samples[start..<min(start + piece, frame.samples.count)]
      send(
        GeminiLiveRequests.audio(samples, rate: frame.rate),
        speech: frame.rate.duration(samples: samples.count))
    }
  }

  package func sendText(_ text: String) {
    machine.asked(text)
    send(GeminiLiveRequests.text(text))
  }

  package func sendToolResponses(_ responses: [ToolResponse]) {
    guard !responses.isEmpty else { return }
    machine.answered(responses)
    send(GeminiLiveRequests.toolResponses(responses))
  }

  package func close() { perform(machine.close()) }

  private var now: Duration { origin.duration(to: loop.now) }

  private func send(_ message: [UInt8], speech: Duration = .zero) {
    if let active, machine.isFlowing {
      active.send(.text(message))
    } else {
      held.add(message, speech: speech)
    }
  }

  private func perform(_ outputs: [GeminiLiveMachine.Output]) {
    for output in outputs { perform(output) }
    arm()
  }

  private func perform(_ output: GeminiLiveMachine.Output) {
    switch output {
    case .dial(let id, let pause): open(id, after: pause)
    case .sendSetup(let id, let handle):
      channels[id]?.send(.text(requests.setupMessage(resuming: handle, after: machine.spoken)))
    case .close(let id): discard(id)
    case .ping(let id): channels[id]?.ping()
    case .use(let id):
      active = channels[id]
      for message in held.takeAll() { active?.send(.text(message)) }
    case .useAfresh(let id, let request):
      active = channels[id]
      for message in held.takeSpeech() { active?.send(.text(message)) }
      if let request { active?.send(.text(GeminiLiveRequests.text(request))) }
    case .deliver(let event): events.send(event)
    }
  }

  private func arm() {
    timer?.cancel()
    guard let deadline = machine.nextDeadline else { return }
    timer = loop.schedule(after: max(deadline - now, .milliseconds(1))) { [weak self] in
      guard let self else { return }
      perform(machine.tick(at: now))
    }
  }

  private func open(_ id: GeminiLiveMachine.ConnectionID, after pause: Duration) {
    let session = LoopBound(self, loop: loop)
    Task(executorPreference: loop) { [loop, dial] in
      do {
        if pause > .zero { try await loop.sleep(for: pause) }
        session.value.opened(id, try await dial().value)
      } catch let error as SpeechError {
        session.value.failed(id, error)
      } catch {
        session.value.failed(id, SpeechError(.transient, "gemini live dial failed", cause: error))
      }
    }
  }

  private func failed(_ id: GeminiLiveMachine.ConnectionID, _ error: SpeechError) {
    perform(machine.dialFailed(id, error))
  }

  private func opened(_ id: GeminiLiveMachine.ConnectionID, _ channel: WebSocketChannel) {
    channels[id] = channel
    channel.onMessage = { [weak self] message in self?.received(message, on: id) }
    channel.onPong = { [weak self] _ in self?.machine.heard(id) }
    channel.onClose = { [weak self] reason in
      guard let self else { return }
      channels[id] = nil
      perform(machine.closed(id, code: reason.code, reason: reason.reason))
    }
    perform(machine.opened(id, at: now))
  }

  private func received(_ message: WebSocketMessage, on id: GeminiLiveMachine.ConnectionID) {
    machine.heard(id)
    let bytes =
      switch message {
      case .text(let bytes), .binary(let bytes): bytes
      }
    guard let events = try? parser.parse(bytes) else {
      channels[id]?.close(code: 1003, reason: "not json")
      channels[id] = nil
      return perform(machine.closed(id, code: 1006, reason: ""))
    }
    for event in events { perform(machine.received(event, on: id, at: now)) }
  }

  private func discard(_ id: GeminiLiveMachine.ConnectionID) {
    guard let channel = channels.removeValue(forKey: id) else { return }
    if channel === active { active = nil }
    channel.onMessage = nil
    channel.onPong = nil
    channel.onClose = nil
    channel.close(code: 1000, reason: "")
  }
}
