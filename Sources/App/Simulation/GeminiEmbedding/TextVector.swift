/// Makes the vector of a text: a bag of its words and, lightly, of their letters, hashed.
///
/// The same text has the same vector, and texts that share words are near each other. Each feature
/// adds to one place in every block of 128, so that the start of a vector serves as the whole does.
struct TextVector {
  /// Places of a block; the shortest vector is one block.
  private static let block = 128
  /// What a run of three letters weighs beside a word.
  private static let runWeight = 0.2

  /// All places, with length 1.
  private(set) var values: [Double]

  /// The vector of `text` in the space of `model`: other models hash to other places.
  init(_ text: String, model: EmbeddingModel) {
    values = Array(repeating: 0, count: EmbeddingModel.dimensions.upperBound)
    for (feature, weight) in Self.features(of: text).sorted(by: { $0.key < $1.key }) {
      add(Self.hash(model.id + feature), weight)
    }
    scale(to: values.count)
  }

  /// The first `count` places; with length 1 again when `normalized`.
  func prefix(_ count: Int, normalized: Bool) -> [Double] {
    var part = self
    if normalized { part.scale(to: count) }
    return Array(part.values.prefix(count))
  }

  /// Gives the first `count` places length 1 together, the rest in proportion.
  private mutating func scale(to count: Int) {
    let length = values.prefix(count).reduce(0) { $0 + $1 * $1 }.squareRoot()
    if length > 0 { values = values.map { $0 / length } }
  }

  /// Weights by feature; a word that is there four times weighs twice.
  private static func features(of text: String) -> [String: Double] {
    let stems = ContentWords(text).stems
    // A text of signs alone still needs a vector that is not zero.
    if stems.isEmpty { return ["sign " + text: 1] }
    var counts: [String: Double] = [:]
    for stem in stems {
      counts["word " + stem, default: 0] += 1
      for run in runs(of: stem) { counts["run " + run, default: 0] += 1 }
    }
    return counts.reduce(into: [:]) { weights, count in
      let weight = count.key.hasPrefix("run ") ? runWeight : 1
      weights[count.key] = count.value.squareRoot() * weight
    }
  }

  /// Every three neighbours among the letters of a word and its two ends.
  private static func runs(of word: String) -> [String] {
    let scalars = ["<"] + word.unicodeScalars + [">"]
    return (0..<max(0, scalars.count - 2)).map {
      String(String.UnicodeScalarView(scalars[$0..<$0 + 3]))
    }
  }

  /// One place in each block, and a sign for each, from a feature's hash.
  private mutating func add(_ hash: UInt64, _ weight: Double) {
    var state = hash
    for start in stride(from: 0, to: values.count, by: Self.block) {
      state = Self.next(state)
      let place = start + Int(state % UInt64(Self.block))
      values[place] += state >> 63 == 0 ? weight : -weight
    }
  }

  /// FNV-1a of the text's bytes.
  private static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  /// The next number of SplitMix64.
  private static func next(_ state: UInt64) -> UInt64 {
    var mixed = state &+ 0x9e37_79b9_7f4a_7c15
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
