import Testing

@testable internal import Postgres

@Suite struct PoolMachineTests {
  private func pool(connections: Int = 2, waiters: Int = 10, depth: Int = 2) -> PoolMachine {
    PoolMachine(
      limits: .init(connections: connections, waiters: waiters, pipelineDepth: depth))
  }

  @Test func `the first caller opens a connection and is served by it`() {
    var machine = pool()
    #expect(machine.acquire(1, .shared) == .wait(open: 1))
    #expect(machine.opened(1) == [.serve(1, 1)])
    #expect(machine.statementFinished(on: 1) == [])
    #expect(machine.acquire(2, .exclusive) == .use(1))
  }

  @Test func `plain statements share a connection only when no more may be opened`() {
    var machine = pool(connections: 1, depth: 2)
    _ = machine.acquire(1, .shared)
    _ = machine.opened(1)
    #expect(machine.acquire(2, .shared) == .use(1))
    #expect(machine.acquire(3, .shared) == .wait(open: nil))
    #expect(machine.statementFinished(on: 1) == [.serve(3, 1)])
  }

  @Test func `a transaction waits for a connection of its own, first come first served`() {
    var machine = pool(connections: 1)
    _ = machine.acquire(1, .shared)
    _ = machine.opened(1)
    #expect(machine.acquire(2, .exclusive) == .wait(open: nil))
    #expect(machine.acquire(3, .shared) == .wait(open: nil))
    #expect(machine.statementFinished(on: 1) == [.serve(2, 1)])
    #expect(machine.leaseEnded(on: 1) == [.serve(3, 1)])
  }

  @Test func `who does not wait gets a connection that nobody uses, or none`() {
    var machine = pool(connections: 2)
    #expect(machine.takeIdle() == nil)
    _ = machine.acquire(1, .exclusive)
    _ = machine.acquire(2, .shared)
    #expect(machine.opened(1) == [.serve(1, 1)])
    #expect(machine.opened(2) == [.serve(2, 2)])
    #expect(machine.takeIdle() == nil)
    #expect(machine.statementFinished(on: 2) == [])
    #expect(machine.takeIdle() == 2)
    #expect(machine.acquire(3, .exclusive) == .wait(open: nil))
    #expect(machine.statementFinished(on: 2) == [.serve(3, 2)])
  }

  @Test func `waiters are bounded`() {
    var machine = pool(connections: 1, waiters: 1)
    #expect(machine.acquire(1, .exclusive) == .wait(open: 1))
    #expect(machine.acquire(2, .exclusive) == .refuse(.tooManyWaiters))
  }

  @Test func `a caller that left is not served`() {
    var machine = pool()
    _ = machine.acquire(1, .shared)
    #expect((machine.leave(1), machine.leave(1)) == (true, false))
    #expect(machine.opened(1) == [])
  }

  @Test func `an unreachable server fails waiters and refuses others until the back-off is over`() {
    var machine = pool()
    _ = machine.acquire(1, .shared)
    #expect(machine.openFailed(1) == [.fail(1), .retryLater(attempt: 1)])
    #expect(machine.acquire(2, .shared) == .refuse(.serverUnreachable))
    #expect(machine.retryDue() == [])
    #expect(machine.acquire(3, .shared) == .wait(open: 2))
    #expect(machine.openFailed(2) == [.fail(3), .retryLater(attempt: 2)])
  }

  @Test func `waiters survive a failed attempt while another connection can serve them`() {
    var machine = pool()
    _ = machine.acquire(1, .exclusive)
    _ = machine.opened(1)
    #expect(machine.acquire(2, .exclusive) == .wait(open: 2))
    #expect(machine.openFailed(2) == [.retryLater(attempt: 1)])
    #expect(machine.leaseEnded(on: 1) == [.serve(2, 1)])
  }

  @Test func `a lost connection is replaced when somebody waits`() {
    var machine = pool(connections: 1)
    _ = machine.acquire(1, .exclusive)
    _ = machine.opened(1)
    _ = machine.acquire(2, .exclusive)
    #expect(machine.lost(1) == [.open(2)])
    #expect(machine.opened(2) == [.serve(2, 2)])
  }

  @Test func `closing fails waiters, closes idle connections, and leased ones when they return`() {
    var machine = pool(connections: 2)
    _ = machine.acquire(1, .exclusive)
    _ = machine.opened(1)
    _ = machine.acquire(2, .exclusive)
    _ = machine.opened(2)
    _ = machine.leaseEnded(on: 2)
    _ = machine.acquire(3, .exclusive)
    _ = machine.acquire(4, .exclusive)
    _ = machine.leaseEnded(on: 1)
    _ = machine.leaseEnded(on: 2)
    #expect(machine.close() == [.close(2)])
    #expect(machine.acquire(5, .shared) == .refuse(.closed))
    #expect(machine.leaseEnded(on: 1) == [.close(1)])
  }
}
