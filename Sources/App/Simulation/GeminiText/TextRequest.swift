internal import Buffers

/// A request to generate content that the service accepts. Holds the prompt for as long as it is
/// answered.
struct TextRequest: Sendable {
  /// What the text of the answer is to be.
  enum Format: Sendable, Equatable {
    case prose
    /// JSON, by a schema when there is one.
    case json(ResponseSchema?)
    /// One bare choice of a schema.
    case choice(ResponseSchema)
  }

  /// Whom it is for.
  let model: TextModel
  /// The text of the last content that is not the model's.
  let question: String
  /// Tokens of all contents and of the system instruction.
  let promptTokens: Int
  /// What is asked for.
  let format: Format
  /// Tokens for thoughts and answer together.
  let outputLimit: Int
  /// Tokens the model thinks before it answers.
  let thoughtTokens: Int
  /// The thoughts are part of the answer.
  let showsThoughts: Bool
  /// What a model that talks is asked.
  let chat: ChatRequest

  /// Reads the body of a request to `model`; throws what the service answers to a bad one.
  init(_ body: [UInt8], model: TextModel) throws(GoogleError) {
    try self.init(Self.parse(body, as: "GenerateContentRequest"), model: model)
  }

  /// Takes a request whose shape is checked.
  private init(_ request: JSONValue, model: TextModel) throws(GoogleError) {
    let generation = request[camel: "generationConfig"] ?? [:]
    try ContentRules.check(request)
    try GenerationRules(model: model).check(generation, of: request)
    self.model = model
    let contents = request["contents"]?.elements ?? []
    try ChatHistory.check(contents, of: model)
    chat = try ChatRequest(request)
    question = contents.last { $0["role"]?.stringValue != "model" }?.promptText ?? ""
    promptTokens = TokenCount.tokens(of: request)
    guard promptTokens <= TextModel.inputLimit else {
      throw .invalidArgument(
        "The input token count (\(promptTokens)) exceeds the maximum number of tokens allowed "
          + "(\(TextModel.inputLimit)).")
    }
    format = try Self.format(generation)
    outputLimit = generation[camel: "maxOutputTokens"]?.intValue ?? TextModel.outputLimit
    let thinking = generation[camel: "thinkingConfig"] ?? [:]
    thoughtTokens = model.thoughtTokens(thinking)
    showsThoughts = thinking[camel: "includeThoughts"]?.boolValue == true && thoughtTokens > 0
  }

  /// The JSON of a body; an empty one is a message without fields.
  static func parse(_ body: [UInt8], as type: String) throws(GoogleError) -> JSONValue {
    if body.isEmpty { return [:] }
    let value: JSONValue
    do { value = try JSONValue(parsing: body) } catch {
      // The service quotes the text; prompts are not repeated here.
      let isCutOff = error.offset >= body.count
      throw .invalidArgument(
        "Invalid JSON payload received. "
          + (isCutOff ? "Unexpected end of string. Expected a value." : "Unexpected token.")
          + " (byte \(error.offset))")
    }
    guard value.objectValue != nil else {
      throw .violations([
        ("", "Invalid JSON payload received. Unknown name \"\": Root element must be a message.")
      ])
    }
    try ShapeCheck.check(value, is: type)
    return value
  }

  /// By media type and schema, which the rules have found to agree.
  private static func format(_ generation: JSONValue) throws(GoogleError) -> Format {
    let fields = [
      ("responseSchema", "generation_config.response_schema"),
      ("responseJsonSchema", "generation_config.response_json_schema"),
    ]
    var schema: ResponseSchema?
    for (name, path) in fields {
      if let value = generation[camel: name] { schema = try SchemaReader.read(value, field: path) }
    }
    switch (generation[camel: "responseMimeType"]?.stringValue, schema) {
    case ("application/json", let schema): return .json(schema)
    case ("text/x.enum", let schema?): return .choice(schema)
    default: return .prose
    }
  }
}
