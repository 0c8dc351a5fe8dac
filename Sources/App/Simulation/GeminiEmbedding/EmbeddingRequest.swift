internal import Buffers

/// One text that is to become a vector. Holds it for as long as it is answered.
struct EmbeddingRequest: Sendable {
  /// Requests that one call can hold.
  private static let mostRequests = 100

  /// Whom it is for.
  let model: EmbeddingModel
  /// The joined text of all parts.
  let text: String
  /// Values that are wanted.
  let dimension: Int

  /// The one request of `embedContent`; throws what the service answers to a bad body.
  static func single(_ body: [UInt8], model: EmbeddingModel) throws(GoogleError) -> EmbeddingRequest
  {
    let value = try TextRequest.parse(body, as: "EmbedContentRequest")
    return try EmbeddingRequest(value, model: model, at: "EmbedContentRequest")
  }

  /// The requests of `batchEmbedContents`, in order.
  static func batch(
    _ body: [UInt8], model: EmbeddingModel
  ) throws(GoogleError) -> [EmbeddingRequest] {
    let message = "BatchEmbedContentsRequest"
    let value = try TextRequest.parse(body, as: message)
    let entries = value["requests"]?.elements ?? []
    if entries.isEmpty { throw fault(message + ".requests", "requests is not specified") }
    guard entries.count <= mostRequests else {
      throw fault(message + ".requests", "at most \(mostRequests) requests can be in one batch")
    }
    var requests: [EmbeddingRequest] = []
    for (index, entry) in entries.enumerated() {
      let place = "\(message).requests[\(index)]"
      guard entry["model"] != nil else { throw fault(place + ".model", "model is not specified") }
      requests.append(try EmbeddingRequest(entry, model: model, at: place))
    }
    return requests
  }

  /// Takes a request whose shape is checked; `place` is its path in error messages.
  private init(_ value: JSONValue, model: EmbeddingModel, at place: String) throws(GoogleError) {
    if let name = value["model"]?.stringValue, name != "models/" + model.id {
      throw Self.fault(place + ".model", "the model must be the one of the request's URL")
    }
    let parts = value["content"]?["parts"]?.elements ?? []
    if parts.isEmpty { throw Self.fault(place + ".content", "content is not specified") }
    guard parts.allSatisfy({ $0["text"]?.isNull == false }) else {
      throw Self.fault(place + ".content", "the stand-in embeds nothing but text")
    }
    let text = value["content"]?.promptText ?? ""
    guard text.contains(where: { !$0.isWhitespace }) else {
      throw Self.fault(place + ".content", "content is empty")
    }
    let range = EmbeddingModel.dimensions
    let dimension = value[camel: "outputDimensionality"]?.intValue ?? range.upperBound
    guard range.contains(dimension) else {
      throw Self.fault(
        place + ".output_dimensionality",
        "output_dimensionality must be from \(range.lowerBound) to \(range.upperBound)")
    }
    self.model = model
    self.text = text
    self.dimension = dimension
  }

  /// Tokens that count.
  var tokens: Int { min(TokenCount.tokens(in: text), model.inputLimit) }

  /// The values of the answer.
  var vector: [Double] {
    TextVector(model.subject(of: text), model: model)
      .prefix(dimension, normalized: model.normalizesParts)
  }

  /// 400 for one field.
  private static func fault(_ path: String, _ problem: String) -> GoogleError {
    .invalidArgument("* \(path): \(problem)\n")
  }
}
