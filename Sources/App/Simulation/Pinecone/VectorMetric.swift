/// How near two vectors are.
enum VectorMetric: String, Sendable {
  case cosine
  case dotproduct
  /// The square of the distance: less is nearer.
  case euclidean

  /// Whether a score of `one` is nearer than one of `other`.
  func isNearer(_ one: Double, than other: Double) -> Bool {
    self == .euclidean ? one < other : one > other
  }

  /// The score of two vectors of one length.
  func score(_ one: [Float], _ other: [Float]) -> Double {
    switch self {
    case .cosine:
      let lengths = (Self.product(one, one) * Self.product(other, other)).squareRoot()
      return lengths > 0 ? max(-1, min(1, Self.product(one, other) / lengths)) : 0
    case .dotproduct: return Self.product(one, other)
    case .euclidean:
      let sum = Self.product(one, one) + Self.product(other, other)
      return max(0, sum - 2 * Self.product(one, other))
    }
  }

  /// The sum of the products.
  private static func product(_ one: [Float], _ other: [Float]) -> Double {
    var sum = 0.0
    var place = 0
    // Debug builds take a hundred times as long over an iterator.
    while place < one.count {
      sum += Double(one[place]) * Double(other[place])
      place += 1
    }
    return sum
  }
}
