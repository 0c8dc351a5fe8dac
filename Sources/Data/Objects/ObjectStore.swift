/// Where large things are kept: recordings, documents. Two implementations, one suite of tests.
package protocol ObjectStore: Sendable {
  /// Keeps all of `source` under `key`, replacing what was there; when it returns it is safe. A source that
  /// fails is an error, and what was there stays.
  func put(_ source: some ObjectSource, key: ObjectKey) async throws
  /// Begins to read what is kept under `key`. Throws `notFound`.
  func open(_ key: ObjectKey) async throws -> any ObjectReader
  /// Removes what is kept under `key`; nothing happens when there is nothing.
  func delete(_ key: ObjectKey) async throws
}

extension ObjectStore {
  /// All of what is kept under `key`, for what is small. Throws `notFound`.
  package func get(_ key: ObjectKey) async throws -> [UInt8] {
    let reader = try await open(key)
    var bytes: [UInt8] = []
    while let piece = try await reader.next() { bytes += piece }
    return bytes
  }
}

/// What is kept under one key, from its start to its end: no more of it is in memory than its user has,
/// and nothing is asked for before its user wants it. One task at a time.
package protocol ObjectReader: Sendable {
  /// The next piece, of `ObjectPiece.size` at most and never empty; nil at the end. What is not as it
  /// was put throws `unavailable` in place of its last piece.
  func next() async throws -> [UInt8]?
}

/// How much of an object is read at a time.
package enum ObjectPiece {
  /// Bytes.
  package static let size = 8 << 20
}

/// The name of an object: segments of `A-Z a-z 0-9 . _ -` joined by slashes, none of them `.` or `..`.
package struct ObjectKey: Sendable, Hashable {
  package let text: String

  /// `nil` for a text that is none: empty, longer than 512 bytes, or with another character.
  package init?(_ text: String) {
    let segments = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard text.utf8.count <= 512, segments.allSatisfy(Self.isSegment) else { return nil }
    self.text = text
  }

  private static func isSegment(_ segment: Substring.UTF8View) -> Bool {
    !segment.isEmpty && !segment.elementsEqual(".".utf8) && !segment.elementsEqual("..".utf8)
      && segment.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
          || (0x61...0x7A).contains(byte) || byte == 0x2D || byte == 0x2E || byte == 0x5F
      }
  }
}

/// What went wrong with an object. Messages name keys, never contents.
package struct ObjectError: Error, Sendable, CustomStringConvertible {
  package enum Kind: Sendable, Equatable {
    case notFound
    /// The disk or the service refused; trying again may help.
    case unavailable
  }

  package let kind: Kind
  package let message: String

  package init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  package var description: String { message }
}
