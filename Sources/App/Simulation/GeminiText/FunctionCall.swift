internal import Buffers

/// A call that a model makes of one of the client's functions.
struct FunctionCall: Sendable, Equatable {
  /// Of the function.
  let name: String
  /// Unlike that of any other call; empty when a client left it out.
  let id: String
  /// What the function is to know.
  var arguments: JSONValue = [:]

  /// What a model of the third generation sends beside the call and wants to see again, in base64. It
  /// follows from name and id, so that nothing need be remembered of a conversation.
  var signature: [UInt8] { Array("sim-thought/\(id)/\(name)".utf8) }

  /// The part of an answer.
  func part(isSigned: Bool) -> JSONValue {
    var part: JSONObject = [
      "functionCall": ["name": .string(name), "args": arguments, "id": .string(id)]
    ]
    if isSigned { part["thoughtSignature"] = .string(Base64.encode(signature)) }
    return .object(part)
  }
}

/// What a function answered.
struct FunctionResult: Sendable, Equatable {
  /// The call that it answers, without arguments.
  let call: FunctionCall
  /// As the client wrote it.
  let response: JSONValue
}
