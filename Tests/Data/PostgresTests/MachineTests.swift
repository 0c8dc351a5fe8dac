import Testing

@testable internal import Postgres

@Suite struct StatementCacheTests {
  @Test func `a statement is prepared once and then run by name`() throws {
    var cache = StatementCache(capacity: 2)
    let a = try cache.prepares("a")
    #expect(a.name == "s1")
    #expect(cache.use("a") == .runUnprepared)
    cache.prepared(a)
    #expect(cache.use("a") == .run(a))
  }

  @Test func `a failed prepare is forgotten`() throws {
    var cache = StatementCache(capacity: 2)
    cache.failed(try cache.prepares("a"))
    #expect(try cache.prepares("a").name == "s2")
    #expect(cache.takeEvicted() == [])
  }

  @Test func `the least recently used statement makes room`() throws {
    var cache = StatementCache(capacity: 2)
    for sql in ["a", "b"] { cache.prepared(try cache.prepares(sql)) }
    _ = cache.use("a")
    #expect(try cache.prepares("c").name == "s4")
    #expect(cache.takeEvicted() == ["s2"])
  }

  @Test func `a cache full of unfinished statements lets others run unprepared`() {
    var cache = StatementCache(capacity: 1)
    _ = cache.use("a")
    #expect(cache.use("b") == .runUnprepared)
  }
}

extension StatementCache {
  /// The statement, when `sql` is to be prepared.
  fileprivate mutating func prepares(_ sql: String) throws -> PreparedStatement {
    let answer = use(sql)
    guard case .prepare(let statement) = answer else {
      throw PostgresError(.server, "it answered \(answer)")
    }
    return statement
  }
}

@Suite struct PipelineMachineTests {
  private let s1 = PreparedStatement(sql: "SELECT 1", name: "s1")
  private let row = QueryResult(rows: [], affectedRows: 1, commandTag: "SELECT 1")

  @Test func `answers are paired with batches in order`() throws {
    var machine = PipelineMachine()
    machine.submitted(1, steps: [.prepare(s1), .run(s1)])
    machine.submitted(2, steps: [.run(nil), .run(s1)])
    #expect(machine.received(.done(row)) == .prepared(s1))
    machine.stepEnded()
    #expect(machine.received(.done(row)) == .none)
    machine.stepEnded()
    let first = machine.synced()
    #expect(first?.id == 1)
    #expect(try first?.outcome.get().affectedRows == 1)
    #expect(machine.expectation == .init(statement: nil, wantsRows: false))
    _ = machine.received(.done(QueryResult.nothing))
    machine.stepEnded()
    #expect(machine.expectation == .init(statement: s1, wantsRows: true))
    _ = machine.received(.done(row))
    machine.stepEnded()
    let second = machine.synced()
    #expect(second?.id == 2)
    #expect(try second?.outcome.get().affectedRows == 1)
    #expect(machine.isEmpty)
  }

  @Test func `the first failure of a batch is its result and the next batch is clean`() throws {
    var machine = PipelineMachine()
    machine.submitted(1, steps: [.prepare(s1), .run(s1)])
    machine.submitted(2, steps: [.run(nil)])
    let failure = PostgresError(.server, "syntax error")
    #expect(machine.received(.failed(failure)) == .prepareFailed(s1))
    machine.stepEnded()
    #expect(machine.received(.skipped) == .none)
    machine.stepEnded()
    let first = machine.synced()?.result
    #expect(throws: PostgresError.self) { try first?.get() }
    _ = machine.received(.done(row))
    machine.stepEnded()
    #expect(try machine.synced()?.outcome.get().affectedRows == 1)
  }

  @Test func `a broken connection gives up what is outstanding in order`() {
    var machine = PipelineMachine()
    for id in 1...3 { machine.submitted(UInt64(id), steps: [.run(nil)]) }
    #expect(machine.first { $0 > 1 } == 2)
    #expect(throws: PostgresError.self) { try machine.synced()?.outcome.get() }
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
