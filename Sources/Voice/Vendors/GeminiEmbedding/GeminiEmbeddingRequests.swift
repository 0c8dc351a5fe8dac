internal import Buffers
internal import Speech

/// The requests to Gemini's embedding models; pure.
struct GeminiEmbeddingRequests {
  /// Google takes no more in one request.
  static let batchSize = 100
  private static let dimensions = 128...3_072

  let settings: GeminiEmbeddingSettings

  /// `batchEmbedContents`. Throws what Google would answer with a bare 400.
  func embed(_ texts: [String], as purpose: EmbeddingPurpose) throws(SpeechError) -> VendorRequest {
    try check(texts)
    var json = JSONWriter()
    json.object {
      $0.key("requests")
      $0.beginArray()
      for text in texts { write(text, purpose, &$0) }
      $0.endArray()
    }
    return VendorRequest(
      method: "POST", url: settings.address.url("batchEmbedContents", of: settings.model),
      headers: [("content-type", "application/json"), ("x-goog-api-key", settings.apiKey)],
      body: json.bytes, timeout: Self.timeout(purpose), isRepeatable: true)
  }

  /// A question is asked while a caller waits for the answer.
  private static func timeout(_ purpose: EmbeddingPurpose) -> Duration {
    switch purpose {
    case .question: .seconds(2)
    case .passage: .seconds(20)
    }
  }

  private func check(_ texts: [String]) throws(SpeechError) {
    guard Self.dimensions.contains(settings.dimensions) else {
      throw SpeechError(
        .configuration,
        "gemini: \(settings.dimensions) dimensions are set; allowed is 128...3,072")
    }
    guard texts.count <= Self.batchSize else {
      throw SpeechError(
        .permanent, "gemini: \(texts.count) texts to embed; the limit is \(Self.batchSize)")
    }
    guard texts.allSatisfy({ !$0.isEmpty }) else {
      throw SpeechError(.permanent, "gemini: a text to embed is empty")
    }
  }

  private func write(_ text: String, _ purpose: EmbeddingPurpose, _ json: inout JSONWriter) {
    json.object {
      $0.member("model", "models/\(settings.model)")
      $0.object("content") { $0.parts(text: saysPurposeInText ? said(text, purpose) : text) }
      if !saysPurposeInText { $0.member("taskType", taskType(purpose)) }
      $0.key("outputDimensionality")
      $0.number(settings.dimensions)
    }
  }

  /// From the second generation on `taskType` has no effect.
  private var saysPurposeInText: Bool { settings.model.contains("embedding-2") }

  private func said(_ text: String, _ purpose: EmbeddingPurpose) -> String {
    switch purpose {
    case .question: "task: search result | query: \(text)"
    case .passage: "title: none | text: \(text)"
    }
  }

  private func taskType(_ purpose: EmbeddingPurpose) -> String {
    switch purpose {
    case .question: "RETRIEVAL_QUERY"
    case .passage: "RETRIEVAL_DOCUMENT"
    }
  }
}
