internal import Buffers

/// Counts tokens the simple way, and answers `countTokens`.
enum TokenCount {
  /// About what a tokenizer counts: a quarter of the characters, rounded up.
  static func tokens(in text: String) -> Int { (text.unicodeScalars.count + 3) / 4 }

  /// Tokens of contents and system instruction.
  static func tokens(of request: JSONValue) -> Int {
    let instruction = request[camel: "systemInstruction"].map { [$0] } ?? []
    let contents = (request["contents"]?.elements ?? []) + instruction
    return contents.reduce(0) { $0 + tokens(in: $1.promptText) }
  }

  /// Counts the request's contents, or those of the whole request inside it.
  static func answer(to body: [UInt8]) throws(GoogleError) -> JSONValue {
    let outer = try TextRequest.parse(body, as: "CountTokensRequest")
    let request = outer[camel: "generateContentRequest"] ?? outer
    try ContentRules.check(request)
    let tokens = tokens(of: request)
    return ["totalTokens": .int(tokens), "promptTokensDetails": [detail(tokens)]]
  }

  /// A count of text tokens as the answers list it.
  static func detail(_ tokens: Int) -> JSONValue {
    ["modality": "TEXT", "tokenCount": .int(tokens)]
  }
}
