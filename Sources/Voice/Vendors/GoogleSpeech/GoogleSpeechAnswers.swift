internal import Buffers
internal import Speech

/// Reads the answers of Google's recogniser; pure.
enum GoogleSpeechAnswers {
  static let service = "google speech"

  /// What was said; nil when there is no result, or none with words. `languages` are those asked for.
  static func recognition(
    _ response: VendorResponse, languages: [String]
  ) throws(SpeechError) -> Recognition? {
    guard response.status == 200 else { throw GoogleStatus.failure(response, of: service) }
    guard let json = try? JSONValue(parsing: response.body, duplicateKeys: .lastWins),
      json.objectValue != nil
    else { throw SpeechError(.transient, "\(service) answered with an unreadable body") }
    let results = json["results"]?.arrayValue ?? []
    let pieces = results.compactMap { piece($0["alternatives"]?[0]) }
    guard !pieces.isEmpty else { return nil }
    return Recognition(
      text: pieces.map(\.text).joined(separator: " "), confidence: confidence(pieces),
      languageCode: language(results, languages))
  }

  /// The words of one result; results are consecutive pieces of the utterance.
  private struct Piece {
    let text: String
    let confidence: Double?
  }

  private static func piece(_ alternative: JSONValue?) -> Piece? {
    let transcript = alternative?["transcript"]?.stringValue ?? ""
    let text = transcript.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    guard !text.isEmpty else { return nil }
    let stated = alternative?["confidence"]?.doubleValue
    // 0 is what a missing number is read as.
    return Piece(text: text, confidence: stated.flatMap { $0 > 0 && $0 <= 1 ? $0 : nil })
  }

  /// The mean of those that say, by their length; nil when none does.
  private static func confidence(_ pieces: [Piece]) -> Double? {
    let known = pieces.compactMap { piece in
      piece.confidence.map { (value: $0, length: Double(piece.text.utf8.count)) }
    }
    guard let lowest = known.map(\.value).min(), let highest = known.map(\.value).max() else {
      return nil
    }
    let length = known.reduce(0) { $0 + $1.length }
    let mean = known.reduce(0) { $0 + $1.value * $1.length } / length
    // Rounding must not make a doubt where there was none.
    return min(max(mean, lowest), highest)
  }

  /// The language that won, in the form asked for: Google writes it in lower case.
  private static func language(_ results: [JSONValue], _ asked: [String]) -> String {
    let won = results.lazy.compactMap { $0["languageCode"]?.stringValue }.first?.lowercased()
    return asked.first { $0.lowercased() == won } ?? asked.first ?? ""
  }
}
