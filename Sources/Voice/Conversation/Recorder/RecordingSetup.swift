/// Where and how a call is recorded. Nothing is written before the announcement has been heard.
package struct RecordingSetup: Sendable {
  /// Part of every record's authentication, so that records cannot be moved between recordings.
  package var recordingID: String
  /// The spool file to create; it must not exist.
  package var path: String
  /// The recording's own 32-byte AES-256 key, used for nothing else.
  package var key: [UInt8]
  /// The same key wrapped by the key service; kept in the file's header so that a spool explains itself.
  package var wrappedKey: [UInt8]
  /// Wall clock at the start, milliseconds since 1970.
  package var startedAt: Int64

  package init(
    recordingID: String, path: String, key: [UInt8], wrappedKey: [UInt8], startedAt: Int64
  ) {
    self.recordingID = recordingID
    self.path = path
    self.key = key
    self.wrappedKey = wrappedKey
    self.startedAt = startedAt
  }
}

/// What a finished recording holds.
package struct RecordingSummary: Sendable, Equatable {
  package var recordingID: String
  package var path: String
  package var duration: Duration
  package var records: Int
  package var bytes: Int
  /// Samples lost because the disk was too slow for longer than the buffer.
  package var droppedSamples: Int
  /// The file has its closing record.
  package var isSealed: Bool
}
