internal import Audio
internal import EventLoop
internal import Speech

/// One conversation of a ``CascadeModel``: acts on what its machine decides. Loop-confined.
final class CascadeSession: RealtimeSession {

  let inputRate = SampleRate.wideband
  var onEvent: ((RealtimeEvent) -> Void)? {
    get { events.listener }
    set { events.listener = newValue }
  }

  private let parts: CascadeParts
  private let loop: EventLoop
  private let origin: LoopInstant
  private var machine: CascadeMachine
  private var tasks: [Int: Task<Void, Never>] = [:]
  private let events = EventOutlet<RealtimeEvent>(first: [.ready])
  private var timer: LoopTimer?
  private var isClosed = false

  init(_ parts: CascadeParts, setup: RealtimeSetup, loop: EventLoop) {
    self.parts = parts
    self.loop = loop
    origin = loop.now
    machine = CascadeMachine(
      setup: setup, rate: inputRate, longestUtterance: parts.ears.longestUtterance)
  }

  func sendAudio(_ frame: PCMFrame) { feed(.audio(frame)) }

  func sendText(_ text: String) { feed(.instruct(text)) }

  func sendToolResponses(_ responses: [ToolResponse]) { feed(.toolResponses(responses)) }

  func close() {
    guard !isClosed else { return }
    end()
    events.send(.closed(nil))
  }

  private func end() {
    isClosed = true
    timer?.cancel()
    for task in tasks.values { task.cancel() }
    tasks = [:]
  }

  private func feed(_ input: CascadeMachine.Input) {
    guard !isClosed else { return }
    for output in machine.handle(input, at: origin.duration(to: loop.now)) { perform(output) }
    if machine.isOver { end() } else { arm() }
  }

  private func perform(_ output: CascadeMachine.Output) {
    switch output {
    case .recognize(let number, let utterance, let languages):
      let ears = parts.ears
      run(number) { report in
        let result = await Self.result {
          try await ears.recognize(utterance, languages: languages)
        }
        report(.recognized(number, result))
      }
    case .ask(let number, let request):
      let brain = parts.brain
      run(number) { report in
        let result = await Self.result {
          try await brain.answer(request) { report(.answerText(number, $0)) }
        }
        report(.answered(number, result))
      }
    case .speak(let number, let words):
      let voice = parts.voice
      run(number) { report in
        let result = await Self.result {
          try await voice.speak(words) { report(.sound(number, $0)) }
        }
        report(.spoken(number, result.failure))
      }
    case .stop(let number): tasks.removeValue(forKey: number)?.cancel()
    case .deliver(let event): events.send(event)
    }
  }

  /// Has something done. What it reports comes in order, by the loop's mailbox, until it is stopped.
  private func run(
    _ number: Int,
    _ work:
      @escaping @Sendable (_ report: @escaping @Sendable (CascadeMachine.Input) -> Void) async ->
      Void
  ) {
    let session = LoopBound(self, loop: loop)
    tasks[number] = Task(executorPreference: loop) { [loop] in
      await work { input in loop.execute { session.value.feed(input) } }
      loop.execute { session.value.tasks[number] = nil }
    }
  }

  private static func result<Value: Sendable>(
    _ body: @Sendable () async throws -> Value
  ) async -> Result<Value, SpeechError> {
    do {
      return .success(try await body())
    } catch let error as SpeechError {
      return .failure(error)
    } catch {
      return .failure(SpeechError(.transient, "the vendor's part broke off", cause: error))
    }
  }

  private func arm() {
    timer?.cancel()
    guard let deadline = machine.nextDeadline else { return }
    let pause = deadline - origin.duration(to: loop.now)
    timer = loop.schedule(after: max(pause, .milliseconds(1))) { [weak self] in self?.feed(.tick) }
  }
}

extension Result {
  fileprivate var failure: Failure? {
    if case .failure(let error) = self { error } else { nil }
  }
}
