/// The fields of the requests of text and embedding models and of speech recognition, and of all
/// messages below them, by lowerCamelCase name.
enum RequestShapes {
  /// Fields by the name of their message.
  static let messages: [String: [String: FieldShape]] = [
    "GenerateContentRequest": request, "CountTokensRequest": countRequest, "Content": content,
    "Part": part, "GenerationConfig": generation, "ThinkingConfig": thinking,
    "SafetySetting": safety, "Tool": tool, "FunctionDeclaration": function,
    "ToolConfig": toolConfig, "FunctionCallingConfig": calling, "Schema": schema,
    "EmbedContentRequest": embedding, "BatchEmbedContentsRequest": batch,
  ].merging(speech) { first, _ in first }

  /// `EmbedContentRequest`.
  private static let embedding: [String: FieldShape] = [
    "model": .text, "content": .message("Content"),
    "taskType": .choice("TaskType", EmbeddingModel.tasks), "title": .text,
    "outputDimensionality": .whole,
  ]

  /// `BatchEmbedContentsRequest`.
  private static let batch: [String: FieldShape] = [
    "model": .text, "requests": .list(.message("EmbedContentRequest")),
  ]

  /// `GenerateContentRequest`.
  private static let request: [String: FieldShape] = [
    "model": .text, "contents": .list(.message("Content")), "tools": .list(.message("Tool")),
    "systemInstruction": .message("Content"), "toolConfig": .message("ToolConfig"),
    "safetySettings": .list(.message("SafetySetting")), "cachedContent": .text,
    "generationConfig": .message("GenerationConfig"), "serviceTier": .text, "store": .flag,
  ]

  /// `CountTokensRequest`.
  private static let countRequest: [String: FieldShape] = [
    "model": .text, "contents": .list(.message("Content")),
    "generateContentRequest": .message("GenerateContentRequest"),
  ]

  /// `Content`.
  private static let content: [String: FieldShape] = [
    "role": .text, "parts": .list(.message("Part")),
  ]

  /// `Part`.
  private static let part: [String: FieldShape] = [
    "text": .text, "thought": .flag, "thoughtSignature": .text, "inlineData": .anything,
    "fileData": .anything, "functionCall": .anything, "functionResponse": .anything,
    "executableCode": .anything, "codeExecutionResult": .anything, "videoMetadata": .anything,
    "mediaResolution": .anything, "partMetadata": .anything,
  ]

  /// `GenerationConfig`.
  private static let generation: [String: FieldShape] = [
    "candidateCount": .whole, "stopSequences": .list(.text), "maxOutputTokens": .whole,
    "temperature": .decimal, "topP": .decimal, "topK": .decimal, "seed": .whole,
    "presencePenalty": .decimal, "frequencyPenalty": .decimal, "responseMimeType": .text,
    "responseSchema": .message("Schema"), "responseJsonSchema": .anything,
    "responseLogprobs": .flag, "logprobs": .whole, "enableEnhancedCivicAnswers": .flag,
    "responseModalities": .list(.choice("Modality", ["TEXT", "IMAGE", "AUDIO"])),
    "speechConfig": .anything, "thinkingConfig": .message("ThinkingConfig"),
    "mediaResolution": .text, "imageConfig": .anything,
  ]

  /// `ThinkingConfig`.
  private static let thinking: [String: FieldShape] = [
    "includeThoughts": .flag, "thinkingBudget": .whole,
    "thinkingLevel": .choice("ThinkingLevel", ["MINIMAL", "LOW", "MEDIUM", "HIGH"]),
  ]

  /// `SafetySetting`.
  private static let safety: [String: FieldShape] = [
    "category": .choice(
      "HarmCategory",
      [
        "HARM_CATEGORY_HARASSMENT", "HARM_CATEGORY_HATE_SPEECH",
        "HARM_CATEGORY_SEXUALLY_EXPLICIT", "HARM_CATEGORY_DANGEROUS_CONTENT",
        "HARM_CATEGORY_CIVIC_INTEGRITY",
      ]),
    "threshold": .choice(
      "HarmBlockThreshold",
      ["BLOCK_LOW_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_ONLY_HIGH", "BLOCK_NONE", "OFF"]),
  ]

  /// `Tool`.
  private static let tool: [String: FieldShape] = [
    "functionDeclarations": .list(.message("FunctionDeclaration")), "googleSearch": .anything,
    "googleSearchRetrieval": .anything, "codeExecution": .anything, "urlContext": .anything,
    "computerUse": .anything, "fileSearch": .anything, "googleMaps": .anything,
  ]

  /// `FunctionDeclaration`.
  private static let function: [String: FieldShape] = [
    "name": .text, "description": .text, "parameters": .message("Schema"),
    "parametersJsonSchema": .anything, "response": .message("Schema"),
    "responseJsonSchema": .anything, "behavior": .text,
  ]

  /// `ToolConfig`.
  private static let toolConfig: [String: FieldShape] = [
    "functionCallingConfig": .message("FunctionCallingConfig"), "retrievalConfig": .anything,
    "includeServerSideToolInvocations": .flag,
  ]

  /// `FunctionCallingConfig`.
  private static let calling: [String: FieldShape] = [
    "mode": .choice("Mode", ["AUTO", "ANY", "NONE", "VALIDATED"]),
    "allowedFunctionNames": .list(.text),
  ]

  /// `Schema`, the subset of OpenAPI 3.0.
  private static let schema: [String: FieldShape] = [
    "type": .choice(
      "Type", ["STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"]),
    "format": .text, "title": .text, "description": .text, "nullable": .flag,
    "enum": .list(.text), "items": .message("Schema"), "minItems": .whole, "maxItems": .whole,
    "properties": .map("Schema"), "required": .list(.text), "minProperties": .whole,
    "maxProperties": .whole, "minimum": .decimal, "maximum": .decimal, "minLength": .whole,
    "maxLength": .whole, "pattern": .text, "example": .anything, "default": .anything,
    "anyOf": .list(.message("Schema")), "propertyOrdering": .list(.text),
  ]
}
