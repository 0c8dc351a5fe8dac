internal import Objects
internal import Postgres
import Testing

@testable internal import Calls

@Suite struct RecordingSoundTests {
  /// The object of a recording, and what opens it.
  private func recorded(_ ending: EndingScene) async throws -> (ObjectKey, key: [UInt8]) {
    let call = try await ending.ended()
    let found = try #require(
      try await ending.system { try await CallMetadataStore.recording(of: call.id, $0) })
    let keys = RecordingKeys(master: ending.settings.recordingMasterKeys)
    return (try #require(ObjectKey(found.url)), try keys.unwrap(found.wrappedKey, for: call.id))
  }

  private func file(_ sound: RecordingSound) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    try await sound.send { bytes += $0 }
    return bytes
  }

  @Test func `a recording that is not kept from the first time is the same the second`()
    async throws
  {
    let ending = try await EndingScene.make()
    let (object, key) = try await recorded(ending)
    let kept = try await file(.open(object, in: ending.store, key: key))
    #expect(kept.count > 44)
    #expect(try await file(.open(object, in: ending.store, key: key, keeping: 0)) == kept)
    await ending.scene.pool.close()
  }

  @Test func `one that goes before it is sent is cut off, and one that was kept is not`()
    async throws
  {
    let ending = try await EndingScene.make()
    let (object, key) = try await recorded(ending)
    let kept = try await RecordingSound.open(object, in: ending.store, key: key)
    let long = try await RecordingSound.open(object, in: ending.store, key: key, keeping: 0)
    try await ending.store.delete(object)
    #expect(try await file(kept).count > 44)
    let error = await #expect(throws: ObjectError.self) { _ = try await file(long) }
    #expect(error?.kind == .notFound)
    await ending.scene.pool.close()
  }
}
