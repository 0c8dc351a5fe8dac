/// What a spool held after a crash.
package struct SpoolRecovery: Sendable, Equatable {
  package let header: SpoolHeader
  package let records: Int
  /// Bytes of a torn or damaged tail that were cut off.
  package let cutBytes: Int
  /// The recording had been closed properly, or is now (`seal`).
  package let isSealed: Bool
  package let duration: Duration

  /// Scans the spool at `path` and cuts it at its last good record. Needs no key. Blocks.
  ///
  /// Throws `RecordingError`: `header` when nothing can be saved.
  package static func recover(path: String) throws(RecordingError) -> SpoolRecovery {
    let file = try SpoolFile.open(path, forWriting: true)
    defer { file.close() }
    var reader = try SpoolReader(file)
    while try reader.next(in: file) != nil {}
    let cut = try file.length() - reader.offset
    if cut > 0 {
      try file.truncate(to: reader.offset)
      try file.sync()
    }
    return SpoolRecovery(
      header: reader.header, records: reader.records, cutBytes: cut, isSealed: reader.isSealed,
      duration: .milliseconds(Int64(clamping: reader.lastTime)))
  }

  /// How long ago anybody wrote to the spool at `path`. Blocks.
  package static func age(path: String) throws(RecordingError) -> Duration {
    let file = try SpoolFile.open(path, forWriting: false)
    defer { file.close() }
    return try file.age()
  }

  /// Writes the closing record of a recovered spool. Blocks.
  package static func seal(path: String, key: [UInt8]) throws(RecordingError) {
    let file = try SpoolFile.open(path, forWriting: true)
    defer { file.close() }
    var reader = try SpoolReader(file)
    while try reader.next(in: file) != nil {}
    if reader.isSealed { return }
    var payload: [UInt8] = []
    payload.append(number: UInt64(reader.records), bytes: 8)
    let cipher = try SpoolCipher(key: key, recordingID: reader.header.recordingID)
    let record = try cipher.seal(
      payload, .recoveredEnd, sequence: UInt64(reader.records), time: reader.lastTime)
    try file.truncate(to: reader.offset)
    try file.write(record.bytes, at: reader.offset)
    try file.sync()
  }
}
