internal import Audio
internal import EventLoop
internal import Speech

/// Records both sides of a call into an encrypted spool file. Loop-confined.
///
/// Audio only touches memory here; a batch goes to the thread pool every 250 ms, one at a time. Losing
/// the process loses at most what was gathered since. When the disk is stuck for longer than a minute,
/// the newest audio is dropped and counted.
final class Recorder {
  static let flushInterval = Duration.milliseconds(250)
  static let bufferLimit = Duration.seconds(120)

  private let setup: RecordingSetup
  private let loop: EventLoop
  private let rate: SampleRate
  private let origin: LoopInstant
  private var timeline: RecordingTimeline
  private var batch: [AudioSegment] = []
  private var batchSamples = 0
  private var dropped = 0
  private var writer: SpoolWriter?
  private var records = 0
  private var bytes = 0
  private var failure: RecordingError?
  private var isWriting = false
  private var isFinishing = false
  private var timer: LoopTimer?
  private var waiters: [CheckedContinuation<Void, Never>] = []

  /// The recording begins now; its file is made with the first batch.
  init(_ setup: RecordingSetup, rate: SampleRate, loop: EventLoop) {
    self.setup = setup
    self.loop = loop
    self.rate = rate
    origin = loop.now
    timeline = RecordingTimeline(rate: rate)
  }

  /// A frame of the caller that was `late` on its way.
  func caller(_ frame: PCMFrame, late: Duration) {
    if let segment = timeline.caller(frame.samples, at: now - late) { add(segment) }
  }

  func agent(_ frame: PCMFrame) { add(timeline.agent(frame.samples, at: now)) }

  func agentCleared() {
    if let silence = timeline.agentCleared(at: now) { add(silence) }
  }

  /// Writes what is left and closes the file. Call once.
  func finish() async -> RecordingSummary {
    isFinishing = true
    timer?.cancel()
    while isWriting { await withCheckedContinuation { waiters.append($0) } }
    let duration = now
    if failure == nil, !batch.isEmpty || writer == nil { await write() }
    if failure == nil, let last = writer {
      let time = UInt64(max(0, duration.wholeMilliseconds))
      await attempt { () throws(RecordingError) in
        var writer = last
        try writer.finish(time: time)
        return writer
      }
    }
    return RecordingSummary(
      recordingID: setup.recordingID, path: setup.path, duration: duration, records: records,
      bytes: bytes, droppedSamples: dropped, isSealed: failure == nil)
  }

  private var now: Duration { origin.duration(to: loop.now) }

  private func add(_ segment: AudioSegment) {
    guard failure == nil, !isFinishing,
      rate.duration(samples: batchSamples) < Self.bufferLimit
    else {
      dropped += segment.samples.count
      return
    }
    batch.append(segment)
    batchSamples += segment.samples.count
    if timer == nil, !isWriting { arm() }
  }

  private func arm() {
    timer = loop.schedule(after: Self.flushInterval) { [weak self] in self?.flush() }
  }

  private func flush() {
    timer = nil
    guard !isWriting, !isFinishing else { return }
    let recorder = LoopBound(self, loop: loop)
    Task(executorPreference: loop) { await recorder.value.write() }
  }

  /// Hands the batch to the thread pool and takes the writer back.
  private func write() async {
    isWriting = true
    let segments = batch
    let time = UInt64(max(0, now.wholeMilliseconds))
    batch = []
    batchSamples = 0
    await attempt { [setup, rate, writer] () throws(RecordingError) in
      var writer = if let writer { writer } else { try SpoolWriter(setup, rate: rate) }
      if !segments.isEmpty { try writer.append(segments, time: time) }
      return writer
    }
    isWriting = false
    for waiter in waiters { waiter.resume() }
    waiters = []
    if !batch.isEmpty, !isFinishing { arm() }
  }

  private func attempt(_ work: @escaping @Sendable () throws(RecordingError) -> SpoolWriter) async {
    do {
      let writer = try await loop.blocking { try work() }
      self.writer = writer
      records = Int(writer.records)
      bytes = writer.bytes
    } catch {
      failure = error as? RecordingError ?? RecordingError(.file, "recording stopped: \(error)")
    }
  }
}
