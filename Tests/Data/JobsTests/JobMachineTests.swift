internal import Postgres
import Testing

@testable internal import Jobs

@Suite struct WorkerMachineTests {
  @Test func `hints during a claim are remembered`() {
    var machine = WorkerMachine(capacity: 4)
    #expect(machine.wake() == 4)
    #expect(machine.wake() == nil)
    #expect(machine.claimed([1], of: 4) == 3)
    #expect(machine.claimed([], of: 3) == nil)
    #expect(machine.finished(1) == nil)
    #expect(machine.isIdle)
  }

  @Test func `a full claim makes every free place claim again`() {
    var machine = WorkerMachine(capacity: 2)
    #expect(machine.wake() == 2)
    #expect(machine.claimed([1, 2], of: 2) == nil)
    #expect(machine.finished(1) == 1)
    #expect(machine.claimed([], of: 1) == nil)
    #expect(machine.finished(2) == nil)
  }

  @Test func `a stopping worker claims nothing`() {
    var machine = WorkerMachine(capacity: 2)
    _ = machine.wake()
    _ = machine.claimed([1, 2], of: 2)
    machine.stop()
    #expect(machine.finished(1) == nil)
    #expect(!machine.isIdle)
    #expect(machine.finished(2) == nil)
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

  @Test func `a job is stopped once, for the first reason given`() {
    var machine = WorkerMachine(capacity: 3)
    _ = machine.wake()
    _ = machine.claimed([1, 2, 3], of: 3)
    let first = machine.stop(1, .overdue)
    #expect(first)
    let again = machine.stop(1, .cancelled)
    #expect(!again)
    #expect(machine.stopReason(of: 1) == .overdue)
    let unknown = machine.stop(9, .cancelled)
    #expect(!unknown)
    let beaten = machine.beat(asked: [1, 2, 3], ours: [1, 3], cancelled: [3])
    #expect(beaten == [2, 3])
    #expect(machine.stopReason(of: 2) == .leaseLost)
    #expect(machine.stopReason(of: 3) == .cancelled)
    let late = machine.graceOver()
    #expect(late == [])
    _ = machine.finished(3)
    #expect(machine.stopReason(of: 3) == nil)
  }

  @Test func `the end of the grace stops all that still runs`() {
    var machine = WorkerMachine(capacity: 3)
    _ = machine.wake()
    _ = machine.claimed([1, 2, 3], of: 3)
    machine.stop()
    _ = machine.finished(2)
    let late = machine.graceOver()
    #expect(late == [1, 3])
    #expect(machine.stopReason(of: 1) == .draining)
  }
}

@Suite struct JobOutcomeTests {
  private struct Unknown: Error {}

  private func outcome(
    _ error: (any Error)?, stop: WorkerMachine.Stop? = nil, attempt: Int = 1
  ) -> JobOutcome {
    JobOutcome(of: error, stop: stop, attempt: attempt, maxAttempts: 3, jitter: 1)
  }

  @Test func `what a handler throws decides what becomes of its job`() {
    #expect(outcome(nil) == .done)
    #expect(outcome(Unknown()) == .retry(after: .seconds(1), error: "Unknown"))
    #expect(outcome(Unknown(), attempt: 2) == .retry(after: .seconds(16), error: "Unknown"))
    #expect(outcome(Unknown(), attempt: 3) == .dead(error: "Unknown"))
    #expect(outcome(JobControl.discard(reason: "gone")) == .dead(error: "gone"))
    #expect(outcome(JobControl.snooze(.seconds(9)), attempt: 3) == .snooze(.seconds(9)))
    let later = JobControl.retry(after: .seconds(7), reason: "busy")
    #expect(outcome(later) == .retry(after: .seconds(7), error: "busy"))
    #expect(outcome(later, attempt: 3) == .dead(error: "busy"))
    #expect(outcome(JobError(.leaseLost, "x"), attempt: 3) == .nothing)
  }

  @Test func `why the task was cancelled goes before what it threw`() {
    let error = CancellationError()
    #expect(outcome(error, stop: .overdue) == .retry(after: .seconds(1), error: "ran out of time"))
    #expect(outcome(error, stop: .cancelled) == .cancelled)
    #expect(outcome(error, stop: .cancelled, attempt: 3) == .cancelled)
    #expect(outcome(error, stop: .draining, attempt: 3) == .release)
    #expect(outcome(error, stop: .leaseLost) == .nothing)
    #expect(outcome(nil, stop: .cancelled) == .done)
  }

  @Test(arguments: [(1, 1), (2, 16), (3, 81), (12, 20_736), (13, 21_600), (1000, 21_600)])
  func `pauses grow with the fourth power up to six hours`(attempt: Int, seconds: Int) {
    #expect(JobOutcome.backoff(attempt: attempt, jitter: 1) == .seconds(seconds))
  }

  @Test func `the jitter stretches a pause by as much as it says`() {
    #expect(JobOutcome.backoff(attempt: 10, jitter: 0.9) == .seconds(9_000))
    #expect(JobOutcome.backoff(attempt: 10, jitter: 1.1) == .seconds(11_000))
  }
}

@Suite struct LeaderMachineTests {
  private let pauses = LeaderMachine.Pauses(following: .seconds(5), leading: .seconds(1))

  @Test func `a follower asks seldom and a leader ticks often`() {
    var machine = LeaderMachine(pauses: pauses)
    #expect(machine.asked(false) == .seconds(5))
    #expect(machine.asked(true) == .seconds(1))
    #expect(machine.state == .leading)
    #expect(machine.asked(false) == .seconds(5))
    #expect(machine.state == .following)
  }

  @Test func `a leader that reaches no database leads no longer and asks soon`() {
    var machine = LeaderMachine(pauses: pauses)
    _ = machine.asked(true)
    #expect(machine.failed() == .seconds(1))
    #expect(machine.state == .following)
  }

  @Test func `only a leader has something to give up, once`() {
    var machine = LeaderMachine(pauses: pauses)
    _ = machine.asked(true)
    let ended = machine.end()
    #expect(ended)
    let endedAgain = machine.end()
    #expect(!endedAgain)
    _ = machine.asked(true)
    #expect(machine.state == .ended)
  }
}
