internal import Buffers
internal import Speech

/// A model's turn, gathered from the events of its stream; pure.
struct GeminiChatTurn {
  /// Bytes that all events of a turn may have; what is said in a call takes some thousands.
  static let limit = 4 << 20

  /// Begins the identifiers of calls that came without one; no other turn has it.
  private let idPrefix: String
  private var parts: [JSONValue] = []
  private var text = ""
  private var toolCalls: [ToolCall] = []
  private var finish: String?
  private var usage = TokenUsage()
  private var received = 0

  init(idPrefix: String) { self.idPrefix = idPrefix }

  /// Whether the model has said that it is at its end.
  var isFinished: Bool { finish != nil }

  /// Takes the data of the next event; what it says, which may be nothing.
  mutating func take(_ event: [UInt8]) throws(SpeechError) -> String {
    received += event.count
    guard received <= Self.limit else {
      throw SpeechError(.transient, "gemini's answer exceeds the limit of \(Self.limit) bytes")
    }
    guard let json = try? JSONValue(parsing: event, duplicateKeys: .lastWins) else {
      throw SpeechError(.transient, "gemini sent an unreadable event")
    }
    guard (json.arrayValue?.first ?? json)["error"] == nil else {
      throw GeminiError.failure(inStream: event)
    }
    try GeminiVerdict.checkPrompt(json)
    if let counts = json["usageMetadata"] { usage = GeminiVerdict.usage(counts) }
    let candidate = json["candidates"]?[0]
    finish = candidate?["finishReason"]?.stringValue ?? finish
    return take(candidate?["content"]?["parts"]?.arrayValue ?? [])
  }

  private mutating func take(_ more: [JSONValue]) -> String {
    parts += more
    for part in more {
      guard let call = part["functionCall"], let name = call.text("name")?.nonEmpty else {
        continue
      }
      // Older models give no identifier.
      let id = call.text("id")?.nonEmpty ?? "\(idPrefix)-\(toolCalls.count + 1)"
      let arguments = call["args"]?.objectValue ?? JSONObject()
      toolCalls.append(ToolCall(id: id, name: name, arguments: .object(arguments)))
    }
    let said = GeminiVerdict.said(more)
    text += said
    return said
  }

  /// The turn at the stream's end. One that was cut at its limit is good as far as it goes: it was given
  /// already.
  func answer() throws(SpeechError) -> ChatAnswer {
    if finish != "MAX_TOKENS" || text.isEmpty { try GeminiVerdict.check(finish: finish) }
    try GeminiVerdict.check(isEmpty: text.isEmpty && toolCalls.isEmpty)
    return ChatAnswer(
      text: text, toolCalls: toolCalls, original: ["role": "model", "parts": .array(parts)],
      usage: usage)
  }
}
