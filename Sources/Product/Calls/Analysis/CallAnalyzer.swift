internal import Buffers
internal import Domain
package import Jobs
package import Postgres
internal import Protobuf
package import Speech
internal import VoiceAPI

/// Asks a language model what came of a call, after it: the job that a finished call leaves behind.
///
/// A call is analysed once. What the model found, its price and `call.analysis.ready` are committed
/// together; a repeated job finds the analysis there and asks nobody.
package struct CallAnalyzer: Sendable {
  /// A queue of its own: a slow model holds up no call.
  package static let queue = JobQueue("analysis")
  /// Requests under way at a time, in one process: the live calls' share of the model's quota is the
  /// larger one.
  package static let concurrency = 4
  /// The kind of its jobs; the payload is the call's id.
  package static let jobKind = "call.analyze"
  /// About 80 minutes of trying; the rest is for `voicectl admin jobs replay`.
  static let attempts = 8

  private let pool: PostgresPool
  private let model: any TextModel
  private let pricing: Pricing

  package init(pool: PostgresPool, model: any TextModel, pricing: Pricing) {
    self.pool = pool
    self.model = model
    self.pricing = pricing
  }

  /// Leaves the job in the transaction that finishes the call.
  static func enqueue(_ call: CallID, _ transaction: Transaction) async throws {
    try await queue.enqueue(
      kind: jobKind, payload: Array(call.text.utf8), uniqueKey: call.text, maxAttempts: attempts,
      priority: .low, transaction)
  }

  /// Runs the queue's jobs.
  package var handler: JobHandler {
    JobHandler(kind: Self.jobKind, timeout: .seconds(120)) { job in
      guard let id = CallID(String(decoding: job.payload, as: UTF8.self)) else {
        throw JobControl.discard(reason: "the payload is no call's id")
      }
      do {
        try await analyze(id)
      } catch let error as SpeechError {
        throw Self.control(error) ?? error
      }
    }
  }

  /// Analyses one call; nothing happens when that was done, or when nobody can be found to have said
  /// anything.
  func analyze(_ id: CallID) async throws {
    let transcript = try await pool.transaction(tenant: .system) {
      try await CallAnalysisStore.transcriptToAnalyze(id, $0)
    }
    guard let transcript, Self.isWorthwhile(transcript) else { return }
    let answer = try await model.answer(AnalysisPrompt.request(transcript))
    let findings = try CallFindings(json: answer.text)
    try await pool.transaction(tenant: .system) { transaction in
      guard
        let call = try await CallAnalysisStore.keep(
          findings, of: id, model: answer.model, cost: pricing.text(answer.usage), transaction)
      else { return }
      try await CallNews.tell(.callAnalysisReady, of: call, transaction) { json in
        json.key("sentiment")
        json.string(findings.sentiment.rawValue)
        json.key("sentiment_score")
        json.number(findings.score)
      }
    }
  }

  /// A call in which only the agent spoke says nothing of its caller.
  static func isWorthwhile(_ transcript: [Payaid.Voice.V1.TranscriptEntry]) -> Bool {
    transcript.contains { $0.speaker == .caller }
  }

  /// What a failure at the vendor means for the job; nil for the queue's own pauses, which grow.
  /// Messages of `SpeechError` hold nothing personal.
  private static func control(_ error: SpeechError) -> (any Error)? {
    if error.kind == .permanent { return JobControl.discard(reason: error.message) }
    return error.retryAfter.map { JobControl.retry(after: $0, reason: error.message) }
  }
}
