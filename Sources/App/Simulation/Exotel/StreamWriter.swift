internal import Buffers

/// Writes the messages the vendor sends on a stream, with its string counters.
package struct StreamWriter: Sendable {
  private let streamSid: String
  private let record: CallRecord
  private var sequence = 0
  private var chunk = 0
  private var milliseconds = 0

  package init(streamSid: String, record: CallRecord) {
    self.streamSid = streamSid
    self.record = record
  }

  package static var connected: [UInt8] { Array(#"{"event":"connected"}"#.utf8) }

  package mutating func start() -> [UInt8] {
    let parameters = record.request.customParameters.map { ($0.0, JSONValue.string($0.1)) }
    let (sid, record) = (streamSid, record)
    return message("start") { writer in
      writer.value([
        "stream_sid": .string(sid), "call_sid": .string(record.sid),
        "account_sid": .string(record.accountSid), "from": .string(record.request.from ?? ""),
        "to": .string(record.request.callerID),
        "custom_parameters": .object(JSONObject(parameters)),
        "media_format": [
          "encoding": "audio/x-raw", "sample_rate": .string(String(record.request.sampleRate)),
          "bit_rate": "16",
        ],
      ])
    }
  }

  /// One period of the caller's side.
  package mutating func media(_ samples: [Int16]) -> [UInt8] {
    chunk += 1
    let timestamp = milliseconds
    milliseconds += samples.count * 1_000 / record.request.sampleRate
    let chunk = String(chunk)
    return message("media", reserving: samples.count * 3 + 160) { writer in
      writer.beginObject()
      writer.key("chunk")
      writer.string(chunk)
      writer.key("timestamp")
      writer.string(String(timestamp))
      writer.key("payload")
      writer.base64(PCM.bytes(of: samples))
      writer.endObject()
    }
  }

  package mutating func digit(_ digit: Character) -> [UInt8] {
    message("dtmf") { $0.value(["digit": .string(String(digit)), "duration": "100"]) }
  }

  package mutating func mark(_ name: String) -> [UInt8] {
    message("mark") { $0.value(["name": .string(name)]) }
  }

  package mutating func stop(reason: String) -> [UInt8] {
    let record = record
    return message("stop") {
      $0.value([
        "call_sid": .string(record.sid), "account_sid": .string(record.accountSid),
        "reason": .string(reason),
      ])
    }
  }

  private mutating func message(
    _ event: String, reserving size: Int = 0, _ body: (inout JSONWriter) -> Void
  ) -> [UInt8] {
    sequence += 1
    var storage = [UInt8]()
    storage.reserveCapacity(size)
    var writer = JSONWriter(appendingTo: storage)
    writer.beginObject()
    writer.key("event")
    writer.string(event)
    writer.key("sequence_number")
    writer.string(String(sequence))
    writer.key("stream_sid")
    writer.string(streamSid)
    writer.key(event)
    body(&writer)
    writer.endObject()
    return writer.bytes
  }
}
