internal import Audio

/// Appends sealed batches to a spool file. A value: it travels to the thread pool and back, so that
/// only one piece of code has it at a time. Every call blocks.
struct SpoolWriter: Sendable {
  private let file: SpoolFile
  private let cipher: SpoolCipher
  private(set) var records: UInt64 = 0
  private(set) var bytes: Int

  /// Creates the file and writes its header; no file stays without a whole one.
  init(_ setup: RecordingSetup, rate: SampleRate) throws(RecordingError) {
    let header = SpoolHeader(
      recordingID: setup.recordingID, wrappedKey: setup.wrappedKey, startedAt: setup.startedAt,
      rate: rate
    ).bytes
    cipher = try SpoolCipher(key: setup.key, recordingID: setup.recordingID)
    file = try SpoolFile.create(setup.path)
    bytes = header.count
    do {
      try file.write(header)
    } catch {
      file.discard(setup.path)
      throw error
    }
  }

  /// Writes one batch with one system call and syncs it; `time` is milliseconds since the beginning.
  mutating func append(_ segments: [AudioSegment], time: UInt64) throws(RecordingError) {
    var payload: [UInt8] = []
    payload.reserveCapacity(segments.reduce(0) { $0 + $1.samples.count * 2 + 13 })
    for segment in segments { segment.append(to: &payload) }
    try write(payload, .audio, time: time)
  }

  /// Writes the closing record and closes the file.
  mutating func finish(time: UInt64) throws(RecordingError) {
    var payload: [UInt8] = []
    payload.append(number: records, bytes: 8)
    try write(payload, .end, time: time)
    file.close()
  }

  /// After a failure the file is closed, and the writer must not be used again.
  private mutating func write(_ payload: [UInt8], _ kind: SpoolRecord.Kind, time: UInt64)
    throws(RecordingError)
  {
    do {
      let record = try cipher.seal(payload, kind, sequence: records, time: time).bytes
      records += 1
      try file.write(record)
      bytes += record.count
      try file.sync()
    } catch {
      file.close()
      throw error
    }
  }
}
