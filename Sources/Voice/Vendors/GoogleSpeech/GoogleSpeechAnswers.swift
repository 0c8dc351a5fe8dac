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
    let pieces = (json["results"]?.arrayValue ?? []).compactMap { piece($0, languages) }
    return pieces.isEmpty ? nil : Recognition(joining: pieces, separator: " ")
  }

  /// The words of one result; results are consecutive pieces of the utterance.
  private static func piece(_ result: JSONValue, _ languages: [String]) -> Recognition? {
    let alternative = result["alternatives"]?[0]
    let transcript = alternative?["transcript"]?.stringValue ?? ""
    let text = transcript.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    guard !text.isEmpty else { return nil }
    let stated = alternative?["confidence"]?.doubleValue
    return Recognition(
      text: text,
      // 0 is what a missing number is read as; Google's have single precision.
      confidence: stated.flatMap { Float($0) > 0 && $0 <= 1 ? $0 : nil },
      languageCode: language(result["languageCode"]?.stringValue, languages))
  }

  /// The language that won, in the form asked for: Google writes it in lower case.
  private static func language(_ stated: String?, _ asked: [String]) -> String? {
    guard let stated else { return asked.count == 1 ? asked.first : nil }
    return asked.first { $0.lowercased() == stated.lowercased() }
  }
}
