internal import Buffers

/// The 200 answer to one accepted request, made as its faults want it.
struct TextAnswer {
  /// Reasons that leave the candidate with its role, though without text.
  private static let openReasons: Set<String> = ["MAX_TOKENS", "OTHER", "LANGUAGE"]
  /// Characters of a chunk.
  private static let pieceLength = 24

  /// What a model wants to say before faults and limits have their way.
  struct Content {
    /// May be empty.
    var text: String
    /// Behind the text.
    var call: FunctionCall?
  }

  /// What is answered.
  let request: TextRequest
  /// What goes wrong with it.
  let faults: TextFaults
  /// The `responseId`.
  let id: String
  /// Nothing when the prompt is blocked.
  private let text: String
  /// A function that is called behind the text.
  let call: FunctionCall?
  /// The `finishReason`.
  private let finish: String

  /// Answers `request` with `content`; `id` becomes the `responseId`.
  init(to request: TextRequest, _ content: Content, faults: TextFaults, id: String) {
    self.request = request
    self.faults = faults
    self.id = id
    let room = max(0, request.outputLimit - request.thoughtTokens)
    let whole = content.text
    let isWhole = TokenCount.tokens(in: whole) <= room
    finish = faults.finishReason ?? (isWhole ? "STOP" : "MAX_TOKENS")
    if faults.blockReason != nil || (faults.finishReason ?? "STOP") != "STOP" {
      text = ""
      call = nil
    } else {
      text = isWhole ? whole : whole.cut(to: room * 4)
      call = isWhole ? content.call : nil
    }
  }

  /// Tokens of the answer's text.
  var candidateTokens: Int { TokenCount.tokens(in: text) }

  /// The body of the answer.
  var json: JSONValue { body(of: parts(text.isEmpty ? [] : [text]), isLast: true) }

  /// The bodies of a streamed answer: a thought, pieces of the text, and a function call have one
  /// each; the last tells how it ended and what it cost.
  var chunks: [JSONValue] {
    let parts = parts(text.pieces(of: Self.pieceLength))
    guard let last = parts.last else { return [json] }
    return parts.dropLast().map { body(of: [$0], isLast: false) }
      + [body(of: [last], isLast: true)]
  }

  /// A body with some parts of the answer.
  private func body(of parts: [JSONValue], isLast: Bool) -> JSONValue {
    var answer = JSONObject()
    if let reason = faults.blockReason {
      answer["promptFeedback"] = [
        "blockReason": .string(reason), "safetyRatings": .array([blockRating]),
      ]
    } else {
      answer["candidates"] = .array([candidate(parts, isLast: isLast)])
    }
    if isLast { answer["usageMetadata"] = usage }
    answer["modelVersion"] = .string(request.model.id)
    answer["responseId"] = .string(id)
    return .object(answer)
  }

  /// What a model that talks says and calls; functions that end a call come behind the words. `id`
  /// makes that of the call.
  static func talk(_ answer: Answer?, id: String) -> Content {
    guard let answer else { return Content(text: "") }
    if let tool = answer.call {
      let call = FunctionCall(name: tool.name, id: "call-" + id, arguments: answer.arguments)
      return Content(text: "", call: call)
    }
    let call = answer.endCall.map {
      FunctionCall(name: $0.name, id: "call-" + id, arguments: answer.endArguments)
    }
    return Content(text: answer.text, call: call)
  }

  /// What is read from a transcript.
  static func analysis(of request: TextRequest, _ faults: TextFaults) -> Content {
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
    return Content(text: faults.isFenced ? "```json\n\(whole)\n```" : whole)
  }

  /// The only candidate.
  private func candidate(_ parts: [JSONValue], isLast: Bool) -> JSONValue {
    var candidate = JSONObject()
    if !parts.isEmpty {
      candidate["content"] = ["parts": .array(parts), "role": "model"]
    } else if Self.openReasons.contains(finish) {
      candidate["content"] = ["role": "model"]
    }
    if isLast { candidate["finishReason"] = .string(finish) }
    candidate["index"] = 0
    if finish == "SAFETY" { candidate["safetyRatings"] = .array([blockRating]) }
    return .object(candidate)
  }

  /// Thoughts, when they are to be seen, before the texts, and the call behind them.
  private func parts(_ texts: [String]) -> [JSONValue] {
    let call = call.map { [$0.part(isSigned: request.model.thinking == .level)] } ?? []
    if texts.isEmpty { return call }
    let thought: JSONValue = [
      "text": "**Reading the transcript**\n\nI look at what the caller said first and last.\n",
      "thought": true,
    ]
    let showsThoughts = faults.hasThoughts || request.showsThoughts
    return (showsThoughts ? [thought] : []) + texts.map { ["text": .string($0)] } + call
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
