internal import Conversation
internal import Domain
internal import EventLoop
internal import Glibc
package import Objects
internal import Synchronization
internal import Telemetry

extension KeylessSpool: ObjectSource {}

/// Recordings from the spool to the ear: encrypted while they are written, encrypted in the object
/// store, a WAV file only for whoever reads one.
package final class Recordings: Sendable {
  /// What became of a call's spool.
  enum Kept: Sendable, Equatable {
    /// There is none, or none that can be read.
    case nothing
    /// The object store has it: what to note in the call.
    case stored(url: String, wrappedKey: [UInt8])
    /// The object store does not have it yet; it stays where it is.
    case later
  }

  private let store: any ObjectStore
  private let keys: RecordingKeys
  private let spoolDirectory: String
  private static let setAsideSuffix = ".damaged"
  /// Calls whose spools are on their way to the object store.
  private let moving = Mutex<Set<CallID>>([])

  package init(store: any ObjectStore, settings: CallSettings) {
    self.store = store
    keys = RecordingKeys(master: settings.recordingMasterKeys)
    spoolDirectory = settings.spoolDirectory
  }

  /// How the recording of a call that begins now is written.
  func setup(for call: CallRecord) throws -> RecordingSetup {
    let (key, wrapped) = try keys.make(for: call.id)
    return RecordingSetup(
      recordingID: call.id.text, path: path(call.id), key: key, wrappedKey: wrapped,
      startedAt: WallClock.now.milliseconds)
  }

  /// Copies a finished spool into the object store. It stays until ``drop(_:)``, so that nothing is
  /// lost when its call cannot be told, and a second time changes nothing.
  ///
  /// The answer is `.later` also when that takes longer than `limit`; the copying then goes on.
  func keep(_ call: CallRecord, within limit: Duration, on loop: EventLoop) async -> Kept {
    let (answers, answer) = AsyncStream.makeStream(of: Kept.self)
    Task(executorPreference: loop) {
      let kept = await self.keep(call)
      answer.yield(kept)
    }
    let timer = Task(executorPreference: loop) {
      try? await loop.sleep(for: limit)
      answer.yield(.later)
    }
    defer { timer.cancel() }
    var iterator = answers.makeAsyncIterator()
    return await iterator.next() ?? .later
  }

  private func keep(_ call: CallRecord) async -> Kept {
    guard moving.withLock({ $0.insert(call.id).inserted }) else { return .later }
    defer { moving.withLock { _ = $0.remove(call.id) } }
    do {
      return try await copy(call)
    } catch let error as RecordingError where error.kind == .header {
      setAside(call.id, error)
      return .nothing
    } catch {
      Log("calls").warning(
        "a recording could not be stored yet", ["call_id": "\(call.id)", "error": "\(error)"])
      return .later
    }
  }

  private func copy(_ call: CallRecord) async throws -> Kept {
    let path = path(call.id)
    guard access(path, F_OK) == 0,
      let key = ObjectKey(Self.url(of: call))
    else { return .nothing }
    let wrapped = try await recover(path, call.id)
    // The call's row has the key, so that to clear it there makes every copy unreadable.
    try await store.put(blocking { try KeylessSpool(path: path) }, key: key)
    // A spool may be older than the current master key. A key that does not open is kept as it is.
    return .stored(
      url: key.text, wrappedKey: (try? keys.renew(wrapped, for: call.id.text)) ?? wrapped)
  }

  /// A recording's wrapped key, wrapped by the current master key; nil when it is.
  func renew(_ key: [UInt8], of call: String) throws -> [UInt8]? { try keys.renew(key, for: call) }

  /// Renames a spool that cannot be read, so that a person may look at it and nobody else does.
  private func setAside(_ call: CallID, _ error: RecordingError) {
    let path = path(call)
    rename(path, path + Self.setAsideSuffix)
    Log("calls").error(
      "a recording cannot be read and was set aside",
      ["call_id": "\(call)", "error": "\(error)"])
  }

  /// Removes all that this machine has of a call's recording, read or not.
  func discard(_ call: CallID) async {
    let path = path(call)
    _ = try? await blocking {
      unlink(path)
      unlink(path + Self.setAsideSuffix)
    }
  }

  /// Removes the spool of a call whose row says where its recording is.
  func drop(_ call: CallID) async {
    let path = path(call)
    _ = try? await blocking { unlink(path) }
  }

  /// The calls whose spools are there, in no order: those of conversations and those left behind.
  func left() async throws -> [CallID] {
    try await calls(withFiles: ".spool")
  }

  /// The calls whose spools were set aside.
  func setAside() async throws -> [CallID] {
    try await calls(withFiles: ".spool" + Self.setAsideSuffix)
  }

  private func calls(withFiles suffix: String) async throws -> [CallID] {
    let folder = spoolDirectory
    let names = try await blocking { try FolderNames.read(folder) }
    return names.filter { $0.hasSuffix(suffix) }
      .compactMap { CallID(String($0.dropLast(suffix.count))) }
  }

  /// How long ago the spool among those of `calls` was written to that nobody has written to for
  /// longest; zero when there is none.
  func age(ofOldest calls: [CallID]) async -> Duration {
    let paths = calls.map(path)
    let ages = try? await blocking { paths.compactMap { try? SpoolRecovery.age(path: $0) } }
    return ages?.max() ?? .zero
  }

  /// Cuts a spool at its last good record and closes it; its wrapped key.
  private func recover(_ path: String, _ call: CallID) async throws -> [UInt8] {
    let found = try await blocking { try SpoolRecovery.recover(path: path) }
    if !found.isSealed {
      let key = try keys.unwrap(found.header.wrappedKey, for: call)
      try await blocking { try SpoolRecovery.seal(path: path, key: key) }
    }
    return found.header.wrappedKey
  }

  /// The recording under `url`, which can be sent.
  func open(_ url: String, wrappedKey: [UInt8]) async throws -> RecordingSound {
    guard let object = ObjectKey(url),
      let call = url.split(separator: "/").last.flatMap({ CallID(String($0.dropLast(6))) })
    else { throw ObjectError(.notFound, "there is no such recording") }
    let key = try keys.unwrap(wrappedKey, for: call)
    return try await RecordingSound.open(object, in: store, key: key)
  }

  /// Where the object store has the recording of a call, if it has one.
  static func url(of call: CallRecord) -> String {
    "\(call.merchant.text)/recordings/\(call.id.text).spool"
  }

  /// Removes what the object store has under `url`; nothing happens when that is nothing.
  func delete(_ url: String) async throws {
    guard let key = ObjectKey(url) else { return }
    try await store.delete(key)
  }

  private func path(_ call: CallID) -> String { "\(spoolDirectory)/\(call.text).spool" }
}
