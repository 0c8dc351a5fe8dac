/// A vector under an identifier, in a group of those that are searched together.
package struct IndexedVector: Sendable, Equatable {
  /// At most 512 bytes of ASCII, unique in its namespace. Begins with the group's name and `#`.
  package var id: String
  package var group: String
  package var values: [Float]

  package init(id: String, group: String, values: [Float]) {
    self.id = id
    self.group = group
    self.values = values
  }
}

/// A vector that was found.
package struct VectorMatch: Sendable, Equatable {
  package var id: String
  /// The cosine of the angle between it and the question, -1 to 1.
  package var score: Float

  package init(id: String, score: Float) {
    self.id = id
    self.score = score
  }
}

/// A vendor's index of vectors. What was written may be found some seconds later only. Safe from any
/// task; every function throws ``SpeechError``.
///
/// A namespace keeps tenants apart: no call reads or writes more than the one that it names.
package protocol VectorIndex: Sendable {
  /// Writes vectors over those of the same identifiers, in as many requests as the vendor's limits
  /// take; one that fails leaves those before it written.
  func write(_ vectors: [IndexedVector], namespace: String) async throws

  /// The vectors of a group nearest to `vector`, nearest first.
  func nearest(
    to vector: [Float], in group: String, namespace: String, limit: Int
  ) async throws -> [VectorMatch]

  /// Removes every vector whose identifier begins with `prefix`, which may not be empty; also none.
  func remove(prefix: String, namespace: String) async throws
}
