package import Audio
package import EventLoop
package import Speech
package import WebSocket

/// A call's media on an Exotel AgentStream WebSocket, paced to real time. Loop-confined.
///
/// Exotel opened the socket; closing it is the hang-up. Make it when the socket opens, before its
/// first message is delivered.
package final class AgentStreamLeg: CarrierLeg {
  /// Unsent bytes at which the peer counts as gone: 25 s of audio in JSON.
  private static let backlogLimit = 1 << 20

  package let rate: SampleRate
  package var onEvent: ((CarrierLegEvent) -> Void)? {
    get { events.listener }
    set { events.listener = newValue }
  }

  private let channel: WebSocketChannel
  private let loop: EventLoop
  private var machine: AgentStreamMachine
  private var pacer: Pacer
  private var timer: LoopTimer?
  private var startTimer: LoopTimer?
  private let events = EventOutlet<CarrierLegEvent>(limit: 512)
  private var isOver = false
  private var opening: CheckedContinuation<Opening, Never>?
  private var opened: Opening?
  private let origin: LoopInstant
  /// How a stream's socket, which is open, goes on.
  package enum Opening: Sendable {
    /// The carrier began the stream, or broke the protocol.
    case begun
    /// The socket broke before: the carrier may not have got our answer, and opens another.
    case lost
  }

  /// Broken media messages skipped so far.
  package private(set) var skippedMessages = 0

  /// `rate` is what the stream URL asked for with `sample-rate` (8,000 when it did not).
  package init(channel: WebSocketChannel, loop: EventLoop, rate: SampleRate = .telephone) {
    self.channel = channel
    self.loop = loop
    self.rate = rate
    machine = AgentStreamMachine(rate: rate)
    pacer = Pacer(rate: rate)
    origin = loop.now
    // The channel outlives its callbacks' use of `self`: both end with `finish`.
    channel.onMessage = { [self] message in received(message) }
    channel.onClose = { [self] _ in finish(.lost) }
    startTimer = loop.schedule(after: AgentStreamMachine.startLimit) { [weak self] in
      guard let self else { return }
      act(on: machine.startLimitReached())
    }
  }

  /// Waits for the carrier to begin the stream, five seconds at most. Call once. What the leg has to tell
  /// is kept meanwhile.
  package func open() async -> Opening {
    if let opened { return opened }
    return await withCheckedContinuation { opening = $0 }
  }

  private func settle(_ how: Opening) {
    guard opened == nil else { return }
    opened = how
    opening?.resume(returning: how)
    opening = nil
  }

  package func sendAudio(_ frame: PCMFrame) {
    guard !isOver, !frame.isEmpty else { return }
    precondition(frame.rate == rate, "our bug: audio at another rate than the leg's")
    pacer.append(frame.samples, at: now)
    pump()
  }

  package func flushAudio() {
    pacer.flush()
    pump()
  }

  package func mark(_ name: String) {
    pacer.mark(name)
    pump()
  }

  package func clear() {
    _ = pacer.clear(at: now)
    timer?.cancel()
    if !isOver, machine.isStreaming { channel.send(.text(machine.clear())) }
  }

  package func hangUp() {
    guard !isOver else { return }
    channel.close(code: 1000, reason: "")
    finish(.weHungUp)
  }

  private var now: Duration { origin.duration(to: loop.now) }

  private func received(_ message: WebSocketMessage) {
    switch message {
    case .text(let bytes), .binary(let bytes): act(on: machine.receive(bytes))
    }
  }

  private func act(on event: AgentStreamMachine.Event) {
    switch event {
    case .ignored: break
    case .skipped: skippedMessages += 1
    case .started(let start):
      startTimer?.cancel()
      events.send(.started(start))
      settle(.begun)
      pump()
    case .audio(let frame, let sentAt): events.send(.audio(frame, sentAt: sentAt))
    case .dtmf(let digit): events.send(.dtmf(digit))
    case .mark(let name): events.send(.mark(name))
    case .stopped(let end):
      channel.close(code: 1000, reason: "")
      finish(end)
    case .violation(let fault):
      channel.close(code: 1008, reason: fault.rawValue)
      finish(.protocolViolation(fault.rawValue))
    }
  }

  /// Sends what is due and sleeps until more is.
  private func pump() {
    timer?.cancel()
    guard !isOver, machine.isStreaming else { return }
    for item in pacer.due(at: now) {
      switch item {
      case .audio(let frame, let padding):
        channel.send(.text(machine.media(frame)))
        events.send(.audioSent(frame, padding: padding))
      case .mark(let name): channel.send(.text(machine.mark(name)))
      }
      if isOver { return }
    }
    if channel.bufferedBytes > Self.backlogLimit {
      channel.close(code: 1011, reason: "peer does not read")
      return finish(.lost)
    }
    guard let next = pacer.nextDue(at: now) else { return }
    timer = loop.schedule(after: max(next - now, .milliseconds(1))) { [weak self] in self?.pump() }
  }

  private func finish(_ end: CarrierLegEnd) {
    guard !isOver else { return }
    isOver = true
    timer?.cancel()
    startTimer?.cancel()
    events.send(.stopped(end))
    settle(end == .lost ? .lost : .begun)
    channel.onMessage = nil
    channel.onClose = nil
    onEvent = nil
  }
}
