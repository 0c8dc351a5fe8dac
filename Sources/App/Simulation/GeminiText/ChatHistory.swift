internal import Buffers

/// Holds the functions of a conversation against the rules of its turns.
///
/// The calls of a model's turn are answered by the user's next turn: each once, by name and id. The
/// id of an answer may be left out, as the vendor's SDK does when it calls functions by itself. A turn
/// may be several contents of one role, as streamed answers are when a client keeps them.
struct ChatHistory {
  /// Whether calls carry signatures, which must come back unchanged.
  let isSigned: Bool
  /// Calls that wait for their answers.
  private var open: [FunctionCall] = []
  /// Whether the last content was the model's.
  private var isModelsTurn = false

  /// Throws what is wrong with the contents of a request to `model`.
  static func check(_ contents: [JSONValue], of model: TextModel) throws(GoogleError) {
    var history = ChatHistory(isSigned: model.thinking == .level)
    for content in contents { try history.read(content) }
    if !history.open.isEmpty { throw uneven }
  }

  /// Before the first content.
  private init(isSigned: Bool) { self.isSigned = isSigned }

  /// Takes the next content.
  private mutating func read(_ content: JSONValue) throws(GoogleError) {
    let isModels = content["role"]?.stringValue == "model"
    let isFirst = isModels && !isModelsTurn
    isModelsTurn = isModels
    if isModels {
      if isFirst, !open.isEmpty { throw Self.uneven }
      return try readCalls(content)
    }
    for result in content.functionResults {
      guard let place = open.firstIndex(where: result.call.answers) else { throw Self.uncalled }
      open.remove(at: place)
    }
    // The answers may be contents of their own, though words come behind them all.
    if !open.isEmpty, !content.promptText.isEmpty { throw Self.uneven }
  }

  /// The calls in a content of the model; of several at once the first is signed.
  private mutating func readCalls(_ content: JSONValue) throws(GoogleError) {
    for part in content["parts"]?.elements ?? [] {
      guard let call = FunctionCall(part[camel: "functionCall"]) else { continue }
      if isSigned {
        let signature = part[camel: "thoughtSignature"]?.stringValue
        let isRight = signature.flatMap { Base64.decode($0) } == call.signature
        guard isRight || signature == nil && !open.isEmpty else {
          throw signature == nil ? Self.unsigned(call.name) : Self.corrupted
        }
      }
      open.append(call)
    }
  }

  /// A signature was left out.
  private static func unsigned(_ name: String) -> GoogleError {
    .invalidArgument(
      "Function call is missing a thought_signature in functionCall parts. This is required for "
        + "tools to work correctly, and missing thought_signature may lead to degraded model "
        + "performance. Additional data, function call `default_api:\(name)`. Please refer to "
        + "https://ai.google.dev/gemini-api/docs/thought-signatures for more details.")
  }

  /// A signature was changed, or the call it belongs to.
  private static let corrupted = GoogleError.invalidArgument("Corrupted thought signature.")

  /// An answer to no call of the turn before.
  private static let uncalled = GoogleError.invalidArgument(
    "Please ensure that function response turn comes immediately after a function call turn, and "
      + "that the name and id of each function response are those of a function call.")

  /// Calls without answers.
  private static let uneven = GoogleError.invalidArgument(
    "Please ensure that the number of function response parts is equal to the number of function "
      + "call parts of the function call turn.")
}

extension FunctionCall {
  /// Reads a `functionCall` or `functionResponse`; nil without one.
  init?(_ value: JSONValue?) {
    guard let value, let name = value["name"]?.stringValue else { return nil }
    self.init(name: name, id: value["id"]?.stringValue ?? "")
  }

  /// Whether an answer that names this call is one to `made`.
  func answers(_ made: FunctionCall) -> Bool {
    name == made.name && (id.isEmpty || id == made.id)
  }
}

extension JSONValue {
  /// What functions answered in a content, in order.
  var functionResults: [FunctionResult] {
    (self["parts"]?.elements ?? []).compactMap { part in
      let value = part[camel: "functionResponse"]
      guard let call = FunctionCall(value) else { return nil }
      return FunctionResult(call: call, response: value?["response"] ?? [:])
    }
  }
}
