internal import Buffers
internal import Speech

/// Reads the answers of Gemini's embedding models; pure.
enum GeminiEmbeddingAnswers {
  /// `count` vectors of `dimensions` numbers, each of length 1: Google leaves that to us for all but
  /// the longest.
  static func vectors(
    _ response: VendorResponse, count: Int, dimensions: Int
  ) throws(SpeechError) -> [[Float]] {
    guard response.status == 200 else { throw GeminiError.failure(response) }
    guard let json = try? JSONValue(parsing: response.body, duplicateKeys: .lastWins),
      let list = json["embeddings"]?.arrayValue
    else { throw SpeechError(.transient, "gemini answered with an unreadable body") }
    guard list.count == count else {
      throw SpeechError(
        .transient, "gemini answered with \(list.count) vectors; asked were \(count)")
    }
    var vectors: [[Float]] = []
    for item in list { vectors.append(try vector(item, dimensions)) }
    return vectors
  }

  private static func vector(_ item: JSONValue, _ dimensions: Int) throws(SpeechError) -> [Float] {
    let values = item["values"]?.arrayValue ?? []
    guard values.count == dimensions else {
      throw SpeechError(
        .configuration,
        "gemini answered with a vector of \(values.count) dimensions; set are \(dimensions)")
    }
    let numbers = values.compactMap(number)
    let length = numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard numbers.count == dimensions, length.isFinite, length > 0 else {
      throw SpeechError(.transient, "gemini answered with a vector that has no direction")
    }
    return numbers.map { Float($0 / length) }
  }

  /// Numbers only: a string may spell `nan`.
  private static func number(_ value: JSONValue) -> Double? {
    if case .number(let number) = value { number.double } else { nil }
  }
}
