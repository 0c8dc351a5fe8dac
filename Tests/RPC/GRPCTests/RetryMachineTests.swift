import RPCCore
import Testing

@testable import GRPC

@Suite struct RetryMachineTests {
  static let policy = RetryPolicy(
    maxAttempts: 4, initialBackoff: .milliseconds(100), maxBackoff: .milliseconds(250),
    multiplier: 2, retryableCodes: [.unavailable, .aborted])

  @Test func `waits grow to the limit, then the attempts are used up`() {
    var machine = RetryMachine(Self.policy)
    var throttle: RetryThrottle?
    let answers = (0..<4).map { _ in machine.failed(.unavailable, .none, &throttle, random: 0) }
    #expect(
      answers == [
        .retry(after: .milliseconds(100)), .retry(after: .milliseconds(200)),
        .retry(after: .milliseconds(250)), .giveUp,
      ])
    #expect(machine.attempts == 4)
  }

  @Test(arguments: [(-1.0, 80), (1.0, 120)])
  func `a wait has a jitter of a fifth`(random: Double, milliseconds: Int) {
    var machine = RetryMachine(Self.policy)
    var throttle: RetryThrottle?
    guard case .retry(let wait) = machine.failed(.aborted, .none, &throttle, random: random) else {
      Issue.record("no retry")
      return
    }
    #expect(abs((wait - .milliseconds(milliseconds)) / .microseconds(1)) < 1)
  }

  @Test(arguments: [StatusCode.notFound, .internal, .deadlineExceeded, .cancelled])
  func `a code that the policy does not name ends the call`(code: StatusCode) {
    var machine = RetryMachine(Self.policy)
    var throttle: RetryThrottle?
    #expect(machine.failed(code, .after(.zero), &throttle, random: 0) == .giveUp)
  }

  @Test func `pushback is kept to exactly, and the backoff starts over after it`() {
    var machine = RetryMachine(Self.policy)
    var throttle: RetryThrottle?
    #expect(
      machine.failed(.unavailable, .none, &throttle, random: 0)
        == .retry(after: .milliseconds(100)))
    #expect(
      machine.failed(.unavailable, .after(.seconds(7)), &throttle, random: 1)
        == .retry(after: .seconds(7)))
    #expect(
      machine.failed(.unavailable, .none, &throttle, random: 0)
        == .retry(after: .milliseconds(100)))
  }

  @Test func `a server that wants no retry gets none`() {
    var machine = RetryMachine(Self.policy)
    var throttle: RetryThrottle?
    #expect(machine.failed(.unavailable, .never, &throttle, random: 0) == .giveUp)
  }

  @Test func `a policy is clipped to five attempts`() {
    let policy = RetryPolicy(
      maxAttempts: 9, initialBackoff: .seconds(1), maxBackoff: .seconds(1), multiplier: 1,
      retryableCodes: [.unavailable])
    #expect(policy.maxAttempts == 5)
  }

  @Test(arguments: [
    ([String](), Pushback.none), (["0"], .after(.zero)), (["1500"], .after(.milliseconds(1500))),
    (["-1"], .never), (["soon"], .never), ([""], .never), (["2147483648"], .never),
    (["1", "2"], .never),
  ])
  func `pushback is read from the trailers`(values: [String], pushback: Pushback) {
    var trailers: Metadata = ["x": "y"]
    for value in values { trailers.add(value, for: "grpc-retry-pushback-ms") }
    #expect(Pushback(trailers) == pushback)
  }
}

@Suite struct RetryThrottleTests {
  @Test func `half of the tokens stops retries, successes bring them back`() {
    var throttle = RetryThrottle(RetryThrottling(maxTokens: 4, tokenRatio: 0.5))
    #expect(throttle.allowsRetries)
    throttle.failed()
    #expect(throttle.allowsRetries)
    throttle.failed()
    #expect(!throttle.allowsRetries)
    throttle.succeeded()
    #expect(throttle.allowsRetries)
  }

  @Test func `tokens stay between nothing and the maximum`() {
    var throttle = RetryThrottle(RetryThrottling(maxTokens: 2, tokenRatio: 1))
    for _ in 0..<10 { throttle.failed() }
    throttle.succeeded()
    #expect(!throttle.allowsRetries)
    throttle.succeeded()
    #expect(throttle.allowsRetries)
    for _ in 0..<10 { throttle.succeeded() }
    throttle.failed()
    #expect(!throttle.allowsRetries)
  }

  @Test func `a ratio counts to three decimals`() {
    var throttle = RetryThrottle(RetryThrottling(maxTokens: 2, tokenRatio: 0.0019))
    throttle.failed()
    throttle.succeeded()
    #expect(throttle.allowsRetries)
  }

  @Test func `only what a retry might mend costs a token`() {
    var machine = RetryMachine(RetryMachineTests.policy)
    var throttle: RetryThrottle? = RetryThrottle(RetryThrottling(maxTokens: 2, tokenRatio: 1))
    #expect(machine.failed(.notFound, .none, &throttle, random: 0) == .giveUp)
    #expect(throttle?.allowsRetries == true)
    #expect(machine.failed(.notFound, .never, &throttle, random: 0) == .giveUp)
    #expect(throttle?.allowsRetries == false)
  }

  @Test func `a failure that empties half of the tokens is not retried`() {
    var machine = RetryMachine(RetryMachineTests.policy)
    var throttle: RetryThrottle? = RetryThrottle(RetryThrottling(maxTokens: 2, tokenRatio: 1))
    #expect(machine.failed(.unavailable, .none, &throttle, random: 0) == .giveUp)
  }
}

@Suite struct BackoffTests {
  @Test(arguments: [
    (1, 0.0, Duration.seconds(1)), (2, 0, .milliseconds(1600)), (1, 1, .milliseconds(1200)),
    (1, -1, .milliseconds(800)), (40, 0, .seconds(120)), (40, 1, .seconds(144)),
  ])
  func `waits grow to a limit, within the jitter`(failures: Int, random: Double, wait: Duration) {
    let found = Backoff().delay(after: failures, random: random)
    #expect(abs((found - wait) / .milliseconds(1)) < 1)
  }

  @Test func `the wait counts from the beginning of the attempt`() {
    var machine = BackoffMachine(Backoff())
    let start = Deadline(nanoseconds: 5_000_000_000)
    #expect(machine.begin(at: start, minimum: .seconds(20), random: 0) == .seconds(20))
    #expect(machine.pause(at: Deadline(.milliseconds(300), after: start)) == .milliseconds(700))
    #expect(machine.pause(at: Deadline(.seconds(20), after: start)) == .zero)
  }

  @Test func `an attempt may take as long as the wait behind it`() {
    var machine = BackoffMachine(Backoff())
    let start = Deadline(nanoseconds: 1)
    let limits = (0..<12).map { _ in machine.begin(at: start, minimum: .seconds(20), random: 0) }
    #expect(limits.first == .seconds(20))
    #expect(limits.last == .seconds(120))
    machine.reset()
    #expect(machine.pause(at: start) == .zero)
    #expect(machine.begin(at: start, minimum: .zero, random: 0) == .seconds(1))
  }
}
