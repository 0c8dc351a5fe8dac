internal import Buffers

/// The 200 answer to one accepted request, made as its faults want it.
struct TextAnswer {
  /// Reasons that leave the candidate with its role, though without text.
  private static let openReasons: Set<String> = ["MAX_TOKENS", "OTHER", "LANGUAGE"]

  /// What is answered.
  let request: TextRequest
  /// What goes wrong with it.
  let faults: TextFaults
  /// The `responseId`.
  let id: String
  /// Nothing when the prompt is blocked.
  private let text: String
  /// The `finishReason`.
  private let finish: String

  /// Answers `request`; `id` becomes the `responseId`.
  init(to request: TextRequest, faults: TextFaults, id: String) {
    self.request = request
    self.faults = faults
    self.id = id
    let room = max(0, request.outputLimit - request.thoughtTokens)
    let whole = Self.text(for: request, faults)
    let isWhole = TokenCount.tokens(in: whole) <= room
    finish = faults.finishReason ?? (isWhole ? "STOP" : "MAX_TOKENS")
    if faults.blockReason != nil || (faults.finishReason ?? "STOP") != "STOP" {
      text = ""
    } else {
      text = isWhole ? whole : whole.cut(to: room * 4)
    }
  }

  /// Tokens of the answer's text.
  var candidateTokens: Int { TokenCount.tokens(in: text) }

  /// The body of the answer.
  var json: JSONValue {
    var answer = JSONObject()
    if let reason = faults.blockReason {
      answer["promptFeedback"] = [
        "blockReason": .string(reason), "safetyRatings": .array([blockRating]),
      ]
    } else {
      answer["candidates"] = .array([candidate])
    }
    answer["usageMetadata"] = usage
    answer["modelVersion"] = .string(request.model.id)
    answer["responseId"] = .string(id)
    return .object(answer)
  }

  /// The whole text, before any limit cuts it.
  private static func text(for request: TextRequest, _ faults: TextFaults) -> String {
    let reading = TranscriptReading(request.question)
    let writer = AnswerWriter(reading: reading, breaksSchema: faults.breaksSchema)
    let text: String
    switch request.format {
    case .prose: text = reading.summary
    case .json(let schema):
      text = (schema.map(writer.document) ?? writer.freeForm).serializedString
    case .choice(let schema): text = writer.document(schema).stringValue ?? ""
    }
    let whole = faults.isMalformed ? "Here is the JSON: " + text.prefix(text.count / 2) : text
    return faults.isFenced ? "```json\n\(whole)\n```" : whole
  }

  /// The only candidate.
  private var candidate: JSONValue {
    var candidate = JSONObject()
    if !parts.isEmpty {
      candidate["content"] = ["parts": .array(parts), "role": "model"]
    } else if Self.openReasons.contains(finish) {
      candidate["content"] = ["role": "model"]
    }
    candidate["finishReason"] = .string(finish)
    candidate["index"] = 0
    if finish == "SAFETY" { candidate["safetyRatings"] = .array([blockRating]) }
    return .object(candidate)
  }

  /// Thoughts, when they are to be seen, before the text.
  private var parts: [JSONValue] {
    if text.isEmpty { return [] }
    let thought: JSONValue = [
      "text": "**Reading the transcript**\n\nI look at what the caller said first and last.\n",
      "thought": true,
    ]
    let showsThoughts = faults.hasThoughts || request.showsThoughts
    return (showsThoughts ? [thought] : []) + [["text": .string(text)]]
  }

  /// Why something was blocked.
  private var blockRating: JSONValue {
    ["category": "HARM_CATEGORY_DANGEROUS_CONTENT", "probability": "HIGH", "blocked": true]
  }

  /// Token counts; those that are 0 are left out, as the service does.
  private var usage: JSONValue {
    let thoughts = faults.blockReason != nil ? 0 : min(request.thoughtTokens, request.outputLimit)
    var usage: JSONObject = ["promptTokenCount": .int(request.promptTokens)]
    if candidateTokens > 0 { usage["candidatesTokenCount"] = .int(candidateTokens) }
    usage["totalTokenCount"] = .int(request.promptTokens + candidateTokens + thoughts)
    usage["promptTokensDetails"] = [TokenCount.detail(request.promptTokens)]
    if thoughts > 0 { usage["thoughtsTokenCount"] = .int(thoughts) }
    return .object(usage)
  }
}
