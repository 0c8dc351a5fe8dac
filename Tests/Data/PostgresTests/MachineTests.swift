import Testing

@testable internal import Postgres

@Suite struct StatementCacheTests {
  @Test func `a statement is prepared once and then run by name`() {
    var cache = StatementCache(capacity: 2)
    #expect(cache.use("a") == .prepare(name: "s1"))
    #expect(cache.use("a") == .runUnprepared)
    cache.prepared("s1")
    #expect(cache.use("a") == .run(name: "s1"))
  }

  @Test func `a failed prepare is forgotten`() {
    var cache = StatementCache(capacity: 2)
    _ = cache.use("a")
    cache.failed("s1")
    #expect(cache.use("a") == .prepare(name: "s2"))
    #expect(cache.takeEvicted() == [])
  }

  @Test func `the least recently used statement makes room`() {
    var cache = StatementCache(capacity: 2)
    for (sql, name) in [("a", "s1"), ("b", "s2")] {
      #expect(cache.use(sql) == .prepare(name: name))
      cache.prepared(name)
    }
    _ = cache.use("a")
    #expect(cache.use("c") == .prepare(name: "s4"))
    #expect(cache.takeEvicted() == ["s2"])
  }

  @Test func `a cache full of unfinished statements lets others run unprepared`() {
    var cache = StatementCache(capacity: 1)
    _ = cache.use("a")
    #expect(cache.use("b") == .runUnprepared)
  }
}

@Suite struct PipelineMachineTests {
  private let row = QueryResult(rows: [], affectedRows: 1, commandTag: "SELECT 1")

  @Test func `answers are paired with batches in order`() throws {
    var machine = PipelineMachine()
    machine.submitted(1, steps: [.prepare(name: "s1"), .run])
    machine.submitted(2, steps: [.run, .run])
    #expect(machine.received(.done(row)) == .prepared(name: "s1"))
    machine.stepEnded()
    #expect(machine.received(.done(row)) == .none)
    machine.stepEnded()
    let first = machine.synced()
    #expect(first?.id == 1)
    #expect(try first?.result.get().count == 1)
    for _ in 0..<2 {
      _ = machine.received(.done(row))
      machine.stepEnded()
    }
    let second = machine.synced()
    #expect(second?.id == 2)
    #expect(try second?.result.get().count == 2)
    #expect(machine.isEmpty)
  }

  @Test func `the first failure of a batch is its result and the next batch is clean`() throws {
    var machine = PipelineMachine()
    machine.submitted(1, steps: [.prepare(name: "s1"), .run])
    machine.submitted(2, steps: [.run])
    let failure = PostgresError(.server, "syntax error")
    #expect(machine.received(.failed(failure)) == .prepareFailed(name: "s1"))
    machine.stepEnded()
    #expect(machine.received(.skipped) == .none)
    machine.stepEnded()
    let first = machine.synced()?.result
    #expect(throws: PostgresError.self) { try first?.get() }
    _ = machine.received(.done(row))
    machine.stepEnded()
    #expect(try machine.synced()?.result.get().count == 1)
  }

  @Test func `a broken connection gives up what is outstanding in order`() {
    var machine = PipelineMachine()
    for id in 1...3 { machine.submitted(UInt64(id), steps: [.run]) }
    _ = machine.synced()
    #expect(machine.abandonAll() == [2, 3])
    #expect(machine.isEmpty)
  }
}

@Suite struct TransactionMachineTests {
  @Test func `BEGIN travels with the first statement`() {
    var machine = TransactionMachine()
    #expect(machine.statement() == .begin)
    #expect(machine.statement() == .send)
    #expect(machine.finish(committing: true) == .commit)
    #expect(machine.statement() == .refuse(failed: false))
  }

  @Test func `an unused transaction sends nothing`() {
    var machine = TransactionMachine()
    #expect(machine.finish(committing: true) == .nothing)
  }

  @Test func `after a failure only rolling back is left`() {
    var machine = TransactionMachine()
    _ = machine.statement()
    machine.statementFailed()
    #expect(machine.statement() == .refuse(failed: true))
    #expect(machine.finish(committing: true) == .rollback)
  }

  @Test func `a savepoint brings a failed transaction back`() {
    var machine = TransactionMachine()
    _ = machine.statement()
    machine.statementFailed()
    machine.rolledBackToSavepoint()
    #expect(machine.statement() == .send)
  }
}

@Suite struct BackoffTests {
  @Test(arguments: [(1, 50), (2, 100), (5, 800), (8, 5000), (100, 5000)])
  func `pauses double up to a limit`(attempt: Int, milliseconds: Int) {
    #expect(Backoff.delay(attempt: attempt, jitter: 1) == .milliseconds(milliseconds))
  }
}
