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
    if json["promptFeedback"]?["blockReason"] != nil {
      throw SpeechError(.permanent, "gemini refuses to read the prompt")
    }
    let candidate = json["candidates"]?.arrayValue?.first
    try check(finish: candidate?["finishReason"]?.stringValue)
    let text = unfenced(said(candidate))
    guard !text.isEmpty else { throw SpeechError(.transient, "gemini answered with nothing") }
    return TextAnswer(
      text: text, model: json.text("modelVersion") ?? model, usage: usage(json["usageMetadata"]))
  }

  private static func check(finish reason: String?) throws(SpeechError) {
    switch reason {
    case "STOP": return
    case "SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII":
      throw SpeechError(.permanent, "gemini refuses to answer: its own rules")
    case "MAX_TOKENS":
      throw SpeechError(.permanent, "gemini's answer is longer than was allowed")
    default: throw SpeechError(.transient, "gemini broke off its answer")
    }
  }

  /// All parts but what the model only thought.
  private static func said(_ candidate: JSONValue?) -> String {
    (candidate?["content"]?["parts"]?.arrayValue ?? [])
      .filter { $0["thought"]?.boolValue != true }
      .compactMap { $0["text"]?.stringValue }
      .joined()
  }

  /// Without the code fence that models put around JSON now and then.
  private static func unfenced(_ text: String) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
    guard lines.count > 2, lines[0].hasPrefix("```"), lines.last == "```" else { return text }
    return lines[1..<(lines.count - 1)].joined(separator: "\n")
  }

  private static func usage(_ value: JSONValue?) -> TokenUsage {
    func count(_ key: String) -> Int { value?[key]?.tokenCount ?? 0 }
    let response = count("candidatesTokenCount") + count("thoughtsTokenCount")
    return TokenUsage(
      prompt: count("promptTokenCount"), response: min(response, JSONValue.tokenLimit))
  }
}
