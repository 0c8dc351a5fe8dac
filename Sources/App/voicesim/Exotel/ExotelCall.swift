internal import Buffers
internal import EventLoop
internal import Simulation
internal import Voices

/// One call from its order to its bill: queued → ringing → answered → over → settled, or queued →
/// ringing → over when nobody answers or its flow names no stream. Loop-confined; the service keeps
/// it for ever.
final class ExotelCall {
  private(set) var record: CallRecord
  private let script: CallScript
  private unowned let service: ExotelService
  private var stream: CallStream?
  private var report: StreamReport?
  private var heldBack: [StatusEvent] = []
  private var timeline: [(String, Duration)] = []
  private var clips: [SpeechClip?] = []
  private var clipsMissing = 0
  /// How the stream ended, or why there was none.
  private var ending: String?

  init(_ record: CallRecord, script: CallScript, service: ExotelService) {
    self.record = record
    self.script = script
    self.service = service
  }

  /// Dials, or lets the caller dial: the phone rings shortly after.
  func start() {
    note("placed")
    let dialling = Duration.milliseconds(150)
    if case .applet(let applet) = record.request.mode {
      return after(dialling) { self.ask(applet) }
    }
    prepareSpeech()
    after(dialling) { self.ring() }
  }

  /// The ExoPhone rings, and its flow asks where the stream goes.
  private func ask(_ applet: VoicebotApplet) {
    change(to: .ringing)
    AppletClient.ask(applet, about: record, for: service.cloud) { self.follow($0) }
  }

  private func follow(_ instruction: AppletAnswer) {
    switch instruction {
    case .stream(let url):
      record.stream(to: url)
      prepareSpeech()
      answer()
    case .refused(let reason):
      finish(.failed, because: "answer url: " + reason)
    }
  }

  private func ring() {
    change(to: .ringing)
    emit(StatusEvent(.ringing, of: record))
    let patience = record.request.ringTimeout
    let answers = script.outcome == .answer || script.outcome == .machine
    if answers, script.ringing > patience {
      return after(patience) { self.finish(.noAnswer) }
    }
    after(min(script.ringing, patience)) {
      switch self.script.outcome {
      case .answer, .machine: self.answer()
      case .busy: self.finish(.busy)
      case .noAnswer: self.finish(.noAnswer)
      case .failed: self.finish(.failed)
      }
    }
  }

  private func answer() {
    record.answered = service.cloud.unixTime
    record.answeredBy = script.outcome == .machine ? "MACHINE" : "HUMAN"
    change(to: .inProgress)
    // The socket usually opens before the callback arrives.
    let event = StatusEvent(.answered, of: record)
    after(.milliseconds(200)) { self.emit(event) }
    openStream()
  }

  private func openStream() {
    guard case .voiceAI(let url) = record.request.mode else {
      return after(.seconds(3)) { self.finish(.completed) }
    }
    guard service.activeStreams < service.faults.streamLimit else {
      return finish(.failed, because: "throttled")
    }
    guard clipsMissing == 0 else { return after(.milliseconds(20)) { self.openStream() } }
    service.activeStreams += 1
    let stream = CallStream(
      record: record, script: script, clips: clips, url: url, service: service
    ) { [weak self] ending in self?.streamEnded(ending) }
    self.stream = stream
    stream.connect()
  }

  private func streamEnded(_ ending: CallStream.Ending) {
    service.activeStreams -= 1
    report = stream?.report
    if let report { service.totals.add(report) }
    stream = nil
    finish(ending.isFailure ? .failed : .completed, because: "stream: " + ending.text)
  }

  private func finish(_ status: CallRecord.Status, because reason: String) {
    ending = reason
    note(reason)
    finish(status)
  }

  private func finish(_ status: CallRecord.Status) {
    guard !record.isOver else { return }
    record.ended = service.cloud.unixTime
    change(to: status)
    emit(StatusEvent(.terminal, of: record, isBasic: service.faults.basicCallbacks))
    after(service.faults.settling) {
      self.record.isSettled = true
      self.record.updated = self.service.cloud.unixTime
      self.note("settled")
    }
  }

  private func change(to status: CallRecord.Status) {
    record.status = status
    record.updated = service.cloud.unixTime
    note(status.rawValue)
  }

  private func emit(_ event: StatusEvent) {
    guard let url = record.request.statusCallback else { return }
    let wanted = record.request.callbackEvents
    let kind = event.kind
    guard wanted.contains(kind) || (kind == .terminal && wanted.isEmpty) else { return }
    if service.faults.holdsBack(kind), !record.isOver {
      heldBack.append(event)
      return
    }
    send(event, to: url)
    guard kind == .terminal else { return }
    for late in heldBack { after(.milliseconds(200)) { self.send(late, to: url) } }
    heldBack = []
  }

  private func send(_ event: StatusEvent, to url: String) {
    for delay in service.faults.departures(of: event.kind) {
      after(delay) {
        self.note("callback " + event.kind.rawValue)
        self.service.callbacks.send(event, to: url, as: self.record.request.callbackBody)
      }
    }
  }

  private func prepareSpeech() {
    let rate = record.request.sampleRate
    clips = script.lines.map { _ in nil }
    for (index, line) in script.lines.enumerated() where !line.text.isEmpty {
      clipsMissing += 1
      let voice = Voice(SpokenLanguage(of: line.text), .caller)
      service.cloud.speak(line.text, voice, rate: rate) { clip in
        self.clips[index] = clip
        self.clipsMissing -= 1
      }
    }
  }

  private func note(_ event: String) { timeline.append((event, service.cloud.now)) }

  private func after(_ delay: Duration, _ body: @escaping () -> Void) {
    service.cloud.after(delay, body)
  }

  /// The report of a stream that is still open.
  var liveReport: StreamReport? { stream?.report }

  /// The call in `GET /sim/calls`; of the person's number only its end is shown.
  var json: JSONValue {
    let events = timeline.map { event, time -> JSONValue in
      ["event": .string(event), "ms": .int(time.milliseconds)]
    }
    return [
      "sid": .string(record.sid), "direction": .string(record.direction.rawValue),
      "number_ends": record.request.from.map { .string(String($0.suffix(4))) } ?? .null,
      "custom_field": record.request.customField.map { .string($0) } ?? .null,
      "script": .string(script.name), "status": .string(record.status.rawValue),
      "ending": ending.map { .string($0) } ?? .null, "timeline": .array(events),
      "stream": (stream?.report ?? report)?.json ?? .null,
    ]
  }
}
