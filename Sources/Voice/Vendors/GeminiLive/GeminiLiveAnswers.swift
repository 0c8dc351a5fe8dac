internal import Audio
internal import Buffers
internal import Speech

/// One thing a server message says.
enum GeminiLiveEvent: Equatable {
  case setupComplete
  case speech(RealtimeEvent)
  /// nil while the session cannot be resumed; keep the last good handle.
  case resumption(handle: String?)
  case goAway(timeLeft: Duration?)
}

/// Reads server messages; keeps half a sample between audio parts. Pure.
///
/// Unknown fields are ignored, every part is looked at, thoughts are not speech.
struct GeminiLiveParser {
  private var carry: UInt8?

  /// The events of one message in the order they are to be acted on; throws when it is not a JSON object.
  mutating func parse(_ message: [UInt8]) throws(SpeechError) -> [GeminiLiveEvent] {
    guard let json = try? JSONValue(parsing: message, duplicateKeys: .lastWins),
      json.objectValue != nil
    else { throw SpeechError(.transient, "gemini sent a message that is not a json object") }
    var events: [GeminiLiveEvent] = []
    if json["setupComplete"] != nil { events.append(.setupComplete) }
    if let content = json["serverContent"] { parseContent(content, into: &events) }
    if let calls = json["toolCall"]?["functionCalls"]?.arrayValue {
      let list = calls.compactMap(toolCall)
      if !list.isEmpty { events.append(.speech(.toolCalls(list))) }
    }
    if let ids = json["toolCallCancellation"]?["ids"]?.arrayValue {
      events.append(.speech(.toolCallsCancelled(ids.compactMap(\.stringValue))))
    }
    if let update = json["sessionResumptionUpdate"] { events.append(resumption(update)) }
    if let goAway = json["goAway"] {
      events.append(.goAway(timeLeft: goAway.text("timeLeft").flatMap(Self.duration)))
    }
    if let usage = json["usageMetadata"] {
      events.append(.speech(.usage(SpeechUsage(live: Self.usage(usage)))))
    }
    return events
  }

  private mutating func parseContent(_ content: JSONValue, into events: inout [GeminiLiveEvent]) {
    // An interruption voids what comes with it, so it goes first; completions go last.
    if content["interrupted"]?.boolValue == true {
      carry = nil
      events.append(.speech(.interrupted))
    }
    if let text = content["inputTranscription"]?["text"]?.stringValue?.nonEmpty {
      events.append(.speech(.inputTranscript(Recognition(text: text))))
    }
    for part in content["modelTurn"]?["parts"]?.arrayValue ?? [] {
      if let frame = audio(part) { events.append(.speech(.audio(frame))) }
    }
    if let text = content["outputTranscription"]?["text"]?.stringValue?.nonEmpty {
      events.append(.speech(.outputTranscript(text)))
    }
    if content["generationComplete"]?.boolValue == true {
      events.append(.speech(.generationComplete))
    }
    if content["turnComplete"]?.boolValue == true {
      carry = nil
      events.append(.speech(.turnComplete))
    }
  }

  private mutating func audio(_ part: JSONValue) -> PCMFrame? {
    guard part["thought"]?.boolValue != true, let data = part["inlineData"],
      let type = data["mimeType"]?.stringValue, type.hasPrefix("audio/pcm"),
      let text = data["data"]?.stringValue, var bytes = Base64.decode(text)
    else { return nil }
    if let first = carry { bytes.insert(first, at: 0) }
    carry = bytes.count.isMultiple(of: 2) ? nil : bytes.removeLast()
    let frame = PCMFrame(littleEndian: bytes, rate: Self.rate(type))
    return frame?.isEmpty == true ? nil : frame
  }

  /// The rate of `audio/pcm;rate=24000`; 24 kHz when it is missing or absurd.
  private static func rate(_ mimeType: String) -> SampleRate {
    let parameter = mimeType.split(separator: ";").dropFirst().lazy
      .map { $0.filter { $0 != " " } }.first { $0.hasPrefix("rate=") }
    return parameter.flatMap { Int($0.dropFirst(5)) }.flatMap { SampleRate(peer: $0) } ?? .studio
  }

  private func toolCall(_ value: JSONValue) -> ToolCall? {
    guard let id = value.text("id")?.nonEmpty, let name = value.text("name")?.nonEmpty else {
      return nil
    }
    let arguments = value["args"] ?? .object(JSONObject())
    return ToolCall(id: id, name: name, arguments: arguments)
  }

  private func resumption(_ update: JSONValue) -> GeminiLiveEvent {
    let isResumable = update["resumable"]?.boolValue ?? false
    return .resumption(handle: isResumable ? update["newHandle"]?.stringValue?.nonEmpty : nil)
  }

  /// Protobuf JSON durations: `50s`, `1.5s`.
  private static func duration(_ text: String) -> Duration? {
    guard text.hasSuffix("s"), let seconds = Double(text.dropLast()), (0...86_400).contains(seconds)
    else { return nil }
    return .milliseconds(Int64(seconds * 1_000))
  }

  private static func usage(_ value: JSONValue) -> TokenUsage {
    TokenUsage(
      prompt: count(value["promptTokenCount"]), response: count(value["responseTokenCount"]),
      promptAudio: audioTokens(value["promptTokensDetails"]),
      responseAudio: audioTokens(value["responseTokensDetails"]))
  }

  private static func audioTokens(_ details: JSONValue?) -> Int {
    let list = details?.arrayValue ?? []
    return list.first { $0["modality"]?.stringValue == "AUDIO" }.map { count($0["tokenCount"]) }
      ?? 0
  }

  private static func count(_ value: JSONValue?) -> Int { value?.tokenCount ?? 0 }
}
