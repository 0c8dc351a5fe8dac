internal import Buffers

extension JSONValue {
  /// The member `name` in lowerCamelCase, or in the snake_case that the service also reads.
  subscript(camel name: String) -> JSONValue? {
    if let value = self[name] { return value }
    let snake = name.reduce(into: "") { result, character in
      result += character.isUppercase ? "_" + character.lowercased() : String(character)
    }
    return snake == name ? nil : self[snake]
  }

  /// The joined text of a `Content` object's parts.
  var contentText: String {
    if let text = stringValue { return text }
    let parts = self["parts"]?.arrayValue ?? []
    return parts.compactMap { $0["text"]?.stringValue }.joined(separator: "\n")
  }
}
