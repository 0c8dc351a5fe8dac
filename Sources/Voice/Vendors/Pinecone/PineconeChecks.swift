internal import Speech

/// What is refused before it is sent: what Pinecone would refuse, or what would cross tenants; pure.
enum PineconeChecks {
  private static let idLimit = 512

  /// Throws for no namespace and for the one that everybody shares.
  static func check(namespace: String) throws(SpeechError) {
    guard !namespace.isEmpty, namespace != "__default__" else {
      throw SpeechError(.permanent, "pinecone: a namespace of its own is needed")
    }
  }

  static func check(_ vectors: [IndexedVector], dimensions: Int) throws(SpeechError) {
    for vector in vectors {
      try check(vector.values, dimensions: dimensions)
      try check(group: vector.group)
      guard vector.id.utf8.count <= idLimit, vector.id.utf8.allSatisfy({ $0 < 0x80 }),
        vector.id.utf8.starts(with: "\(vector.group)#".utf8)
      else {
        throw SpeechError(
          .permanent,
          "pinecone: an identifier has at most \(idLimit) bytes of ASCII and begins with its group")
      }
    }
  }

  static func check(group: String) throws(SpeechError) {
    guard !group.isEmpty else { throw SpeechError(.permanent, "pinecone: a group is needed") }
  }

  /// An empty prefix would mean all of a tenant's vectors.
  static func check(prefix: String) throws(SpeechError) {
    guard !prefix.isEmpty else { throw SpeechError(.permanent, "pinecone: a prefix is needed") }
  }

  /// JSON has no NaN, and a vector of zeros has no angle.
  static func check(_ values: [Float], dimensions: Int) throws(SpeechError) {
    guard values.count == dimensions else {
      throw SpeechError(
        .permanent,
        "pinecone: a vector has \(values.count) dimensions; the index has \(dimensions)")
    }
    guard values.allSatisfy(\.isFinite), values.contains(where: { $0 != 0 }) else {
      throw SpeechError(.permanent, "pinecone: a vector has no direction")
    }
  }
}
