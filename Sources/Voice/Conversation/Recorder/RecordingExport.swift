internal import Audio

/// A spool as a stereo WAV file: caller left, agent right. Both are passed through in pieces, in memory, so
/// that no sound lies on a disk unsealed and an hour takes no more memory than a minute.
///
/// The file's head says how long the sound is, which is known at the end: who wants it first takes the
/// whole spool twice.
package struct RecordingExport: Sendable {
  private let key: [UInt8]
  private var window = SpoolWindow()
  private var sound: Sound?

  /// An export of a spool whose records `key` opens.
  package init(key: [UInt8]) { self.key = key }

  /// The sound that is settled once `piece`, the next of the spool, has come: samples of both sides in turn,
  /// as they stand in the file. Throws when the header is damaged or the key is wrong. Megabytes are work
  /// for a thread that may block.
  package mutating func take(_ piece: [UInt8]) throws(RecordingError) -> [UInt8] {
    window.append(piece)
    return try read()
  }

  /// The rest of the sound; no piece comes after it.
  package mutating func finish() throws(RecordingError) -> [UInt8] {
    window.end()
    let settled = try read()
    return settled + (sound?.mix.takeAll() ?? [])
  }

  /// The first bytes of the file, when all of its sound has been given; some 115 MB follow for an hour at 8 kHz.
  package var head: [UInt8] {
    sound.map { WAV.header(rate: $0.mix.rate, channels: 2, dataBytes: $0.mix.written * 4) } ?? []
  }

  /// How long what was given so far is.
  package var duration: Duration {
    sound.map { $0.mix.rate.duration(samples: $0.mix.written) } ?? .zero
  }

  /// False as long as the spool's closing record was not read: its last second may be missing.
  package var isComplete: Bool { sound?.reader.isSealed ?? false }

  /// Reads all records that are there.
  private mutating func read() throws(RecordingError) -> [UInt8] {
    if sound == nil, window.hasHeader { sound = try Sound(window, key) }
    // Taken out, as two owners would copy all that is not settled with each segment.
    guard var current = sound.take() else { return [] }
    defer { sound = current }
    return try current.read(from: &window)
  }
}

/// What is heard of a spool whose header was read.
private struct Sound {
  var reader: SpoolReader
  var mix: StereoMix
  private let cipher: SpoolCipher

  init(_ window: SpoolWindow, _ key: [UInt8]) throws(RecordingError) {
    reader = try SpoolReader(window)
    cipher = try SpoolCipher(key: key, recordingID: reader.header.recordingID)
    mix = StereoMix(rate: reader.header.rate)
  }

  mutating func read(from window: inout SpoolWindow) throws(RecordingError) -> [UInt8] {
    var settled: [UInt8] = []
    while window.hasRecord(at: reader.offset) {
      guard let record = try reader.next(in: window) else {
        window.close()
        break
      }
      let payload = try cipher.open(record)
      guard record.kind == .audio else { continue }
      guard let segments = AudioSegment.parse(payload) else {
        throw RecordingError(.authentication, "record \(record.sequence) holds no audio segments")
      }
      for segment in segments { mix.add(segment) }
      settled += mix.takeSettled(now: .milliseconds(Int64(clamping: record.time)))
    }
    window.drop(before: reader.offset)
    return settled
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
