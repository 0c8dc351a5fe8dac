package import Buffers

/// One call of a model's method, as it came.
package struct TextCall: Sendable {
  /// The API version in the path, such as `v1beta`.
  package let version: String
  /// Without the `models/` prefix.
  package let model: String
  /// Such as `generateContent`.
  package let method: String
  /// From the header or the query.
  package let key: String?
  /// The body as it came.
  package let body: [UInt8]

  /// A call of the path segment `{model}:{method}`; without a colon it is a call of no method.
  package init(version: String, segment: String, key: String?, body: [UInt8]) {
    let colon = segment.lastIndex(of: ":")
    self.version = version
    model = String(segment[..<(colon ?? segment.endIndex)])
    method = colon.map { String(segment[segment.index(after: $0)...]) } ?? ""
    self.key = key
    self.body = body
  }
}

/// What goes back, and how long it is held back.
package struct TextReply: Sendable, Equatable {
  /// The HTTP status.
  package let status: Int
  /// The body.
  package let json: JSONValue
  /// From the call to its answer.
  package let delay: Duration
}

/// Answers calls of the text models by key, request and faults; counts, and keeps no prompt.
///
/// A call is refused by its key, then by its model and its body; what is left meets the faults.
package struct TextMachine: Sendable {
  /// The only key that is right.
  private let key: String
  /// The switches, used up as they are counted.
  private var faults: TextFaults
  /// What was counted since the start.
  package private(set) var report = TextReport()
  /// Answers so far, for their ids.
  private var answers = 0

  /// A machine that takes calls with `key`.
  package init(key: String, faults: TextFaults) {
    self.key = key
    self.faults = faults
  }

  /// Replaces all switches.
  package mutating func setFaults(_ faults: TextFaults) { self.faults = faults }

  /// The answer to one call.
  package mutating func answer(_ call: TextCall) -> TextReply {
    if call.method != "countTokens" { report.requests += 1 }
    do throws(GoogleError) {
      if let fault = GoogleError.keyFault(given: call.key, expected: key) { throw fault }
      let model = TextModel.named(call.model)
      if let model, call.method == "generateContent" {
        return generate(try TextRequest(call.body, model: model))
      }
      guard call.method == "countTokens",
        model != nil || EmbeddingModel.named(call.model) != nil
      else { throw .noModel("models/" + call.model, version: call.version, method: call.method) }
      let count = try TokenCount.answer(to: call.body)
      report.counts += 1
      return TextReply(status: 200, json: count, delay: .zero)
    } catch {
      report.refused += 1
      return TextReply(status: error.code, json: error.json, delay: .zero)
    }
  }

  /// What a good request gets under the faults of the hour.
  private mutating func generate(_ request: TextRequest) -> TextReply {
    let faults = self.faults.next()
    if let status = faults.status {
      report.failures += 1
      let quota = GoogleError.Quota(
        kind: .text, retryDelay: faults.retryDelay, isDaily: faults.isDailyQuota)
      let error = GoogleError.injected(status, model: request.model.id, quota: quota)
      return TextReply(status: status, json: error.json, delay: faults.delay)
    }
    answers += 1
    let id = "sim-" + String(1_000_000 + answers).dropFirst()
    let answer = TextAnswer(to: request, faults: faults, id: id)
    report.promptTokens += request.promptTokens
    report.candidateTokens += answer.candidateTokens
    return TextReply(status: 200, json: answer.json, delay: faults.delay)
  }
}
