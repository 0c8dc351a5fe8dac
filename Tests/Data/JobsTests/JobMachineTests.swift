internal import Postgres
import Testing

@testable internal import Jobs

@Suite struct WorkerMachineTests {
  @Test func `hints during a claim are remembered`() {
    var machine = WorkerMachine(capacity: 4)
    #expect(machine.wake() == 4)
    #expect(machine.wake() == nil)
    #expect(machine.claimed(1, of: 4) == 3)
    #expect(machine.claimed(0, of: 3) == nil)
    #expect(machine.finished() == nil)
    #expect(machine.isIdle)
  }

  @Test func `a full claim makes every free place claim again`() {
    var machine = WorkerMachine(capacity: 2)
    #expect(machine.wake() == 2)
    #expect(machine.claimed(2, of: 2) == nil)
    #expect(machine.finished() == 1)
    #expect(machine.claimed(0, of: 1) == nil)
    #expect(machine.finished() == nil)
  }

  @Test func `a stopping worker claims nothing`() {
    var machine = WorkerMachine(capacity: 2)
    _ = machine.wake()
    _ = machine.claimed(2, of: 2)
    machine.stop()
    #expect(machine.finished() == nil)
    #expect(!machine.isIdle)
    #expect(machine.finished() == nil)
    #expect(machine.isIdle)
    #expect(machine.wake() == nil)
  }

  @Test func `a failed claim waits for the next hint`() {
    var machine = WorkerMachine(capacity: 2)
    _ = machine.wake()
    machine.claimFailed()
    #expect(machine.isIdle)
    #expect(machine.wake() == 2)
  }
}

@Suite struct JobOutcomeTests {
  private struct Unknown: Error {}

  private func outcome(_ error: (any Error)?, attempt: Int = 1) -> JobOutcome {
    JobOutcome(of: error, attempt: attempt, maxAttempts: 3, jitter: 1)
  }

  @Test func `what a handler throws decides what becomes of its job`() {
    #expect(outcome(nil) == .done)
    #expect(outcome(Unknown()) == .retry(after: .seconds(1), error: "Unknown"))
    #expect(outcome(Unknown(), attempt: 2) == .retry(after: .seconds(16), error: "Unknown"))
    #expect(outcome(Unknown(), attempt: 3) == .dead(error: "Unknown"))
    #expect(outcome(JobControl.discard(reason: "gone")) == .dead(error: "gone"))
    #expect(outcome(JobControl.snooze(.seconds(9)), attempt: 3) == .snooze(.seconds(9)))
    #expect(outcome(JobError(.leaseLost, "x"), attempt: 3) == .nothing)
  }

  @Test(arguments: [(1, 1), (2, 16), (3, 81), (12, 20_736), (13, 21_600), (1000, 21_600)])
  func `pauses grow with the fourth power up to six hours`(attempt: Int, seconds: Int) {
    #expect(JobOutcome.backoff(attempt: attempt, jitter: 1) == .seconds(seconds))
  }
}
