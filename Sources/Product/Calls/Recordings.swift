internal import Conversation
internal import Domain
internal import EventLoop
internal import Glibc
package import Objects

/// Recordings from the spool to the ear: encrypted while they are written, encrypted in the object
/// store, a WAV file only for whoever reads one.
package struct Recordings: Sendable {
  private let store: any ObjectStore
  private let keys: RecordingKeys
  private let spoolDirectory: String

  package init(store: any ObjectStore, settings: CallSettings) {
    self.store = store
    keys = RecordingKeys(master: settings.recordingMasterKey)
    spoolDirectory = settings.spoolDirectory
  }

  /// How the recording of a call that begins now is written.
  func setup(for call: CallRecord) throws -> RecordingSetup {
    let (key, wrapped) = try keys.make(for: call.id)
    return RecordingSetup(
      recordingID: call.id.text, path: path(call.id), key: key, wrappedKey: wrapped,
      startedAt: WallClock.now.milliseconds)
  }

  /// Moves a finished spool into the object store; what to note in the call. `nil` when there is no
  /// spool. The local file goes only after the store has it.
  func keep(_ call: CallRecord) async throws -> (url: String, wrappedKey: [UInt8])? {
    let path = path(call.id)
    guard access(path, F_OK) == 0 else { return nil }
    let wrapped = try await recover(path, call.id)
    guard let key = ObjectKey("\(call.merchant.text)/recordings/\(call.id.text).spool") else {
      return nil
    }
    let bytes = try await blocking { try FileBytes.read(path) }
    try await store.put(bytes, key: key)
    unlink(path)
    return (key.text, wrapped)
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

  /// The recording as a WAV file's bytes.
  func read(_ url: String, wrappedKey: [UInt8]) async throws -> [UInt8] {
    guard let objectKey = ObjectKey(url),
      let call = url.split(separator: "/").last.flatMap({ CallID(String($0.dropLast(6))) })
    else { throw ObjectError(.notFound, "there is no such recording") }
    let spool = try await store.get(objectKey)
    let key = try keys.unwrap(wrappedKey, for: call)
    let scratch = "\(spoolDirectory)/read-\(CallID().text)"
    return try await blocking {
      defer {
        unlink(scratch + ".in")
        unlink(scratch + ".wav")
      }
      try FileBytes.write(spool, to: scratch + ".in")
      _ = try RecordingExport.writeWAV(path: scratch + ".in", key: key, output: scratch + ".wav")
      return try FileBytes.read(scratch + ".wav")
    }
  }

  private func path(_ call: CallID) -> String { "\(spoolDirectory)/\(call.text).spool" }
}
