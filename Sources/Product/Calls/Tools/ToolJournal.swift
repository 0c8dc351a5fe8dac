internal import Domain
internal import EventLoop
internal import Postgres
internal import Telemetry
internal import VoiceAPI

/// Writes down what came of one call's functions, and holds none of their answers up for long. Safe from
/// any task.
actor ToolJournal {
  typealias Execution = Payaid.Voice.V1.ToolExecution

  private let call: CallRecord
  private let pool: PostgresPool
  /// What the database has not taken yet: whoever finishes the call writes it then.
  private(set) var unwritten: [Execution] = []

  init(call: CallRecord, pool: PostgresPool) {
    self.call = call
    self.pool = pool
  }

  /// Has `execution` written. Returns when that is done, or was refused, or when `limit` is over: it is
  /// written all the same then, as when the task is cancelled.
  func write(_ execution: Execution, within limit: Duration, on loop: EventLoop) async {
    unwritten.append(execution)
    let (ends, end) = AsyncStream.makeStream(of: Void.self)
    Task(executorPreference: loop) {
      await self.store(execution)
      end.yield()
    }
    let timer = Task(executorPreference: loop) {
      try? await loop.sleep(for: limit)
      end.yield()
    }
    defer { timer.cancel() }
    var iterator = ends.makeAsyncIterator()
    await iterator.next()
  }

  private func store(_ execution: Execution) async {
    do {
      try await pool.transaction(tenant: .merchant(call.merchant.text)) {
        try await CallMetadataStore.add(execution, to: call.id, $0)
      }
      unwritten.removeAll { $0.toolCallId == execution.toolCallId }
    } catch {
      Log("calls").error(
        "a function call could not be journaled yet",
        ["call_id": "\(call.id)", "error": "\(error)"])
    }
  }
}
