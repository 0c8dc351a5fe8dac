internal import Buffers

/// What the contents of a request must be, besides their shape.
enum ContentRules {
  /// The members of a part of which one must be there.
  private static let partData: Set<String> = [
    "text", "inlineData", "fileData", "functionCall", "functionResponse", "executableCode",
    "codeExecutionResult",
  ]

  /// Throws the first thing that is wrong.
  static func check(_ request: JSONValue) throws(GoogleError) {
    let contents = request["contents"]?.elements ?? []
    if contents.isEmpty { throw .invalid("contents", "contents is not specified") }
    for (index, content) in contents.enumerated() {
      try checkContent(content, at: "contents[\(index)]")
    }
    if let instruction = request[camel: "systemInstruction"] {
      try checkParts(of: instruction, at: "system_instruction")
    }
  }

  /// A turn of the user or of the model.
  private static func checkContent(_ content: JSONValue, at path: String) throws(GoogleError) {
    let role = content["role"]?.stringValue ?? ""
    guard ["", "user", "model", "function"].contains(role) else {
      throw .invalidArgument("Please use a valid role: user, model.")
    }
    try checkParts(of: content, at: path)
  }

  /// At least one part, and data in each.
  private static func checkParts(of content: JSONValue, at path: String) throws(GoogleError) {
    let parts = content["parts"]?.elements ?? []
    if parts.isEmpty { throw .invalid(path + ".parts", "contents.parts must not be empty.") }
    for (index, part) in parts.enumerated()
    where !Self.partData.contains(where: { part[camel: $0].map(\.isNull) == false }) {
      throw .invalid(
        "\(path).parts[\(index)].data",
        "required oneof field 'data' must have one initialized field")
    }
  }
}

extension JSONValue {
  /// The elements of a list, or the one value that the service takes for a list of one.
  var elements: [JSONValue] { arrayValue ?? (isNull ? [] : [self]) }

  /// The joined text of a content's parts, thoughts left out.
  var promptText: String {
    let parts = (self["parts"]?.elements ?? []).filter { $0["thought"]?.boolValue != true }
    return parts.compactMap { $0["text"]?.stringValue }.joined(separator: "\n")
  }
}
