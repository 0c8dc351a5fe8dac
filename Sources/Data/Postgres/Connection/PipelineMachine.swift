/// Pairs what libpq returns in pipeline mode with what was sent.
///
/// A batch is one or more steps and one Sync. For each step libpq gives results and then "no
/// result"; after the steps it gives the sync mark. When a step fails, those behind it in the
/// batch come back as skipped, and the next batch starts clean.
struct PipelineMachine {
  enum Step: Equatable {
    /// Parse; its answer belongs to the statement cache.
    case prepare(PreparedStatement)
    /// Bind and execute, by a statement if it is prepared. The last one's answer is the batch's.
    case run(PreparedStatement?)
  }

  enum Outcome {
    case done(QueryResult)
    case failed(PostgresError)
    case skipped
  }

  enum OnOutcome: Equatable {
    case none
    case prepared(PreparedStatement)
    case prepareFailed(PreparedStatement)
  }

  /// How the next answer is to be read.
  struct Expectation: Equatable {
    /// What it answers, if that is prepared.
    var statement: PreparedStatement?
    /// Whether anybody looks at its rows.
    var wantsRows = true
  }

  struct Finished {
    let id: UInt64
    /// Nil for a batch that ran nothing.
    let result: Result<QueryResult?, PostgresError>

    /// For who asked: the last statement's result.
    var outcome: Result<QueryResult, any Error> {
      switch result {
      case .success(let result?): .success(result)
      case .success(nil):
        .failure(PostgresError(.connectionLost, "statement had no result"))
      case .failure(let error): .failure(error)
      }
    }
  }

  private struct Batch {
    let id: UInt64
    let steps: [Step]
    var next = 0
    var answered = false
    var result: QueryResult?
    var failure: PostgresError?
  }

  private var batches: [Batch] = []
  private var head = 0

  var isEmpty: Bool { head == batches.count }
  var count: Int { batches.count - head }

  /// How the answer that comes next is to be read.
  var expectation: Expectation {
    guard !isEmpty, batches[head].next < batches[head].steps.count,
      case .run(let statement) = batches[head].steps[batches[head].next]
    else { return Expectation() }
    return Expectation(
      statement: statement, wantsRows: batches[head].next == batches[head].steps.count - 1)
  }

  mutating func submitted(_ id: UInt64, steps: [Step]) {
    batches.append(Batch(id: id, steps: steps))
  }

  /// One PGresult that is neither "no result" nor a sync mark.
  mutating func received(_ outcome: Outcome) -> OnOutcome {
    guard !isEmpty, batches[head].next < batches[head].steps.count else { return .none }
    let step = batches[head].steps[batches[head].next]
    batches[head].answered = true
    switch (step, outcome) {
    case (.prepare(let statement), .done):
      return .prepared(statement)
    case (.run, .done(let result)):
      batches[head].result = result
      return .none
    case (_, .failed(let error)):
      batches[head].failure = batches[head].failure ?? error
    case (_, .skipped):
      batches[head].failure =
        batches[head].failure ?? PostgresError(.transactionFailed, "statement was skipped")
    }
    if case .prepare(let statement) = step { return .prepareFailed(statement) }
    return .none
  }

  /// "No result": the current step has no more answers.
  mutating func stepEnded() {
    guard !isEmpty, batches[head].answered else { return }
    batches[head].answered = false
    batches[head].next += 1
  }

  /// The sync mark: the batch at the head is over.
  mutating func synced() -> Finished? {
    guard !isEmpty else { return nil }
    let batch = batches[head]
    head += 1
    if head > 64 || head == batches.count {
      batches.removeFirst(head)
      head = 0
    }
    return Finished(
      id: batch.id, result: batch.failure.map { .failure($0) } ?? .success(batch.result))
  }

  /// The oldest outstanding batch that fits.
  func first(where fits: (UInt64) -> Bool) -> UInt64? {
    batches[head...].first { fits($0.id) }?.id
  }

  /// Gives up on everything outstanding, in order; the connection is broken.
  mutating func abandonAll() -> [UInt64] {
    defer {
      batches = []
      head = 0
    }
    return batches[head...].map(\.id)
  }
}
