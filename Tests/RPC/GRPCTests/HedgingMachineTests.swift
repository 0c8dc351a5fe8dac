import RPCCore
import Testing

@testable import GRPC

@Suite struct HedgingMachineTests {
  private static let policy = HedgingPolicy(
    maxAttempts: 3, delay: .milliseconds(50), nonFatalCodes: [.unavailable])

  @Test func `attempts follow each other by the delay until all have begun`() {
    var machine = HedgingMachine(Self.policy)
    #expect(machine.begin() == .milliseconds(50))
    #expect(machine.nextIsDue(nil) == .begin)
    #expect(machine.begin() == .milliseconds(50))
    #expect(machine.nextIsDue(nil) == .begin)
    #expect(machine.begin() == nil)
    #expect(machine.nextIsDue(nil) == .wait)
    #expect(machine.attempts == 3)
  }

  @Test func `a failure that is not fatal brings the next attempt forward`() {
    var machine = HedgingMachine(Self.policy)
    var throttle: RetryThrottle?
    _ = machine.begin()
    #expect(machine.failed(.unavailable, .none, &throttle) == .next(after: .zero))
    _ = machine.begin()
    #expect(
      machine.failed(.unavailable, .after(.seconds(3)), &throttle) == .next(after: .seconds(3)))
    _ = machine.begin()
    #expect(machine.failed(.unavailable, .none, &throttle) == .giveUp)
  }

  @Test func `a fatal failure is the call's, whatever else runs`() {
    var machine = HedgingMachine(Self.policy)
    var throttle: RetryThrottle?
    _ = machine.begin()
    _ = machine.begin()
    #expect(machine.failed(.notFound, .none, &throttle) == .giveUp)
  }

  @Test func `the last failure is waited for`() {
    var machine = HedgingMachine(Self.policy)
    var throttle: RetryThrottle?
    for _ in 0..<3 { _ = machine.begin() }
    #expect(machine.failed(.unavailable, .none, &throttle) == .wait)
    #expect(machine.failed(.unavailable, .after(.zero), &throttle) == .wait)
    #expect(machine.failed(.unavailable, .none, &throttle) == .giveUp)
  }

  @Test func `a server that wants no more attempts stops them`() {
    var machine = HedgingMachine(Self.policy)
    var throttle: RetryThrottle?
    _ = machine.begin()
    _ = machine.begin()
    #expect(machine.failed(.unavailable, .never, &throttle) == .wait)
    #expect(machine.nextIsDue(nil) == .wait)
    #expect(machine.failed(.unavailable, .none, &throttle) == .giveUp)
  }

  @Test func `without tokens only the first attempt is sent`() {
    var machine = HedgingMachine(Self.policy)
    var throttle = RetryThrottle(RetryThrottling(maxTokens: 2, tokenRatio: 1))
    throttle.failed()
    _ = machine.begin()
    #expect(machine.nextIsDue(throttle) == .wait)
    #expect(machine.nextIsDue(nil) == .wait)
  }

  @Test func `an attempt that is denied while none runs ends the call`() {
    var machine = HedgingMachine(Self.policy)
    var throttle: RetryThrottle? = RetryThrottle(RetryThrottling(maxTokens: 4, tokenRatio: 1))
    _ = machine.begin()
    #expect(machine.failed(.unavailable, .none, &throttle) == .next(after: .zero))
    // Another call's failure takes the tokens to half.
    throttle?.failed()
    #expect(machine.nextIsDue(throttle) == .giveUp)
  }
}
