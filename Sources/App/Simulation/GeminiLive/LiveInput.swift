package import Buffers

/// One thing a client has sent; a message can hold several.
package enum LiveInput: Sendable, Equatable {
  /// The answer to one function call.
  package struct ToolResponse: Sendable, Equatable {
    package let id: String
    package let name: String
    package let response: JSONValue
  }

  /// A turn of `clientContent`.
  package struct Turn: Sendable, Equatable {
    package let isUser: Bool
    package let text: String
  }

  case setup(JSONValue)
  /// Samples and the rate their MIME type declares.
  case audio([Int16], rate: Int, bytes: Int)
  case text(String)
  case streamEnd
  case activityStart
  case activityEnd
  /// The deprecated list of blobs, refused by newer models.
  case mediaChunks
  case content([Turn], isComplete: Bool)
  case toolResponses([ToolResponse])

  /// Reads one message, text or binary. Throws the close it earns.
  package static func parse(_ bytes: [UInt8]) throws(LiveClose) -> [LiveInput] {
    guard let message = try? JSONValue(parsing: bytes, duplicateKeys: .lastWins),
      let object = message.objectValue
    else { throw LiveClose(1_007, "Invalid JSON payload received.") }
    guard object.count == 1, let name = object.keys.first, let body = message[name] else {
      throw .invalidArgument
    }
    switch name {
    case "realtimeInput", "realtime_input": return try realtime(body)
    case "setup": return [.setup(body)]
    case "clientContent", "client_content": return [content(body)]
    case "toolResponse", "tool_response": return [toolResponses(body)]
    default: throw .unknownField(name)
    }
  }

  private static func realtime(_ body: JSONValue) throws(LiveClose) -> [LiveInput] {
    var inputs: [LiveInput] = []
    for (key, value) in body.objectValue ?? JSONObject() {
      switch key {
      case "audio": inputs.append(try audio(value))
      case "text": inputs.append(.text(value.stringValue ?? ""))
      case "audioStreamEnd", "audio_stream_end": inputs.append(.streamEnd)
      case "activityStart", "activity_start": inputs.append(.activityStart)
      case "activityEnd", "activity_end": inputs.append(.activityEnd)
      case "mediaChunks", "media_chunks":
        inputs.append(.mediaChunks)
        for chunk in value.arrayValue ?? [] { inputs.append(try audio(chunk)) }
      case "video": break
      default: throw .unknownField(key)
      }
    }
    return inputs
  }

  private static func audio(_ blob: JSONValue) throws(LiveClose) -> LiveInput {
    guard let text = blob["data"]?.stringValue, let bytes = Base64.decode(text) else {
      throw .invalidArgument
    }
    let type = blob[camel: "mimeType"]?.stringValue ?? ""
    guard type.hasPrefix("audio/pcm") else { throw .invalidArgument }
    let rate = type.split(separator: "=").dropFirst().first.flatMap { Int($0) } ?? 16_000
    guard (8_000...48_000).contains(rate), bytes.count % 2 == 0 else { throw .invalidArgument }
    return .audio(PCM.samples(of: bytes), rate: rate, bytes: bytes.count)
  }

  private static func content(_ body: JSONValue) -> LiveInput {
    let turns = (body["turns"]?.arrayValue ?? []).map {
      Turn(isUser: $0["role"]?.stringValue != "model", text: $0.contentText)
    }
    return .content(turns, isComplete: body[camel: "turnComplete"]?.boolValue == true)
  }

  private static func toolResponses(_ body: JSONValue) -> LiveInput {
    let list = body[camel: "functionResponses"]
    let items = list?.arrayValue ?? list.map { [$0] } ?? []
    return .toolResponses(
      items.map {
        ToolResponse(
          id: $0["id"]?.stringValue ?? "", name: $0["name"]?.stringValue ?? "",
          response: $0["response"] ?? [:])
      })
  }
}
