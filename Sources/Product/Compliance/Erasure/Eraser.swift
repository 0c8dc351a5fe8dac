package import Domain
internal import EventLoop
package import Jobs
package import Postgres
internal import Telemetry

/// Carries out erasures: the job that CreateErasure leaves behind.
///
/// What goes is counted in the transaction in which it goes, and a recording goes before its row says
/// so: an attempt that stops anywhere is taken up by the next one, and nothing is counted twice.
package struct Eraser: Sendable {
  /// Work of this kind holds up neither calls nor webhooks.
  static let queue = Retention.queue
  private static let kind = "person.erase"
  private static let sweepKind = "compliance.holds"
  /// The last of them fails the erasure; about a day.
  private static let attempts = 15

  private let pool: PostgresPool
  private let numbers: NumberSeal
  private let calls: any CallErasing
  private let messages: any MessageErasing
  private let now: @Sendable () -> Moment

  package init(
    pool: PostgresPool, numbers: NumberSeal, calls: any CallErasing, messages: any MessageErasing,
    now: @escaping @Sendable () -> Moment = { WallClock.now }
  ) {
    self.pool = pool
    self.numbers = numbers
    self.calls = calls
    self.messages = messages
    self.now = now
  }

  /// Leaves the job in the caller's transaction; nothing happens while there is one.
  static func enqueue(_ id: ErasureID, _ transaction: Transaction) async throws {
    try await queue.enqueue(
      kind: kind, payload: Array(id.text.utf8), uniqueKey: id.text, maxAttempts: attempts,
      transaction)
  }

  /// What runs it.
  package var handler: JobHandler {
    JobHandler(kind: Self.kind, timeout: .seconds(300)) { job in
      guard let id = ErasureID(String(decoding: job.payload, as: UTF8.self)) else {
        throw JobControl.discard(reason: "the payload is no erasure's id")
      }
      do {
        if let pause = try await run(id) { throw JobControl.snooze(pause) }
      } catch let error as JobControl {
        throw error
      } catch {
        // A server that stops gives the attempt back.
        if job.isLastAttempt, !Task.isCancelled {
          try await fail(id, "it could not be carried out; ask again")
        }
        throw error
      }
    }
  }

  /// When it is looked for calls whose time is over.
  package static let schedule = JobSchedule(
    name: sweepKind, kind: sweepKind, queue: queue.name, .every(.seconds(600)))

  /// What looks for them: an erasure that failed, or whose job died, has no job that waits for their time.
  package var sweep: JobHandler {
    JobHandler(kind: Self.sweepKind) { _ in try await takeUpOverdue() }
  }

  func takeUpOverdue() async throws {
    try await system { transaction in
      for id in try await ErasureStore.overdue(at: now(), limit: Retention.batch, transaction) {
        try await Self.enqueue(id, transaction)
      }
    }
  }

  /// One attempt; when to go on, `nil` when there is nothing to be done any more.
  package func run(_ id: ErasureID) async throws -> Duration? {
    let start = LoopInstant.readClock()
    let begun = try await system {
      try await ErasureStore.move(id, to: .running, at: now(), $0)
    }
    var found = begun
    if found == nil { found = try await system { try await ErasureStore.find(id, $0) } }
    guard let erasure = found else { return nil }
    guard let sealed = erasure.numberSealed,
      let number = try numbers.open(sealed, in: id)
    else { return try await release(erasure, since: start) }
    if begun != nil { try await erasePerson(number, erasure) }
    return try await eraseCalls(of: number, id, since: start)
  }

  // MARK: The person

  /// Erases what compliance has by the number, and keeps that they may not be called. It comes first,
  /// and once more at the end, for an attempt that stopped before it.
  private func erasePerson(_ number: PhoneNumber, _ erasure: ErasureRecord) async throws {
    let merchant = erasure.merchant
    try await eraseRefusals(erasure)
    try await system { transaction in
      try await NumberLock.take(number, merchant, transaction)
      let consents = try await PersonStore.eraseConsents(
        of: number, recordedBy: erasure.createTime, merchant, transaction)
      let forms = try await PersonStore.eraseForms(
        of: number, askedBy: erasure.createTime, merchant, transaction)
      let listings = try await PersonStore.eraseSuppressions(of: number, merchant, transaction)
      try await ErasedNumberStore.keep(
        erasure.numberDigest, isSuppressed: !listings.ids.isEmpty,
        optOutTime: [consents.optOutTime, listings.optOutTime].compactMap { $0 }.max(), merchant,
        transaction)
      var counts = try await eraseTraces(
        consents.ids + forms + listings.ids, of: merchant, transaction)
      counts.consents = consents.ids.count
      counts.suppressions = listings.ids.count
      counts.answers = try await Idempotency.eraseAnswers(
        containing: number.e164, of: merchant, transaction)
      try await ErasureStore.add(counts, to: erasure.id, transaction)
    }
  }

  /// Erases what the audit log has of calls that were refused, batch by batch: they can be many.
  private func eraseRefusals(_ erasure: ErasureRecord) async throws {
    var count = 0
    repeat {
      count = try await system { transaction in
        let calls = try await PersonStore.eraseRefusals(
          of: erasure.numberDigest, limit: Retention.batch, erasure.merchant, transaction)
        let counts = try await eraseTraces(calls, of: erasure.merchant, transaction)
        try await ErasureStore.add(counts, to: erasure.id, transaction)
        return calls.count
      }
    } while count == Retention.batch
  }

  /// Erases what was told and proved of these subjects.
  private func eraseTraces(
    _ subjects: [String], of merchant: MerchantID, _ transaction: Transaction
  ) async throws -> ErasureCounts {
    guard !subjects.isEmpty else { return ErasureCounts() }
    var counts = ErasureCounts()
    counts.messages = try await messages.erase(about: subjects, of: merchant, transaction)
    counts.auditPayloads = try await PersonStore.erasePayloads(
      about: subjects, of: merchant, transaction)
    return counts
  }

  // MARK: Their calls

  /// Erases calls, batch by batch, as far as this attempt gets. The request may say more at each look.
  private func eraseCalls(
    of number: PhoneNumber, _ id: ErasureID, since start: LoopInstant
  ) async throws -> Duration? {
    var judged = KeepingTerms()
    while true {
      let (found, ended, open) = try await system { transaction in
        let found = try await ErasureStore.find(id, transaction)
        guard let erasure = found, erasure.numberSealed != nil else {
          return (ErasureRecord?.none, [ErasableCall](), 0)
        }
        return (
          erasure,
          try await calls.ended(
            of: number, erasure.merchant, limit: ErasurePlan.batch, transaction),
          try await calls.openCount(of: number, erasure.merchant, transaction)
        )
      }
      // Somebody else ended it.
      guard let erasure = found else { return .zero }
      if erasure.terms != judged {
        try await judgeHeld(erasure)
        judged = erasure.terms
      }
      let plan = ErasurePlan.look(
        ended: ended.count, open: open, running: now() - (erasure.startTime ?? now()),
        working: start.duration(to: .readClock()))
      switch plan {
      case .eraseCalls: try await erase(ended, erasure)
      case .yield: return .zero
      case .wait(let pause): return pause
      case .finish:
        try await erasePerson(number, erasure)
        return try await finish(erasure)
      case .fail(let reason):
        try await erasePerson(number, erasure)
        try await fail(erasure.id, reason)
        return nil
      }
    }
  }

  /// The rule that keeps a call now, and until when.
  private func keeping(
    _ call: ErasableCall, _ terms: KeepingTerms
  ) -> (rule: KeepingRule, until: Moment)? {
    KeepingRules.keeping(
      KeepingRule.Input(
        now: now(), endTime: call.endTime, isRecovery: call.isRecovery || terms.isRecovery,
        holdUntil: terms.holdUntil))
  }

  /// Erases a batch, but for calls that a rule keeps: their numbers go first, then what was told of them.
  private func erase(_ batch: [ErasableCall], _ erasure: ErasureRecord) async throws {
    let judged = batch.map { (call: $0, keeping: keeping($0, erasure.terms)) }
    let going = judged.filter { $0.keeping == nil }.map(\.call)
    for call in going { try await calls.deleteRecording(of: call) }
    try await system { transaction in
      for (call, keeping) in judged {
        guard let keeping else { continue }
        try await ErasureStore.hold(
          call.id, by: keeping.rule.name, until: keeping.until, erasure, transaction)
        try await calls.hold(call.id, until: keeping.until, transaction)
      }
      let held = judged.filter { $0.keeping != nil }.map(\.call.id.text)
      let counts = try await eraseTraces(held, of: erasure.merchant, transaction)
      try await ErasureStore.add(counts, to: erasure.id, transaction)
      try await erase(going, of: erasure, transaction)
    }
  }

  /// Keeps calls longer that are kept already, where the request says more than it did.
  private func judgeHeld(_ erasure: ErasureRecord) async throws {
    var held: [CallID] = []
    repeat {
      let last = held.last
      held = try await system { transaction in
        let held = try await ErasureStore.held(
          erasure.id, after: last, limit: ErasurePlan.batch, transaction)
        _ = try await keepLonger(try await calls.calls(held, transaction), erasure, transaction)
        return held
      }
    } while held.count == ErasurePlan.batch
  }

  /// Keeps calls that are kept as long as the rules want now; those that may go.
  private func keepLonger(
    _ held: [ErasableCall], _ erasure: ErasureRecord, _ transaction: Transaction
  ) async throws -> [ErasableCall] {
    var going: [ErasableCall] = []
    for call in held {
      guard let keeping = keeping(call, erasure.terms) else {
        going.append(call)
        continue
      }
      let isLonger = try await ErasureStore.extend(
        call.id, by: keeping.rule.name, until: keeping.until, erasure.id, transaction)
      if isLonger { try await calls.hold(call.id, until: keeping.until, transaction) }
    }
    return going
  }

  /// Erases calls whose recordings are gone, with all that was told and proved of them.
  private func erase(
    _ going: [ErasableCall], of erasure: ErasureRecord, _ transaction: Transaction
  ) async throws {
    guard !going.isEmpty else { return }
    let gone = try await calls.erase(going, transaction)
    var counts = try await eraseTraces(gone.map(\.id.text), of: erasure.merchant, transaction)
    counts.calls = gone.count
    counts.recordings = gone.count { $0.recordingURL != nil }
    try await ErasureStore.release(gone.map(\.id), of: erasure.id, transaction)
    try await ErasureStore.add(counts, to: erasure.id, transaction)
  }

  // MARK: The end

  /// Ends the erasure, with its certificate. What is kept has a job at its time.
  private func finish(_ erasure: ErasureRecord) async throws -> Duration? {
    try await system { transaction in
      guard
        let done = try await ErasureStore.move(erasure.id, to: .done, at: now(), transaction)
      else { return nil }
      try await ErasureNews.ended(done, transaction)
      return try await certify(done, transaction)
    }
  }

  /// Writes down what is gone and what is kept; how long until some of that may go.
  private func certify(
    _ erasure: ErasureRecord, _ transaction: Transaction
  ) async throws -> Duration? {
    let kept = try await ErasureStore.kept(of: [erasure.id], transaction)[erasure.id] ?? []
    try await ErasureNews.certify(erasure, kept, transaction)
    return try await pause(before: erasure.id, transaction)
  }

  private func pause(
    before id: ErasureID, _ transaction: Transaction
  ) async throws -> Duration? {
    let next = try await ErasureStore.nextRelease(id, transaction)
    return next.map { max(.zero, $0 - now()) }
  }

  /// Erases calls whose time is over, of an erasure that has ended otherwise. What it was asked to keep at the
  /// last moment, and what a later law keeps, stays.
  private func release(
    _ erasure: ErasureRecord, since start: LoopInstant
  ) async throws -> Duration? {
    while start.duration(to: .readClock()) < ErasurePlan.slice {
      let (due, going) = try await system { transaction in
        let due = try await calls.calls(
          try await ErasureStore.due(
            erasure.id, at: now(), limit: ErasurePlan.batch, transaction), transaction)
        return (due, try await keepLonger(due, erasure, transaction))
      }
      if due.isEmpty {
        return try await system { try await pause(before: erasure.id, $0) }
      }
      for call in going { try await calls.deleteRecording(of: call) }
      try await system { transaction in
        try await erase(going, of: erasure, transaction)
        guard let found = try await ErasureStore.find(erasure.id, transaction) else { return }
        if found.state == .done { _ = try await certify(found, transaction) }
      }
    }
    return .zero
  }

  private func fail(_ id: ErasureID, _ reason: String) async throws {
    try await system { transaction in
      guard
        let failed = try await ErasureStore.move(
          id, to: .failed, error: reason, at: now(), transaction)
      else { return }
      Log("compliance").error("an erasure failed", ["erasure": "\(id)", "reason": "\(reason)"])
      try await ErasureNews.ended(failed, transaction)
    }
  }

  private func system<Result: Sendable>(
    _ body: (Transaction) async throws -> Result
  ) async throws -> Result {
    try await pool.transaction(tenant: .system) { try await body($0) }
  }
}
