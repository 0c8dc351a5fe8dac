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
  /// A streamed answer is wanted as server-sent events, not as a JSON array.
  package let wantsEvents: Bool

  /// A call of the path segment `{model}:{method}`; without a colon it is a call of no method. `alt`
  /// is the query's.
  package init(
    version: String, segment: String, key: String?, body: [UInt8], alt: String? = nil
  ) {
    wantsEvents = alt?.lowercased() == "sse"
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
  /// A body in pieces, in place of `json`.
  package var stream: ChatStream?
}

/// Answers calls of the text models by key, request and faults; counts, and keeps no prompt.
///
/// A call is refused by its key, then by its model and its body; what is left meets the faults. A
/// request for JSON is an analysis; one for prose is answered by the book as by a model that talks
/// when it is streamed, has a system instruction, or offers functions.
package struct TextMachine {
  /// The only key that is right.
  private let key: String
  /// What a model that talks says.
  private let book: AnswerBook
  /// The switches, used up as they are counted.
  private var faults: TextFaults
  /// What was counted since the start.
  package private(set) var report = TextReport()
  /// Answers so far, for their ids.
  private var answers = 0

  /// A machine that takes calls with `key`.
  package init(key: String, faults: TextFaults, book: AnswerBook) {
    self.key = key
    self.book = book
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
      if let model, Self.generating.contains(call.method) {
        return generate(try TextRequest(call.body, model: model), for: call)
      }
      guard call.method == "countTokens",
        model != nil || EmbeddingModel.named(call.model) != nil
      else { throw .noModel("models/" + call.model, version: call.version, method: call.method) }
      let count = try TokenCount.answer(to: call.body)
      report.counts += 1
      return TextReply(status: 200, json: count, delay: .zero)
    } catch {
      report.refused += 1
      return failure(error, for: call)
    }
  }

  /// An error, in the list that a streamed answer is without events.
  private func failure(
    _ error: GoogleError, for call: TextCall, after delay: Duration = .zero
  ) -> TextReply {
    let isListed = call.method == Self.streaming && !call.wantsEvents
    return TextReply(
      status: error.code, json: isListed ? [error.json] : error.json, delay: delay)
  }

  /// The method whose answers come in chunks.
  private static let streaming = "streamGenerateContent"
  /// The methods that generate content.
  private static let generating: Set<String> = ["generateContent", streaming]

  /// What a good request gets under the faults of the hour.
  private mutating func generate(_ request: TextRequest, for call: TextCall) -> TextReply {
    let faults = self.faults.next()
    if let status = faults.status {
      report.failures += 1
      let quota = GoogleError.Quota(
        kind: .text, retryDelay: faults.retryDelay, isDaily: faults.isDailyQuota)
      let error = GoogleError.injected(status, model: request.model.id, quota: quota)
      return failure(error, for: call, after: faults.delay)
    }
    answers += 1
    let id = "sim-" + String(1_000_000 + answers).dropFirst()
    let isStreamed = call.method == Self.streaming
    let isChat = request.format == .prose && (isStreamed || request.chat.isCertain)
    let content =
      isChat
      ? TextAnswer.talk(book.answer(to: request.chat), id: id)
      : TextAnswer.analysis(of: request, faults)
    let answer = TextAnswer(to: request, content, faults: faults, id: id)
    report.promptTokens += request.promptTokens
    report.candidateTokens += answer.candidateTokens
    report.chats += isChat ? 1 : 0
    report.toolCalls += answer.call == nil ? 0 : 1
    var reply = TextReply(status: 200, json: answer.json, delay: faults.delay)
    if isStreamed {
      reply.stream = ChatStream(answer.chunks, asEvents: call.wantsEvents, faults: faults)
    }
    return reply
  }
}
