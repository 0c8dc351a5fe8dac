/// The vectors of all that an agent answers from, side by side, and the search among them: exact, since
/// some thousand vectors are compared faster than a vendor can be asked.
struct PassageVectors: Sendable {
  private var keys: [PassageKey] = []
  private var values: [Float] = []
  private let dimensions: Int

  /// None yet; all will have as many dimensions, and length 1.
  init(dimensions: Int) { self.dimensions = dimensions }

  /// The one that was added last.
  var last: PassageKey? { keys.last }

  mutating func append(_ vectors: [(key: PassageKey, vector: [Float])]) {
    for (key, vector) in vectors {
      keys.append(key)
      values.append(contentsOf: vector)
    }
  }

  /// What it takes of memory, about.
  var byteCount: Int { values.count * 4 + keys.count * 64 }

  /// The `limit` nearest to `question`, nearest first, by the cosine between them; of equals the
  /// one that was added earlier.
  func nearest(to question: [Float], limit: Int) -> [(key: PassageKey, score: Float)] {
    guard question.count == dimensions, limit > 0 else { return [] }
    var best: [(key: PassageKey, score: Float)] = []
    for place in keys.indices {
      let score = score(place, question)
      if best.count == limit, score <= best[limit - 1].score { continue }
      let rank = best.firstIndex { $0.score < score } ?? best.count
      best.insert((keys[place], score), at: rank)
      if best.count > limit { best.removeLast() }
    }
    return best
  }

  private func score(_ place: Int, _ question: [Float]) -> Float {
    values.withUnsafeBytes { values in
      question.withUnsafeBytes { question in
        Self.product(values, at: place * dimensions * 4, question, count: dimensions)
      }
    }
  }

  /// The dot product of `count` floats from `start`, in bytes, with as many of `question`.
  private static func product(
    _ values: UnsafeRawBufferPointer, at start: Int, _ question: UnsafeRawBufferPointer, count: Int
  ) -> Float {
    var sums = SIMD8<Float>.zero
    let whole = count & ~7
    for offset in stride(from: 0, to: whole * 4, by: 32) {
      // Not `addProduct`, which is a call for each number where the processor is not known to have it.
      sums +=
        values.loadUnaligned(fromByteOffset: start + offset, as: SIMD8<Float>.self)
        * question.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
    }
    var sum = sums.sum()
    for offset in stride(from: whole * 4, to: count * 4, by: 4) {
      sum +=
        values.loadUnaligned(fromByteOffset: start + offset, as: Float.self)
        * question.loadUnaligned(fromByteOffset: offset, as: Float.self)
    }
    return sum
  }
}
