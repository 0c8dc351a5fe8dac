import EventLoop
import Glibc
import Objects
import Testing

/// The one suite that every store must pass; a new implementation is a new row.
@Suite struct ObjectStoreTests {
  private func withFolder(_ body: (any ObjectStore) async throws -> Void) async throws {
    var template = Array("/tmp/objects-XXXXXX".utf8CString)
    let folder = String(cString: try #require(mkdtemp(&template)))
    let loop = EventLoop.start(name: "objects")
    try await body(try FolderStore(folder: folder))
    await loop.stop()
  }

  private func key(_ text: String) throws -> ObjectKey { try #require(ObjectKey(text)) }

  @Test func `what was put is what is got`() async throws {
    try await withFolder { store in
      let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
      try await store.put(bytes, key: try key("mer_1/recordings/a.wav"))
      #expect(try await store.get(try key("mer_1/recordings/a.wav")) == bytes)
    }
  }

  @Test func `a second put replaces the first`() async throws {
    try await withFolder { store in
      try await store.put([1, 2, 3], key: try key("a"))
      try await store.put([], key: try key("a"))
      #expect(try await store.get(try key("a")) == [])
    }
  }

  @Test func `a missing object is said to be missing`() async throws {
    try await withFolder { store in
      let error = await #expect(throws: ObjectError.self) { try await store.get(try key("a/b")) }
      #expect(error?.kind == .notFound)
    }
  }

  @Test func `deleting is final and may be repeated`() async throws {
    try await withFolder { store in
      try await store.put([1], key: try key("a"))
      try await store.delete(try key("a"))
      try await store.delete(try key("a"))
      await #expect(throws: ObjectError.self) { try await store.get(try key("a")) }
    }
  }

  @Test(arguments: ["", "/", "a/", "/a", "../a", "a/../b", "a/./b", "a b", "a\0b", "ä", "a//b"])
  func `a key that could leave the folder is none`(text: String) {
    #expect(ObjectKey(text) == nil)
  }
}
