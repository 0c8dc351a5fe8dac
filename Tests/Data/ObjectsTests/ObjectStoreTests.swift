import Glibc
import Objects
import Testing

/// The one suite that every store must pass; a new implementation is a new row.
@Suite struct ObjectStoreTests {
  /// An implementation, and how a test gets one with nothing in it.
  enum Implementation: String, CaseIterable, Sendable {
    case folder, s3

    func withStore(_ body: (any ObjectStore) async throws -> Void) async throws {
      switch self {
      case .folder:
        var template = Array("/tmp/objects-XXXXXX".utf8CString)
        let folder = String(cString: try #require(mkdtemp(&template)))
        try await body(try FolderStore(folder: folder))
      case .s3:
        let s3 = SmallS3()
        try await body(s3.store())
        #expect(s3.openUploads == 0)
      }
    }
  }

  private func key(_ text: String) throws -> ObjectKey { try #require(ObjectKey(text)) }

  @Test(arguments: Implementation.allCases)
  func `what was put is what is got`(_ kind: Implementation) async throws {
    try await kind.withStore { store in
      let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
      try await store.put(bytes, key: try key("mer_1/recordings/a.wav"))
      #expect(try await store.get(try key("mer_1/recordings/a.wav")) == bytes)
    }
  }

  @Test(arguments: Implementation.allCases)
  func `an object of any size comes back whole`(_ kind: Implementation) async throws {
    try await kind.withStore { store in
      for count in [0, 1, ObjectPiece.size, ObjectPiece.size + 1, 2 * ObjectPiece.size + 1] {
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
          for index in 0..<count { buffer[index] = UInt8(truncatingIfNeeded: index / 251) }
          filled = count
        }
        try await store.put(bytes, key: try key("large"))
        #expect(try await store.get(try key("large")) == bytes)
      }
    }
  }

  @Test(arguments: Implementation.allCases)
  func
    `an object comes in pieces, and one that is replaced meanwhile is never mixed with the other`(
      _ kind: Implementation
    ) async throws
  {
    try await kind.withStore { store in
      let old = [UInt8](repeating: 1, count: ObjectPiece.size + 1)
      try await store.put(old, key: try key("a"))
      let reader = try await store.open(try key("a"))
      let first = try #require(try await reader.next())
      #expect(!first.isEmpty && first.count <= ObjectPiece.size)
      try await store.put([UInt8](repeating: 2, count: old.count), key: try key("a"))
      var rest: [UInt8] = []
      do {
        while let piece = try await reader.next() { rest += piece }
        #expect(first + rest == old)
      } catch let error as ObjectError {
        #expect(error.kind == .unavailable)
      }
    }
  }

  @Test(arguments: Implementation.allCases)
  func `a second put replaces the first`(_ kind: Implementation) async throws {
    try await kind.withStore { store in
      try await store.put([1, 2, 3], key: try key("a"))
      try await store.put([], key: try key("a"))
      #expect(try await store.get(try key("a")) == [])
    }
  }

  @Test(arguments: Implementation.allCases)
  func `what is put is read in parts, and a source that fails leaves what was there`(
    _ kind: Implementation
  ) async throws {
    try await kind.withStore { store in
      let source = Counting(count: 5 * ObjectPiece.size + 1, limit: ObjectPiece.size)
      try await store.put(source, key: try key("a"))
      let reader = try await store.open(try key("a"))
      var place = 0
      while let piece = try await reader.next() {
        #expect(piece == Counting.bytes(place..<place + piece.count))
        place += piece.count
      }
      #expect(place == source.count)
      for broken in [1, 5 * ObjectPiece.size + 1] {
        let error = await #expect(throws: ObjectError.self) {
          try await store.put(
            Counting(count: broken, limit: ObjectPiece.size, end: broken - 1), key: try key("a"))
        }
        #expect(error?.kind == .unavailable)
      }
      let kept = try await store.open(try key("a"))
      #expect(try await kept.next()?.isEmpty == false)
    }
  }

  @Test(arguments: Implementation.allCases)
  func `a missing object is said to be missing`(_ kind: Implementation) async throws {
    try await kind.withStore { store in
      let error = await #expect(throws: ObjectError.self) { try await store.get(try key("a/b")) }
      #expect(error?.kind == .notFound)
    }
  }

  @Test(arguments: Implementation.allCases)
  func `deleting is final and may be repeated`(_ kind: Implementation) async throws {
    try await kind.withStore { store in
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

/// Bytes that count on, of which no more than `limit` are given at once, and none from `end` on.
private struct Counting: ObjectSource {
  let count: Int
  let limit: Int
  var end = Int.max

  func read(_ range: Range<Int>) throws -> [UInt8] {
    #expect(range.count <= limit && range.upperBound <= count)
    guard range.upperBound <= end else { throw ObjectError(.unavailable, "the source failed") }
    return Self.bytes(range)
  }

  static func bytes(_ range: Range<Int>) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
      for place in range {
        buffer[place - range.lowerBound] = UInt8(truncatingIfNeeded: place / 251)
      }
      filled = range.count
    }
  }
}
