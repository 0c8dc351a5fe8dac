internal import Audio
internal import Buffers
internal import Speech

/// Exotel's AgentStream protocol (bidirectional media WebSocket), both directions; pure.
///
/// States: waiting for `start` (5 s) → streaming → over. Counters may be strings or numbers and keys
/// snake_case or camelCase. Unknown fields and events are ignored. A single broken media payload is
/// skipped; `strikeLimit` of them, or a broken rule of order, end the stream.
struct AgentStreamMachine {
  enum Event: Equatable {
    case started(CarrierLegStart)
    case audio(PCMFrame, sentAt: Duration?)
    case dtmf(String)
    case mark(String)
    case stopped(CarrierLegEnd)
    /// Nothing to do: `connected`, an unknown event, a repeated `start`.
    case ignored
    /// One message was dropped; the stream goes on.
    case skipped(Fault)
    /// The stream must be closed.
    case violation(Fault)
  }

  /// What a peer did wrong; the raw value goes into logs and end reasons.
  enum Fault: String, Equatable {
    case notJSON = "message is not a json object"
    case tooLarge = "message exceeds 262,144 bytes"
    case noCallID = "start names no call or stream"
    case noStart = "no start within 5 s"
    case mediaBeforeStart = "media before start"
    case badBase64 = "media payload is not base64"
    case oddByteCount = "media payload has an odd byte count"
    case payloadTooLarge = "media payload exceeds 100,000 bytes"
    case tooManyFaults = "too many broken media messages"
  }

  static let messageLimit = 262_144
  static let payloadLimit = 100_000
  static let startLimit = Duration.seconds(5)
  static let strikeLimit = 16

  private enum State { case waiting, streaming, over }
  private let rate: SampleRate
  private var state = State.waiting
  private var strikes = 0
  private var streamID = ""
  private var sequence = 0
  private var chunk = 0
  private var sentSamples = 0

  init(rate: SampleRate) { self.rate = rate }

  var isStreaming: Bool { state == .streaming }

  /// `startLimit` has passed since the connection opened.
  mutating func startLimitReached() -> Event {
    state == .waiting ? violation(.noStart) : .ignored
  }

  /// Reads one text message.
  mutating func receive(_ text: [UInt8]) -> Event {
    if state == .over { return .ignored }
    if text.count > Self.messageLimit { return violation(.tooLarge) }
    guard let message = try? JSONValue(parsing: text, duplicateKeys: .lastWins),
      message.objectValue != nil
    else { return violation(.notJSON) }
    switch message["event"]?.stringValue {
    case "start": return start(message)
    case "media": return media(message)
    case "dtmf": return digit(message)
    case "mark": return message["mark"]?["name"]?.stringValue.map { .mark($0) } ?? .ignored
    case "stop": return stop(message)
    default: return .ignored
    }
  }

  private mutating func start(_ message: JSONValue) -> Event {
    guard state == .waiting else { return .ignored }
    let body = message["start"] ?? message
    let stream =
      body.text("stream_sid", "streamSid") ?? message.text("stream_sid", "streamSid") ?? ""
    guard let call = body.text("call_sid", "callSid"), !stream.isEmpty else {
      return violation(.noCallID)
    }
    state = .streaming
    streamID = stream
    var start = CarrierLegStart(carrierCallID: CarrierCallID(rawValue: call), streamID: stream)
    start.from = body.text("from") ?? ""
    start.to = body.text("to") ?? ""
    let parameters = body["custom_parameters"] ?? body["customParameters"]
    for (key, value) in parameters?.objectValue?.members ?? [] {
      if let text = value.scalarText { start.parameters[key] = text }
    }
    return .started(start)
  }

  private mutating func media(_ message: JSONValue) -> Event {
    guard state == .streaming else { return violation(.mediaBeforeStart) }
    guard let payload = message["media"]?["payload"]?.stringValue else { return strike(.badBase64) }
    // Four characters carry three bytes.
    if payload.utf8.count > Self.payloadLimit / 3 * 4 + 8 { return strike(.payloadTooLarge) }
    guard let bytes = Base64.decode(payload) else { return strike(.badBase64) }
    guard let frame = PCMFrame(littleEndian: bytes, rate: rate) else {
      return strike(.oddByteCount)
    }
    return frame.isEmpty ? .ignored : .audio(frame, sentAt: Self.timestamp(message["media"]))
  }

  /// Milliseconds from the start of the stream; nil when they are missing or more than a day.
  private static func timestamp(_ media: JSONValue?) -> Duration? {
    guard let text = media?.text("timestamp"), let milliseconds = Int64(text),
      (0...86_400_000).contains(milliseconds)
    else { return nil }
    return .milliseconds(milliseconds)
  }

  private func digit(_ message: JSONValue) -> Event {
    guard state == .streaming, let digit = message["dtmf"]?.text("digit"),
      digit.utf8.count == 1, digit.utf8.allSatisfy({ Self.digits.contains($0) })
    else { return .ignored }
    return .dtmf(digit)
  }

  private static let digits = Array("0123456789*#ABCDabcd".utf8)

  private mutating func stop(_ message: JSONValue) -> Event {
    state = .over
    // `callended` is the caller's hang-up, `stopped` the end of the applet; both end the call for us.
    return .stopped(.callerHungUp)
  }

  private mutating func strike(_ fault: Fault) -> Event {
    strikes += 1
    return strikes >= Self.strikeLimit ? violation(.tooManyFaults) : .skipped(fault)
  }

  private mutating func violation(_ fault: Fault) -> Event {
    state = .over
    return .violation(fault)
  }
}

/// What we send. Precondition of each: the stream has started.
extension AgentStreamMachine {
  /// A chunk of audio; Exotel wants 3,200 to 100,000 bytes, a multiple of 320.
  mutating func media(_ frame: PCMFrame) -> [UInt8] {
    chunk += 1
    let milliseconds = sentSamples * 1_000 / rate.hertz
    sentSamples += frame.samples.count
    var json = begin("media", reserving: frame.samples.count * 3)
    json.key("media")
    json.beginObject()
    json.key("chunk")
    json.string(String(chunk))
    json.key("timestamp")
    json.string(String(milliseconds))
    json.key("payload")
    json.base64(frame.littleEndianBytes)
    json.endObject()
    json.endObject()
    return json.bytes
  }

  /// Echoed by Exotel once everything sent before it has been played.
  mutating func mark(_ name: String) -> [UInt8] {
    var json = begin("mark")
    json.key("mark")
    json.beginObject()
    json.key("name")
    json.string(name)
    json.endObject()
    json.endObject()
    return json.bytes
  }

  /// Drops audio Exotel has not played.
  mutating func clear() -> [UInt8] {
    var json = begin("clear")
    json.endObject()
    return json.bytes
  }

  private mutating func begin(_ event: String, reserving: Int = 128) -> JSONWriter {
    precondition(state == .streaming, "our bug: sent on an agent stream that has not started")
    sequence += 1
    var bytes: [UInt8] = []
    bytes.reserveCapacity(reserving + 256)
    var json = JSONWriter(appendingTo: bytes)
    json.beginObject()
    json.key("event")
    json.string(event)
    json.key("sequence_number")
    json.string(String(sequence))
    json.key("stream_sid")
    json.string(streamID)
    return json
  }
}
