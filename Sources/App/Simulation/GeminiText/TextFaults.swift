package import Buffers

/// What goes wrong in `generateContent` and `streamGenerateContent`, by `POST /sim/faults` under `gemini_text`.
package struct TextFaults: Sendable, Equatable {
  /// The answer's HTTP status instead of 200.
  package var status: Int?
  /// How many requests the switches hold for, all when nil; the delays always hold.
  package var count: Int?
  /// What a 429 asks the client to wait.
  package var retryDelay: Duration = .milliseconds(200)
  /// A 429 names the quota of the day, not that of the minute.
  package var isDailyQuota = false
  /// Every answer is held back this long.
  package var delay: Duration = .zero
  /// Why the prompt is blocked; then there are no candidates.
  package var blockReason: String?
  /// Why the candidate ended; but for STOP it has no text.
  package var finishReason: String?
  /// The text is not JSON.
  package var isMalformed = false
  /// The JSON stands in a Markdown fence.
  package var isFenced = false
  /// A part with `thought` comes before the answer.
  package var hasThoughts = false
  /// Values of the JSON break the schema.
  package var breaksSchema = false
  /// A streamed answer ends with its connection after half of its chunks.
  package var breaksStream = false
  /// Between two chunks of a streamed answer.
  package var chunkDelay: Duration = .zero

  /// Nothing goes wrong.
  package init() {}

  /// All switches.
  private static let members: Set<String> = [
    "status", "count", "retry_delay_ms", "daily_quota", "delay_ms", "blocked", "finish_reason",
    "malformed", "fenced", "thoughts", "out_of_schema", "break_stream", "chunk_delay_ms",
  ]

  /// What `blocked` may name.
  private static let blockReasons: Set<String> = [
    "SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT",
  ]

  /// What `finish_reason` may name.
  private static let finishReasons: Set<String> = [
    "STOP", "MAX_TOKENS", "SAFETY", "RECITATION", "LANGUAGE", "OTHER", "BLOCKLIST",
    "PROHIBITED_CONTENT", "SPII", "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL",
    "TOO_MANY_TOOL_CALLS",
  ]

  /// Reads the switches of a fault object; those it does not name are off.
  package init(_ value: JSONValue) throws(SimulationError) {
    let reader = try MemberReader(value, .invalidFault, in: "gemini_text")
    try reader.allow(only: Self.members)
    status = try reader.number("status", in: 400...599)
    count = try reader.number("count", in: 0...1_000_000)
    retryDelay = try reader.duration("retry_delay_ms") ?? retryDelay
    isDailyQuota = try reader.flag("daily_quota") ?? false
    delay = try reader.duration("delay_ms") ?? delay
    isMalformed = try reader.flag("malformed") ?? false
    isFenced = try reader.flag("fenced") ?? false
    hasThoughts = try reader.flag("thoughts") ?? false
    breaksSchema = try reader.flag("out_of_schema") ?? false
    breaksStream = try reader.flag("break_stream") ?? false
    chunkDelay = try reader.duration("chunk_delay_ms") ?? chunkDelay
    if let isBlocked = value["blocked"]?.boolValue {
      blockReason = isBlocked ? "SAFETY" : nil
    } else {
      blockReason = try Self.reason("blocked", among: Self.blockReasons, reader)
    }
    finishReason = try Self.reason("finish_reason", among: Self.finishReasons, reader)
  }

  /// The name of a reason, if it is one.
  private static func reason(
    _ key: String, among names: Set<String>, _ reader: MemberReader
  ) throws(SimulationError) -> String? {
    guard let name = try reader.text(key) else { return nil }
    guard names.contains(name) else {
      throw SimulationError(.invalidFault, "gemini_text.\(key) cannot be \"\(name)\"")
    }
    return name
  }

  /// The switches of the next request, which uses up one of `count`.
  mutating func next() -> TextFaults {
    guard let left = count else { return self }
    guard left > 0 else {
      var none = TextFaults()
      none.delay = delay
      none.chunkDelay = chunkDelay
      return none
    }
    let current = self
    count = left - 1
    return current
  }
}
