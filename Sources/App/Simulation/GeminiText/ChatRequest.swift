internal import Buffers
internal import Voices

/// What the last content of a conversation asks of the model. Lives for one request.
struct ChatRequest: Sendable {
  /// Before a user's text it says that the application speaks, not the caller.
  private static let orderMark = "[instruction] "

  /// The caller's words, or the application's order without its mark; with `results`, what the
  /// functions were called for.
  let words: String
  /// Whether the words are an order of the application.
  let isOrder: Bool
  /// What functions have answered since.
  let results: [FunctionResult]
  /// The functions that may be called.
  let tools: [ToolDeclaration]
  /// What is spoken before anybody has spoken.
  let language: SpokenLanguage
  /// The last number in the conversation.
  let digits: String?
  /// A conversation has instructions or functions; anything else may be one.
  let isCertain: Bool

  /// Reads a request whose contents are checked.
  init(_ request: JSONValue) throws(GoogleError) {
    let instruction = request[camel: "systemInstruction"]
    let users = (request["contents"]?.elements ?? []).filter { $0["role"]?.stringValue != "model" }
    results = Self.results(of: users.last)
    let texts = users.map(\.promptText)
    let last = (results.isEmpty ? texts.last : texts.last { !$0.isEmpty }) ?? ""
    isOrder = last.hasPrefix(Self.orderMark)
    words = isOrder ? String(last.dropFirst(Self.orderMark.count)) : last
    let declared = try Self.tools(request["tools"])
    let calling = request[camel: "toolConfig"]?[camel: "functionCallingConfig"]
    tools = calling?["mode"]?.stringValue?.uppercased() == "NONE" ? [] : declared
    language = SpokenLanguage(orderedBy: instruction?.promptText ?? "")
    digits = texts.reversed().lazy.compactMap { SpokenDigits.found(in: $0) }.first
    isCertain = instruction != nil || !declared.isEmpty
  }

  /// What functions answered in the last content, unless words follow there.
  private static func results(of content: JSONValue?) -> [FunctionResult] {
    let last = content?["parts"]?.elements.last
    return last?[camel: "functionResponse"] == nil ? [] : content?.functionResults ?? []
  }

  /// All declared functions.
  private static func tools(_ value: JSONValue?) throws(GoogleError) -> [ToolDeclaration] {
    var tools: [ToolDeclaration] = []
    for (place, tool) in (value?.elements ?? []).enumerated() {
      let functions = tool[camel: "functionDeclarations"]?.elements ?? []
      for (index, function) in functions.enumerated() {
        guard let declaration = ToolDeclaration(function, isBlocking: true) else {
          throw .invalid(
            "tools[\(place)].function_declarations[\(index)].name",
            "Invalid function name. Must start with a letter or an underscore. Must be "
              + "alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:) or dashes "
              + "(-), with a maximum length of 128.")
        }
        tools.append(declaration)
      }
    }
    return tools
  }
}

extension AnswerBook {
  /// The answer to the end of a conversation; nil when nothing is left to say.
  func answer(to request: ChatRequest) -> Answer? {
    let first =
      request.isOrder
      ? answer(
        toPrompt: request.words, tools: request.tools, language: request.language,
        digits: request.digits)
      : answer(toCaller: request.words, tools: request.tools, digits: request.digits)
    guard let result = request.results.last else { return first }
    if first.call?.name == result.call.name { return first.completed(with: result.response) }
    // The call has ended, or is about to.
    if first.endCall?.name == result.call.name { return nil }
    let words = ToolResult.words(result.response, language: first.language)
    return Answer(text: words, language: SpokenLanguage(of: words))
  }
}
