internal import Buffers
internal import EventLoop
internal import HTTPClient
internal import Simulation
internal import TLS
internal import Voices
internal import WebSocket

/// The WebSocket of one call, dialled by us, with the caller on it. Loop-confined.
///
/// States: connecting (two attempts) → streaming → ended. Ticks keep to the clock of the first one
/// and do not drift; a late tick is followed by earlier ones until the stream is on time again.
final class CallStream {
  /// Why a stream is over.
  enum Ending {
    case unreachable(String)
    case callerHungUp
    case botHungUp(code: UInt16)
    case dropped

    var isFailure: Bool { if case .unreachable = self { true } else { false } }

    var text: String {
      switch self {
      case .unreachable(let reason): "unreachable: " + reason
      case .callerHungUp: "caller hung up"
      case .botHungUp(let code): "bot closed with \(code)"
      case .dropped: "dropped"
      }
    }
  }

  private let record: CallRecord
  private let script: CallScript
  private let clips: [SpeechClip?]
  private let url: String
  private unowned let service: ExotelService
  private let onEnd: (Ending) -> Void
  private var channel: WebSocketChannel?
  private var machine: StreamMachine?
  private var timer: LoopTimer?
  private var begunAt: Duration = .zero
  private var ticks = 0
  private var attempts = 0
  private var isEnded = false
  private var worstLateness = 0
  private var heard: [Int16] = []
  private var said: [Int16] = []

  init(
    record: CallRecord, script: CallScript, clips: [SpeechClip?], url: String,
    service: ExotelService, onEnd: @escaping (Ending) -> Void
  ) {
    self.record = record
    self.script = script
    self.clips = clips
    self.url = url
    self.service = service
    self.onEnd = onEnd
  }

  private var now: Duration { service.cloud.now }

  var report: StreamReport {
    var report = machine?.report ?? StreamReport()
    report.worstTickLateness = worstLateness
    return report
  }

  /// Dials the URL; the handshake may take ten seconds and is tried twice.
  func connect() {
    attempts += 1
    let dialed = DialedURL(url)
    let loop = service.cloud.loop
    let this = LoopBound(self, loop: loop)
    let trust = service.cloud.trust
    Task(executorPreference: loop) {
      do {
        let channel = try await WebSocketClient.connect(
          url: dialed.address, headers: dialed.headers, loop: loop, timeout: .seconds(10),
          maxMessage: 1 << 20, trust: trust)
        this.value.open(channel)
      } catch {
        this.value.connectFailed(error)
      }
    }
  }

  private func connectFailed(_ error: any Error) {
    if attempts < 2 { return connect() }
    end(.unreachable((error as? HTTPClientError)?.message ?? "no handshake"))
  }

  private func open(_ channel: WebSocketChannel) {
    self.channel = channel
    begunAt = now
    var machine = StreamMachine(
      streamSid: Hex.encode(RandomBytes.generate(16)), record: record, script: script,
      clips: clips, echoesClearedMarks: service.faults.echoesClearedMarks,
      period: service.faults.mediaPeriod, now: begunAt)
    let opening = machine.open()
    self.machine = machine
    perform(opening)
    channel.onMessage = { message in
      guard let actions = self.machine?.receive(message.bytes, at: self.now) else { return }
      self.perform(actions)
    }
    channel.onClose = { self.end(.botHungUp(code: $0.code)) }
    scheduleTick()
  }

  private func scheduleTick() {
    guard !isEnded, let period = machine?.period else { return }
    ticks += 1
    let due = begunAt + period * ticks
    timer = service.cloud.after(due - now) { self.tick(due: due) }
  }

  private func tick(due: Duration) {
    let time = now
    worstLateness = max(worstLateness, (time - due).milliseconds)
    guard let beat = machine?.tick(at: time) else { return }
    if service.cloud.settings.recordings != nil {
      heard += beat.heard
      said += beat.said
    }
    perform(beat.actions)
    scheduleTick()
  }

  private func perform(_ actions: [StreamMachine.Action]) {
    for action in actions {
      switch action {
      case .send(let text): channel?.send(.text(text))
      case .close:
        channel?.close(code: 1_000)
        end(.callerHungUp)
      case .breakOff:
        end(.dropped)
        channel?.abort()
      case .wake(let delay):
        service.cloud.after(delay) {
          guard let actions = self.machine?.settleMarks(at: self.now) else { return }
          self.perform(actions)
        }
      }
    }
  }

  private func end(_ ending: Ending) {
    guard !isEnded else { return }
    isEnded = true
    machine?.end()
    timer?.cancel()
    channel?.onMessage = nil
    channel?.onClose = nil
    saveRecording()
    onEnd(ending)
  }

  /// Left what the caller heard, right what the caller said.
  private func saveRecording() {
    guard let folder = service.cloud.settings.recordings, !heard.isEmpty else { return }
    let (left, right, rate) = (heard, said, record.request.sampleRate)
    let path = "\(folder)/\(record.sid).wav"
    Task(executorPreference: service.cloud.loop) {
      _ = try? await blocking {
        WholeFile.write(WAVFile.bytes(channels: [left, right], sampleRate: rate), to: path)
      }
    }
  }
}
