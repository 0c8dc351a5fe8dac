internal import Buffers
internal import EventLoop
internal import Simulation
internal import Voices
internal import WebSocket

/// One Live socket: feeds a `LiveMachine` and does what it says. Loop-confined, one timer.
final class LiveSession {
  private var machine: LiveMachine
  private let channel: WebSocketChannel
  private unowned let service: LiveService
  private var timer: LoopTimer?
  private(set) var isOver = false

  init(_ machine: LiveMachine, _ channel: WebSocketChannel, service: LiveService) {
    self.machine = machine
    self.channel = channel
    self.service = service
  }

  private var cloud: SimulatedCloud { service.cloud }

  func start() {
    channel.onClose = { self.end("client \($0.code)") }
    channel.onMessage = { message in
      self.perform(
        self.machine.receive(message.bytes, at: self.cloud.now, handles: &self.service.handles))
      self.rearm()
    }
    rearm()
  }

  private func rearm() {
    timer?.cancel()
    guard !isOver, let wake = machine.nextWake else { return }
    timer = cloud.after(wake - cloud.now) {
      self.perform(self.machine.tick(at: self.cloud.now, handles: &self.service.handles))
      self.rearm()
    }
  }

  private func perform(_ actions: [LiveMachine.Action]) {
    for action in actions {
      switch action {
      case .send(let frame): channel.send(.binary(frame))
      case .recognize(let turn, let samples): recognize(samples, turn: turn)
      case .speak(let turn, let text, let language): speak(text, language, turn: turn)
      case .close(let reason):
        channel.close(code: reason.code, reason: reason.reason)
        end("server \(reason.code)")
      }
    }
  }

  private func recognize(_ samples: [Int16], turn: Int) {
    let this = LoopBound(self, loop: cloud.loop)
    let ears = cloud.ears
    let sessions = service.active
    Task(executorPreference: cloud.loop) {
      let words = await ears.words(in: samples, sessions: sessions)
      this.value.recognized(words, turn: turn)
    }
  }

  private func recognized(_ words: String?, turn: Int) {
    perform(machine.recognized(words, turn: turn, at: cloud.now))
    rearm()
  }

  private func speak(_ text: String, _ language: SpokenLanguage, turn: Int) {
    cloud.speak(text, Voice(language, .agent), rate: LiveMachine.voiceRate) { clip in
      guard let clip, !self.isOver else { return }
      self.perform(self.machine.spoken(clip, turn: turn, at: self.cloud.now))
      self.rearm()
    }
  }

  private func end(_ how: String) {
    guard !isOver else { return }
    isOver = true
    machine.end()
    timer?.cancel()
    channel.onMessage = nil
    channel.onClose = nil
    service.ended(self, how)
  }

  var report: LiveReport { machine.report }

  /// The session in `GET /sim/sessions`.
  var json: JSONValue {
    [
      "model": machine.setup.map { .string($0.model.id) } ?? .null, "over": .bool(isOver),
      "tools": .array((machine.setup?.tools ?? []).map { .string($0.name) }),
      "report": machine.report.json,
    ]
  }
}
