internal import Buffers
internal import Speech

/// Reads the answers of Gemini's text models; pure.
enum GeminiTextAnswers {
  /// The model's answer; throws `SpeechError`.
  static func text(_ response: VendorResponse, model: String) throws(SpeechError) -> TextAnswer {
    guard response.status == 200 else { throw GeminiError.failure(response) }
    guard let json = try? JSONValue(parsing: response.body, duplicateKeys: .lastWins) else {
      throw SpeechError(.transient, "gemini answered with an unreadable body")
    }
    try GeminiVerdict.checkPrompt(json)
    let candidate = json["candidates"]?.arrayValue?.first
    try GeminiVerdict.check(finish: candidate?["finishReason"]?.stringValue)
    let parts = candidate?["content"]?["parts"]?.arrayValue ?? []
    let text = unfenced(GeminiVerdict.said(parts))
    try GeminiVerdict.check(isEmpty: text.isEmpty)
    return TextAnswer(
      text: text, model: json.text("modelVersion") ?? model,
      usage: GeminiVerdict.usage(json["usageMetadata"]))
  }

  /// Without the code fence that models put around JSON now and then.
  private static func unfenced(_ text: String) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
    guard lines.count > 2, lines[0].hasPrefix("```"), lines.last == "```" else { return text }
    return lines[1..<(lines.count - 1)].joined(separator: "\n")
  }
}
