internal import Audio

/// A spool as a stereo WAV file: caller left, agent right. Opened in memory, so that no sound lies on a
/// disk unsealed.
package struct RecordingExport: Sendable, Equatable {
  package let duration: Duration
  /// The file: 44 bytes and four for each sample, some 115 MB an hour at 8 kHz.
  package let wav: [UInt8]
  /// False when the spool has no closing record: its last second may be missing.
  package let isComplete: Bool

  /// Opens the bytes of a spool. Throws when the header is damaged or the key is wrong. An hour is work
  /// for a thread that may block.
  package init(opening spool: [UInt8], key: [UInt8]) throws(RecordingError) {
    var reader = try SpoolReader(SpoolBytes(bytes: spool))
    let rate = reader.header.rate
    let cipher = try SpoolCipher(key: key, recordingID: reader.header.recordingID)
    var mix = StereoMix(rate: rate)
    var wav = WAV.header(rate: rate, channels: 2, dataBytes: 0)
    // A spool is hardly larger than its sound.
    wav.reserveCapacity(spool.count)
    while let record = try reader.next() {
      let payload = try cipher.open(record)
      guard record.kind == .audio else { continue }
      guard let segments = AudioSegment.parse(payload) else {
        throw RecordingError(.authentication, "record \(record.sequence) holds no audio segments")
      }
      for segment in segments { mix.add(segment) }
      wav += mix.takeSettled(now: .milliseconds(Int64(clamping: record.time)))
    }
    wav += mix.takeAll()
    let header = WAV.header(rate: rate, channels: 2, dataBytes: mix.written * 4)
    wav.replaceSubrange(..<header.count, with: header)
    self.wav = wav
    duration = rate.duration(samples: mix.written)
    isComplete = reader.isSealed
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
