internal import Audio

/// Turns a spool into a stereo WAV file: caller left, agent right. Blocks; memory is bounded.
package struct RecordingExport: Sendable, Equatable {
  package let duration: Duration
  package let bytes: Int
  /// False when the spool has no closing record: its last second may be missing.
  package let isComplete: Bool

  /// Writes `output` from the spool at `path`. Throws when the header is damaged or the key is wrong.
  package static func writeWAV(path: String, key: [UInt8], output: String) throws(RecordingError)
    -> RecordingExport
  {
    let input = try SpoolFile.open(path, forWriting: false)
    defer { input.close() }
    let result = try SpoolFile.replace(output)
    defer { result.close() }
    var reader = try SpoolReader(input)
    let rate = reader.header.rate
    let cipher = try SpoolCipher(key: key, recordingID: reader.header.recordingID)
    var mix = StereoMix(rate: rate)
    try result.write(WAV.header(rate: rate, channels: 2, dataBytes: 0))
    while let record = try reader.next() {
      let payload = try cipher.open(record)
      guard record.kind == .audio else { continue }
      guard let segments = AudioSegment.parse(payload) else {
        throw RecordingError(.authentication, "record \(record.sequence) holds no audio segments")
      }
      for segment in segments { mix.add(segment) }
      try result.write(mix.takeSettled(now: .milliseconds(Int64(clamping: record.time))))
    }
    try result.write(mix.takeAll())
    let dataBytes = mix.written * 4
    try result.write(WAV.header(rate: rate, channels: 2, dataBytes: dataBytes), at: 0)
    return RecordingExport(
      duration: rate.duration(samples: mix.written), bytes: dataBytes + 44,
      isComplete: reader.isSealed)
  }
}

/// A window of interleaved audio that later segments may still write into.
private struct StereoMix {
  /// Segments lie at most this far behind what was written before them: a caller's frames may be as
  /// late as the line may be silent (10 s).
  private static let window = Duration.seconds(15)
  /// A segment farther ahead than this is not believed.
  private static let horizon = 60

  let rate: SampleRate
  private(set) var written = 0
  private var samples: [Int16] = []

  init(rate: SampleRate) { self.rate = rate }

  mutating func add(_ segment: AudioSegment) {
    let skipped = max(0, written - segment.position)
    guard skipped < segment.samples.count,
      segment.position - written < Self.horizon * rate.hertz * 60
    else { return }
    let start = segment.position + skipped - written
    let end = start + segment.samples.count - skipped
    if samples.count < end * 2 {
      samples.append(contentsOf: repeatElement(0, count: end * 2 - samples.count))
    }
    for index in start..<end {
      samples[index * 2 + Int(segment.channel)] = segment.samples[index - start + skipped]
    }
  }

  mutating func takeSettled(now: Duration) -> [UInt8] {
    let settled = rate.samples(in: now - Self.window) - written
    return settled > 0 ? take(min(settled, samples.count / 2)) : []
  }

  mutating func takeAll() -> [UInt8] { take(samples.count / 2) }

  private mutating func take(_ count: Int) -> [UInt8] {
    let frame = PCMFrame(samples: Array(samples.prefix(count * 2)), rate: rate)
    samples.removeFirst(count * 2)
    written += count
    return frame.littleEndianBytes
  }
}
