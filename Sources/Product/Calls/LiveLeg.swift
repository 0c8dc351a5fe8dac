internal import Audio
internal import Domain
internal import EventLoop
internal import Protobuf
internal import Speech
internal import VoiceAPI

/// A carrier leg whose carrier is a client of LiveService: the same conversation, without a phone.
///
/// Loop-confined. What it sends is taken from a bounded queue by one task, so that a slow client
/// holds up nothing; a client that falls too far behind is taken for lost.
final class LiveLeg: CarrierLeg {
  typealias V1 = Payaid.Voice.V1

  /// Frames that may wait for a slow client: ten seconds of audio.
  private static let queueLimit = 500

  let rate: SampleRate
  var onEvent: ((CarrierLegEvent) -> Void)? {
    get { events.listener }
    set { events.listener = newValue }
  }

  private let loop: EventLoop
  private let origin: LoopInstant
  private var pacer: Pacer
  private var timer: LoopTimer?
  private let events = EventOutlet<CarrierLegEvent>()
  private var queue: [V1.ServerFrame] = []
  private var taker: CheckedContinuation<[V1.ServerFrame]?, Never>?
  private var sequence: UInt64 = 0
  private var sent = Duration.zero
  private var isOver = false

  /// A leg at the client's rate; call on `loop`.
  init(rate: SampleRate, loop: EventLoop) {
    self.rate = rate
    self.loop = loop
    origin = loop.now
    pacer = Pacer(rate: rate, chunkSamples: rate.samples(in: .milliseconds(20)))
  }

  func sendAudio(_ frame: PCMFrame) {
    guard !isOver, !frame.isEmpty else { return }
    _ = pacer.append(frame.samples, at: now)
    pump()
  }

  func flushAudio() {
    pacer.flush()
    pump()
  }

  func mark(_ name: String) {
    pacer.mark(name)
    pump()
  }

  func clear() {
    _ = pacer.clear(at: now)
    timer?.cancel()
    queue.removeAll { frame in
      if case .audio? = frame.frame { return true }
      return false
    }
    push(.with { $0.frame = .interrupted(V1.Interrupted()) })
  }

  func hangUp() { finish(.weHungUp) }

  /// The client is there; the conversation begins.
  func start(_ call: CallRecord) {
    events.send(
      .started(CarrierLegStart(carrierCallID: CarrierCallID(rawValue: ""), streamID: call.id.text)))
  }

  /// One frame of the client; what comes after the end is dropped. Returns what is wrong with it,
  /// in words for the client.
  func receive(_ frame: V1.ClientFrame) -> String? {
    if isOver { return nil }
    switch frame.frame {
    case .audio(let audio): return receive(audio)
    case .dtmf(let digit):
      guard digit.count == 1, "0123456789*#".contains(digit) else {
        return "dtmf must be one of 0-9, * and #"
      }
      events.send(.dtmf(digit))
    case .markPlayed(let name): events.send(.mark(name))
    case .start: return "start must be the first frame, once"
    case nil: break
    }
    return nil
  }

  private func receive(_ audio: V1.AudioFrame) -> String? {
    let limit = rate.hertz * 2
    guard audio.pcm.count <= limit else {
      return "audio.pcm has \(audio.pcm.count) bytes; the limit is \(limit), one second"
    }
    guard let frame = PCMFrame(littleEndian: audio.pcm, rate: rate) else {
      return "audio.pcm has an odd number of bytes"
    }
    if !frame.isEmpty { events.send(.audio(frame, sentAt: audio.offset.map { Duration($0) })) }
    return nil
  }

  /// The client half-closed or went away.
  func clientLeft(_ end: CarrierLegEnd) { finish(end) }

  /// Sends a line of the transcript.
  func show(_ entry: V1.TranscriptEntry) { push(.with { $0.frame = .transcript(entry) }) }

  /// What waits to be sent, at once when there is something; `nil` when the leg is over and empty.
  func take() async -> [V1.ServerFrame]? {
    if !queue.isEmpty {
      defer { queue = [] }
      return queue
    }
    if isOver { return nil }
    return await withCheckedContinuation { taker = $0 }
  }

  private var now: Duration { origin.duration(to: loop.now) }

  private func pump() {
    timer?.cancel()
    guard !isOver else { return }
    for item in pacer.due(at: now) {
      switch item {
      case .audio(let frame, let padding):
        push(audioFrame(frame))
        events.send(.audioSent(frame, padding: padding))
      case .mark(let name): push(.with { $0.frame = .mark(name) })
      }
    }
    guard let next = pacer.nextDue(at: now) else { return }
    timer = loop.schedule(after: max(next - now, .milliseconds(1))) { [weak self] in self?.pump() }
  }

  private func audioFrame(_ frame: PCMFrame) -> V1.ServerFrame {
    sequence += 1
    let audio = V1.AudioFrame.with {
      $0.pcm = frame.littleEndianBytes
      $0.sequence = sequence
      $0.offset = sent.protobuf
    }
    sent += frame.duration
    return .with { $0.frame = .audio(audio) }
  }

  private func push(_ frame: V1.ServerFrame) {
    if let taker {
      self.taker = nil
      taker.resume(returning: [frame])
    } else if queue.count < Self.queueLimit {
      queue.append(frame)
    } else {
      finish(.lost)
    }
  }

  private func finish(_ end: CarrierLegEnd) {
    guard !isOver else { return }
    isOver = true
    timer?.cancel()
    events.send(.stopped(end))
    onEvent = nil
    taker?.resume(returning: nil)
    taker = nil
  }
}
