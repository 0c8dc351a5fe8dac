/// What is to be kept: bytes by their place, so that no more than a part of them need be in memory.
package protocol ObjectSource: Sendable {
  /// Bytes of all of it.
  var count: Int { get }
  /// The bytes of `range`, which lies within it: all of them, and the same each time, or an error. Blocks.
  func read(_ range: Range<Int>) throws -> [UInt8]
}

extension ObjectSource {
  /// Hands on all of it in order, in pieces of `size` bytes; the last may be shorter. Blocks.
  package func forEachPiece(of size: Int, _ body: ([UInt8]) throws -> Void) throws {
    for start in stride(from: 0, to: count, by: size) {
      try body(read(start..<min(start + size, count)))
    }
  }
}

/// Bytes that are in memory.
struct ObjectBytes: ObjectSource {
  let bytes: [UInt8]

  var count: Int { bytes.count }

  func read(_ range: Range<Int>) -> [UInt8] {
    range == bytes.indices ? bytes : Array(bytes[range])
  }
}

extension ObjectStore {
  /// Keeps `bytes` under `key`, replacing what was there; when it returns they are safe.
  package func put(_ bytes: [UInt8], key: ObjectKey) async throws {
    try await put(ObjectBytes(bytes: bytes), key: key)
  }
}
