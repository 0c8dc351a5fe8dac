internal import Conversation

/// A spool as the file that is made of it, piece by piece.
struct OpenedRecording: Equatable {
  let wav: [UInt8]
  let duration: Duration
  let isComplete: Bool

  /// Takes `spool` in pieces of `size` bytes.
  init(_ spool: [UInt8], key: [UInt8], inPiecesOf size: Int = 1_000) throws {
    var export = RecordingExport(key: key)
    var sound: [UInt8] = []
    for start in stride(from: 0, to: spool.count, by: size) {
      sound += try export.take(Array(spool[start..<min(start + size, spool.count)]))
    }
    sound += try export.finish()
    wav = export.head + sound
    duration = export.duration
    isComplete = export.isComplete
  }
}
