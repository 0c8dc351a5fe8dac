package import Buffers

/// Writes the service's messages; all of them travel in binary frames.
package enum LiveOutput {
  package static var setupComplete: [UInt8] { Array(#"{"setupComplete":{}}"#.utf8) }

  /// Audio at 24 kHz, one part per slice, with a transcript fragment in the same event if given.
  package static func audio(_ slices: [ArraySlice<Int16>], transcript: String?) -> [UInt8] {
    var storage = [UInt8]()
    storage.reserveCapacity(slices.reduce(200) { $0 + $1.count * 3 + 80 })
    var writer = JSONWriter(appendingTo: storage)
    writer.beginObject()
    writer.key("serverContent")
    writer.beginObject()
    writer.key("modelTurn")
    writer.beginObject()
    writer.key("parts")
    writer.beginArray()
    for slice in slices { writePart(slice, to: &writer) }
    writer.endArray()
    writer.key("role")
    writer.string("model")
    writer.endObject()
    if let transcript { writeText("outputTranscription", transcript, to: &writer) }
    writer.endObject()
    writer.endObject()
    return writer.bytes
  }

  private static func writePart(_ slice: ArraySlice<Int16>, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("inlineData")
    writer.beginObject()
    writer.key("mimeType")
    writer.string("audio/pcm;rate=24000")
    writer.key("data")
    writer.base64(PCM.bytes(of: slice))
    writer.endObject()
    writer.endObject()
  }

  private static func writeText(_ key: String, _ text: String, to writer: inout JSONWriter) {
    writer.key(key)
    writer.beginObject()
    writer.key("text")
    writer.string(text)
    writer.endObject()
  }

  package static func inputTranscript(_ text: String) -> [UInt8] {
    content(["inputTranscription": ["text": .string(text)]])
  }

  package static func outputTranscript(_ text: String) -> [UInt8] {
    content(["outputTranscription": ["text": .string(text)]])
  }

  package static var generationComplete: [UInt8] { content(["generationComplete": true]) }
  package static var interrupted: [UInt8] { content(["interrupted": true]) }

  package static func turnComplete(_ usage: LiveUsage) -> [UInt8] {
    let message: JSONValue = [
      "serverContent": ["turnComplete": true], "usageMetadata": usage.json,
    ]
    return message.serialized()
  }

  /// A function call with the id it must be answered by.
  package struct FunctionCall: Sendable, Equatable {
    package let id: String
    package let name: String
    package let arguments: JSONValue
  }

  package static func toolCall(_ calls: [FunctionCall]) -> [UInt8] {
    let list = calls.map { call -> JSONValue in
      ["id": .string(call.id), "name": .string(call.name), "args": call.arguments]
    }
    let message: JSONValue = ["toolCall": ["functionCalls": .array(list)]]
    return message.serialized()
  }

  package static func toolCallCancellation(_ ids: [String]) -> [UInt8] {
    let message: JSONValue = ["toolCallCancellation": ["ids": .array(ids.map { .string($0) })]]
    return message.serialized()
  }

  /// A handle to resume from, or word that there is none at the moment.
  package static func resumptionUpdate(handle: String?) -> [UInt8] {
    let message: JSONValue = [
      "sessionResumptionUpdate": [
        "newHandle": .string(handle ?? ""), "resumable": .bool(handle != nil),
      ]
    ]
    return message.serialized()
  }

  package static func goAway(timeLeft: Duration) -> [UInt8] {
    let message: JSONValue = ["goAway": ["timeLeft": .string("\(timeLeft.components.seconds)s")]]
    return message.serialized()
  }

  private static func content(_ members: JSONValue) -> [UInt8] {
    let message: JSONValue = ["serverContent": members]
    return message.serialized()
  }
}

/// Tokens of one turn, by the vendor's rule of thumb of 25 per second of audio.
package struct LiveUsage: Sendable, Equatable {
  package var promptText = 0
  package var promptAudio = 0
  package var responseAudio = 0

  package init() {}

  package var json: JSONValue {
    [
      "promptTokenCount": .int(promptText + promptAudio),
      "responseTokenCount": .int(responseAudio),
      "totalTokenCount": .int(promptText + promptAudio + responseAudio),
      "promptTokensDetails": [
        ["modality": "AUDIO", "tokenCount": .int(promptAudio)],
        ["modality": "TEXT", "tokenCount": .int(promptText)],
      ],
      "responseTokensDetails": [["modality": "AUDIO", "tokenCount": .int(responseAudio)]],
    ]
  }
}
