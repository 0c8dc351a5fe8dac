internal import Buffers
internal import Speech

/// Reads the answers of Gemini's text models and decides what an error means; pure.
enum GeminiTextAnswers {
  /// The model's answer; throws `SpeechError`.
  static func text(_ response: VendorResponse, model: String) throws(SpeechError) -> TextAnswer {
    guard response.status == 200 else { throw failure(response) }
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

  /// What a status other than 200 means. The vendor's message is never quoted: it may repeat the
  /// prompt.
  private static func failure(_ response: VendorResponse) -> SpeechError {
    let error = GeminiError(response.body)
    let message = "gemini answered \(response.status)"
    switch response.status {
    case 400 where error.reasons.contains("API_KEY_INVALID"), 401, 403:
      return SpeechError(.configuration, "\(message): the key")
    case 400 where error.status == "FAILED_PRECONDITION":
      return SpeechError(.configuration, "\(message): region or billing")
    case 404: return SpeechError(.configuration, "\(message): no such model")
    case 429:
      return SpeechError(
        .quota, "\(message): rate limit",
        retryAfter: error.isDaily ? .seconds(3_600) : error.retryDelay ?? .seconds(10))
    case 408, 499, 500...: return SpeechError(.transient, message, retryAfter: error.retryDelay)
    default: return SpeechError(.permanent, "\(message): bad request")
    }
  }
}

/// A `google.rpc.Status` as Google's REST interfaces write it; streams wrap it in an array.
private struct GeminiError {
  let status: String?
  /// Of `google.rpc.ErrorInfo`.
  let reasons: [String]
  /// Of `google.rpc.RetryInfo`; at most an hour.
  let retryDelay: Duration?
  /// Whether the quota is one of the day's.
  let isDaily: Bool

  init(_ body: [UInt8]) {
    let json = try? JSONValue(parsing: body, duplicateKeys: .lastWins)
    let error = (json?.arrayValue?.first ?? json)?["error"]
    let details = error?["details"]?.arrayValue ?? []
    status = error?["status"]?.stringValue
    reasons = details.compactMap { $0["reason"]?.stringValue }
    retryDelay = details.lazy.compactMap { $0["retryDelay"]?.stringValue.flatMap(Self.delay) }.first
    isDaily = details.flatMap { $0["violations"]?.arrayValue ?? [] }
      .contains { $0["quotaId"]?.stringValue?.contains("PerDay") == true }
  }

  /// `57.2s`.
  private static func delay(_ text: String) -> Duration? {
    guard text.hasSuffix("s"), let seconds = Double(text.dropLast()), seconds >= 0 else {
      return nil
    }
    return .milliseconds(Int64(min(seconds, 3_600) * 1_000))
  }
}
