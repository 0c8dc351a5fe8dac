internal import Buffers

/// What `generationConfig` may ask of a model, besides its shape.
struct GenerationRules {
  /// What `responseMimeType` may be.
  private static let mediaTypes: Set<String> = [
    "text/plain", "application/json", "application/xml", "application/yaml", "text/x.enum",
  ]

  /// Whom the request is for.
  let model: TextModel

  /// Throws the first thing that is wrong.
  func check(_ generation: JSONValue, of request: JSONValue) throws(GoogleError) {
    try checkNumbers(generation)
    try checkFormat(generation)
    try checkThinking(generation[camel: "thinkingConfig"] ?? [:])
    let isJSON = generation[camel: "responseMimeType"]?.stringValue == "application/json"
    if isJSON, model.thinking == .budget, request["tools"]?.elements.isEmpty == false {
      throw .invalidArgument(
        "Function calling with a response mime type: 'application/json' is unsupported")
    }
  }

  /// Limits of single numbers.
  private func checkNumbers(_ generation: JSONValue) throws(GoogleError) {
    if let limit = generation[camel: "maxOutputTokens"]?.intValue,
      !(1...TextModel.outputLimit).contains(limit)
    {
      throw .invalidArgument(
        "Unable to submit request because it has a maxOutputTokens value of \(limit) but the "
          + "supported range is from 1 (inclusive) to \(TextModel.outputLimit + 1) (exclusive). "
          + "Update the value and try again.")
    }
    if let temperature = generation["temperature"]?.doubleValue, !(0...2).contains(temperature) {
      throw .invalid(
        "generation_config.temperature", "temperature must be in the range [0.0, 2.0].")
    }
    if let topP = generation[camel: "topP"]?.doubleValue, !(0...1).contains(topP) {
      throw .invalid("generation_config.top_p", "top_p must be in the range [0.0, 1.0].")
    }
    if (generation[camel: "candidateCount"]?.intValue ?? 1) > 1 {
      throw .invalidArgument("Multiple candidates is not enabled for this model")
    }
  }

  /// Media type and schema, which must agree.
  private func checkFormat(_ generation: JSONValue) throws(GoogleError) {
    let media = generation[camel: "responseMimeType"]?.stringValue ?? "text/plain"
    guard Self.mediaTypes.contains(media) else {
      throw .invalid(
        "generation_config.response_mime_type",
        "allowed mimetypes are `text/plain`, `application/json`, `application/xml`, "
          + "`application/yaml` and `text/x.enum`.")
    }
    let names = ["responseSchema", "responseJsonSchema"].filter { generation[camel: $0] != nil }
    if names.count == 2 {
      throw .invalid(
        "generation_config.response_json_schema",
        "only one of response_schema and response_json_schema may be set")
    }
    let takesSchema = media == "application/json" || media == "text/x.enum"
    if let name = names.first, !takesSchema {
      let field = name == "responseSchema" ? "response_schema" : "response_json_schema"
      throw .invalid(
        "generation_config." + field,
        "\(field) is only supported with response_mime_type `application/json`")
    }
  }

  /// Level or budget, by the model's generation.
  private func checkThinking(_ thinking: JSONValue) throws(GoogleError) {
    let level = thinking[camel: "thinkingLevel"]?.stringValue?.uppercased()
    let budget = thinking[camel: "thinkingBudget"]?.intValue
    if level != nil, budget != nil {
      throw .invalidArgument("You can only set only one of thinking budget and thinking level.")
    }
    if let level, !model.levels.contains(level) {
      throw .invalidArgument(
        model.thinking == .budget
          ? "Thinking level is not supported for this model."
          : "Thinking level \(level) is not supported for this model. "
            + "Please retry with other thinking level.")
    }
    if let budget {
      guard model.thinking == .budget else {
        throw .invalidArgument("Thinking budget is not supported for this model.")
      }
      guard (-1...24_576).contains(budget) else {
        throw .invalidArgument("The thinking budget (\(budget)) is invalid.")
      }
    }
  }
}
