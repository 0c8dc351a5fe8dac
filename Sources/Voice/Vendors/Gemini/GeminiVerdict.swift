internal import Buffers
internal import Speech

/// Judges what Gemini answers with 200; pure.
enum GeminiVerdict {
  /// Throws when the prompt is refused.
  static func checkPrompt(_ response: JSONValue) throws(SpeechError) {
    guard response["promptFeedback"]?["blockReason"] == nil else {
      throw SpeechError(.permanent, "gemini refuses to read the prompt")
    }
  }

  /// Throws unless the model came to its own end.
  static func check(finish reason: String?) throws(SpeechError) {
    switch reason {
    case "STOP": return
    case "SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII":
      throw SpeechError(.permanent, "gemini refuses to answer: its own rules")
    case "MAX_TOKENS":
      throw SpeechError(.permanent, "gemini's answer is longer than was allowed")
    default: throw SpeechError(.transient, "gemini broke off its answer")
    }
  }

  /// Throws when there is nothing in an answer.
  static func check(isEmpty: Bool) throws(SpeechError) {
    guard !isEmpty else { throw SpeechError(.transient, "gemini answered with nothing") }
  }

  /// What the parts say, without what the model only thought.
  static func said(_ parts: [JSONValue]) -> String {
    parts.filter { $0["thought"]?.boolValue != true }
      .compactMap { $0["text"]?.stringValue }
      .joined()
  }

  static func usage(_ value: JSONValue?) -> TokenUsage {
    func count(_ key: String) -> Int { value?[key]?.tokenCount ?? 0 }
    let response = count("candidatesTokenCount") + count("thoughtsTokenCount")
    return TokenUsage(
      prompt: count("promptTokenCount"), response: min(response, JSONValue.tokenLimit))
  }
}
