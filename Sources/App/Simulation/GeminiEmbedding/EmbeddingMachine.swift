internal import Buffers

/// Answers calls of the embedding models by key, request and faults; counts, and keeps no text.
///
/// A call is refused by its key, then by its model and its body; what is left meets the faults.
package struct EmbeddingMachine: Sendable {
  /// The methods that it answers.
  package static let methods: Set<String> = ["embedContent", "batchEmbedContents"]

  /// The only key that is right.
  private let key: String
  /// The switches, used up as they are counted.
  private var faults: EmbeddingFaults
  /// What was counted since the start.
  package private(set) var report = EmbeddingReport()

  /// A machine that takes calls with `key`.
  package init(key: String, faults: EmbeddingFaults) {
    self.key = key
    self.faults = faults
  }

  /// Replaces all switches.
  package mutating func setFaults(_ faults: EmbeddingFaults) { self.faults = faults }

  /// The answer to one call.
  package mutating func answer(_ call: TextCall) -> TextReply {
    report.requests += 1
    do throws(GoogleError) {
      if let fault = GoogleError.keyFault(given: call.key, expected: key) { throw fault }
      guard let model = EmbeddingModel.named(call.model), Self.methods.contains(call.method) else {
        throw .noModel("models/" + call.model, version: call.version, method: call.method)
      }
      if call.method == "embedContent" {
        let request = try EmbeddingRequest.single(call.body, model: model)
        return embed([request], model) { ["embedding": $0.first ?? [:]] }
      }
      let requests = try EmbeddingRequest.batch(call.body, model: model)
      return embed(requests, model) { ["embeddings": .array($0)] }
    } catch {
      report.refused += 1
      return TextReply(status: error.code, json: error.json, delay: .zero)
    }
  }

  /// What good requests get under the faults of the hour; `wrap` makes the body of the vectors.
  private mutating func embed(
    _ requests: [EmbeddingRequest], _ model: EmbeddingModel, _ wrap: ([JSONValue]) -> JSONObject
  ) -> TextReply {
    let faults = self.faults.next()
    if let status = faults.status {
      report.failures += 1
      let quota = GoogleError.Quota(
        kind: .embedding, retryDelay: faults.retryDelay, isDaily: faults.isDailyQuota)
      let error = GoogleError.injected(status, model: model.id, quota: quota)
      return TextReply(status: status, json: error.json, delay: faults.delay)
    }
    let tokens = requests.reduce(0) { $0 + $1.tokens }
    report.vectors += requests.count
    report.tokens += tokens
    var body = wrap(
      requests.enumerated().map { index, request in
        ["values": faults.written(request.vector, isFirst: index == 0)]
      })
    body["usageMetadata"] = ["promptTokenCount": .int(tokens)]
    return TextReply(status: 200, json: .object(body), delay: faults.delay)
  }
}
