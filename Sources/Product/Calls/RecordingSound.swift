internal import Conversation
internal import EventLoop
internal import Objects
internal import Synchronization

/// A recording as a WAV file that can be sent, in pieces.
///
/// The spool of a long one is gone through twice: first to learn how long the sound is, which the file's
/// head says, and that all of it can be read; then to send it. No more than a piece is in memory.
struct RecordingSound: Sendable {
  private let store: any ObjectStore
  private let object: ObjectKey
  private let key: [UInt8]
  private let head: [UInt8]
  /// All of the sound, where it is short.
  private let short: [UInt8]?

  /// Throws `ObjectError`, and `RecordingError` when the spool cannot be read. Up to `kept` bytes of sound,
  /// minutes of a call, are kept from the first time, in place of a second.
  static func open(
    _ object: ObjectKey, in store: any ObjectStore, key: [UInt8],
    keeping kept: Int = ObjectPiece.size
  ) async throws -> RecordingSound {
    let reader = try await store.open(object)
    let export = OpenExport(key: key)
    var short: [UInt8]? = []
    func keep(_ sound: [UInt8]) {
      let isShort = (short?.count ?? 0) + sound.count <= kept
      if isShort { short?.append(contentsOf: sound) } else { short = nil }
    }
    while let piece = try await reader.next() { keep(try await export.take(piece)) }
    keep(try await export.finish())
    return RecordingSound(
      store: store, object: object, key: key, head: export.head, short: short)
  }

  /// Gives `send` the file, piece after piece. Throws what `send` throws, and as ``open(_:in:key:keeping:)``.
  func send(_ send: ([UInt8]) async throws -> Void) async throws {
    try await send(head)
    if let short { return try await send(short) }
    let reader = try await store.open(object)
    let export = OpenExport(key: key)
    while let piece = try await reader.next() { try await send(try await export.take(piece)) }
    try await send(try await export.finish())
  }
}

/// An export that works on threads which may block. One task at a time.
private final class OpenExport: Sendable {
  private let state: Mutex<RecordingExport>

  init(key: [UInt8]) { state = Mutex(RecordingExport(key: key)) }

  var head: [UInt8] { state.withLock { $0.head } }

  func take(_ piece: [UInt8]) async throws -> [UInt8] {
    try await blocking { try self.state.withLock { try $0.take(piece) } }
  }

  func finish() async throws -> [UInt8] {
    try await blocking { try self.state.withLock { try $0.finish() } }
  }
}
