internal import Buffers
internal import Glibc
internal import Protobuf
internal import Schema
internal import Telemetry
internal import VoiceAPI

/// What commands print.
enum Output {
  typealias V1 = Payaid.Voice.V1

  /// Prints a line at once, also into a pipe.
  static func line(_ text: String) {
    print(text)
    fflush(nil)
  }

  /// Prints text that brings its own line ends.
  static func text(_ text: String) {
    print(text, terminator: "")
    fflush(nil)
  }

  /// A message as one line of JSON.
  static func json(_ message: some ProtobufMessage) throws {
    line(String(decoding: try message.json(), as: UTF8.self))
  }

  /// Texts as one line of JSON, in this order.
  static func object(_ members: [(String, String)]) -> String {
    var json = JSONWriter()
    json.beginObject()
    for (name, value) in members {
      json.key(name)
      json.string(value)
    }
    json.endObject()
    return String(decoding: json.bytes, as: UTF8.self)
  }

  /// A line of a transcript: when, who, what, and how fast.
  static func transcript(_ entry: V1.TranscriptEntry) {
    let speaker = entry.speaker == .caller ? "caller" : "agent "
    var text = "\(clock(entry.offset)) \(speaker)  \(entry.text)"
    if entry.interrupted { text += " [interrupted]" }
    if let latency = entry.replyLatency {
      text += "  (\(milliseconds(latency)) ms)"
    }
    if let confidence = entry.confidence { text += "  (\(percent(confidence)) sure)" }
    line(text)
  }

  /// A call of a list: when, who was called by whom, and what became of it.
  static func row(_ call: V1.Call) {
    let time = Timestamp.text(seconds: call.createTime?.seconds ?? 0).prefix(19)
    line(
      "\(time)Z \(call.phoneNumber) \(call.agentId) " + parts(call).joined(separator: ", ")
        + " \(call.callId)")
  }

  /// The end of a call: state, duration, cost, latencies.
  static func summary(_ call: V1.Call) {
    var parts = parts(call)
    if let p95 = call.quality?.replyLatencyP95 {
      parts.append("reply latency p95 \(milliseconds(p95)) ms")
    }
    if let added = call.quality?.serverLatencyP95 {
      parts.append("of which this server \(milliseconds(added)) ms")
    }
    if let confidence = call.quality?.recognitionConfidence {
      parts.append("recognition \(percent(confidence)) sure")
    }
    line("\(call.callId): " + parts.joined(separator: ", "))
    if let found = call.analysis { analysis(found, call.sentiment) }
  }

  private static func parts(_ call: V1.Call) -> [String] {
    var parts = [name(call.state)]
    if !call.endReason.isEmpty { parts.append(call.endReason) }
    if let duration = call.duration { parts.append("\(clock(duration)) long") }
    if let total = call.cost?.total { parts.append("₹\(rupees(total))") }
    return parts
  }

  /// What a model made of a call.
  private static func analysis(_ found: V1.CallAnalysis, _ sentiment: V1.Sentiment) {
    let mood = V1.Sentiment.enumType.name(of: sentiment.rawValue)?.split(separator: "_").last ?? ""
    line("the caller's mood: \(mood.lowercased()). \(found.summary)")
    for item in found.actionItems { line("to do: \(item)") }
  }

  /// A state as the API spells it, `IN_PROGRESS`.
  static func name(_ state: V1.Call.State) -> String {
    V1.Call.State.enumType.name(of: state.rawValue) ?? "\(state.rawValue)"
  }

  static func milliseconds(_ duration: Google.Protobuf.Duration) -> Int64 {
    duration.seconds * 1_000 + Int64(duration.nanos) / 1_000_000
  }

  /// `91 %`.
  private static func percent(_ share: Float) -> String { "\(Int((share * 100).rounded())) %" }

  /// `01:07.3`.
  private static func clock(_ duration: Google.Protobuf.Duration?) -> String {
    let tenths = milliseconds(duration ?? Google.Protobuf.Duration()) / 100
    let (minutes, seconds) = (tenths / 600, tenths % 600)
    return "\(twoDigits(minutes)):\(twoDigits(seconds / 10)).\(seconds % 10)"
  }

  /// `1.50`, rounded to paise.
  private static func rupees(_ money: Google.Type_.Money) -> String {
    let paise = Int128(money.units) * 100 + Int128((Double(money.nanos) / 1e7).rounded())
    let (rupees, rest) = paise.magnitude.quotientAndRemainder(dividingBy: 100)
    return "\(paise < 0 ? "-" : "")\(rupees).\(twoDigits(rest))"
  }

  private static func twoDigits(_ number: some BinaryInteger) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}
