package import Buffers

/// One answer of the voice API: a document in JSON or in the XML of its ancestor.
package struct RestAnswer: Sendable, Equatable {
  package let status: Int
  package let document: JSONValue

  package init(status: Int = 200, _ document: JSONValue) {
    self.status = status
    self.document = document
  }

  /// The error body of the voice API.
  package static func exception(_ status: Int, _ message: String, code: Int? = nil) -> RestAnswer {
    var members: [(String, JSONValue)] = [("Status", .int(status)), ("Message", .string(message))]
    if let code { members.append(("Code", .int(code))) }
    return RestAnswer(status: status, ["RestException": .object(JSONObject(members))])
  }

  package var json: [UInt8] { document.serialized() }

  /// Wrapped in `TwilioResponse`, as answers without the `.json` suffix are.
  package var xml: [UInt8] {
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<TwilioResponse>"
    for (key, value) in document.objectValue ?? JSONObject() {
      Self.append(value, named: key, to: &text)
    }
    return Array((text + "</TwilioResponse>\n").utf8)
  }

  private static func append(_ value: JSONValue, named name: String, to text: inout String) {
    switch value {
    case .array(let items):
      for item in items { append(item, named: name, to: &text) }
    case .null:
      text += "<\(name)/>"
    case .object(let members):
      text += "<\(name)>"
      for (key, member) in members { append(member, named: key, to: &text) }
      text += "</\(name)>"
    case .string(let string):
      text += "<\(name)>\(escaped(string))</\(name)>"
    case .bool, .number:
      text += "<\(name)>\(value.serializedString)</\(name)>"
    }
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
    return result
  }
}
