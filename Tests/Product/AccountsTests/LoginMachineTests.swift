internal import Domain
import Testing

@testable internal import Accounts

/// Refresh tokens and the throttle, under virtual time.
@Suite struct LoginMachineTests {
  private let start = Moment(seconds: 1_800_000_000)

  private func shown(_ change: (inout RefreshMachine.Token) -> Void) -> RefreshMachine.OnToken {
    var token = RefreshMachine.Token(sessionExpireTime: start + .seconds(10))
    change(&token)
    return RefreshMachine.show(token, at: start)
  }

  @Test func `a fresh token is rotated, a used one ends its session, any other does nothing`() {
    #expect(shown { _ in } == .rotate)
    #expect(shown { $0.isUsed = true } == .endSession)
    #expect(RefreshMachine.show(nil, at: start) == .refuse)
    #expect(shown { $0.sessionHasEnded = true } == .refuse)
    #expect(shown { $0.merchantIsClosed = true } == .refuse)
    #expect(shown { $0.sessionExpireTime = start } == .refuse)
    #expect(
      shown {
        $0.isUsed = true
        $0.sessionHasEnded = true
      } == .refuse, "an ended session cannot end again")
  }

  /// Lets attempts fail, each as soon as it is let in, and gives how long each had to wait.
  private func waits(_ subject: LoginThrottle.Subject, count: Int) -> [Duration] {
    var throttle = LoginThrottle(failures: 0, lastTime: start)
    var now = start
    var waits: [Duration] = []
    for _ in 0..<count {
      var waited = Duration.zero
      if case .wait(let wait) = throttle.attempt(subject, at: now) {
        waited = wait
        now = now + wait
      }
      guard case .proceed(let next) = throttle.attempt(subject, at: now) else { return waits }
      throttle = next
      waits.append(waited)
    }
    return waits
  }

  @Test func `the first failures cost nothing, each later one doubles the wait, to a limit`() {
    let seconds = waits(.address, count: 18).map { $0.components.seconds }
    #expect(seconds == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900])
  }

  /// Lets a client's attempts fail at these seconds; what is known then, and how many had to wait.
  private func client(
    failingAt seconds: some Sequence<Int64>
  ) -> (throttle: LoginThrottle, refused: Int) {
    var throttle = LoginThrottle(failures: 0, lastTime: start)
    var refused = 0
    for second in seconds {
      switch throttle.attempt(.client, at: start + .seconds(second)) {
      case .proceed(let next): throttle = next
      case .wait: refused += 1
      }
    }
    return (throttle, refused)
  }

  @Test func `a client has more patience, since many people may sit behind it`() {
    let seconds = waits(.client, count: 53).map { $0.components.seconds }
    #expect(seconds.prefix(50).allSatisfy { $0 == 0 })
    #expect(seconds.suffix(3) == [60, 60, 60])
  }

  @Test(arguments: [(60, 30_240), (1_440, 60), (1_000, 59)] as [(Int64, Int64)])
  func `failures that come slowly never hold up their client`(count: Int64, apart: Int64) {
    #expect(client(failingAt: stride(from: 0, to: count * apart, by: Int(apart))).refused == 0)
  }

  @Test func `failures that go on faster than they are forgotten do`() {
    let (throttle, refused) = client(failingAt: stride(from: Int64(0), to: 86_400, by: 30))
    #expect(throttle.failures == 50)
    #expect((1_380...1_400).contains(refused))
  }

  @Test func `a burst holds up its client for a minute, and is forgotten within the hour`() {
    let (throttle, refused) = client(failingAt: Array(repeating: Int64(0), count: 500))
    #expect(refused == 450)
    #expect(throttle.attempt(.client, at: start + .seconds(59)) == .wait(.seconds(1)))
    let next = start + .seconds(60)
    #expect(
      throttle.attempt(.client, at: next)
        == .proceed(LoginThrottle(failures: 50, lastTime: next)))
    let later = start + .seconds(3_000)
    #expect(
      throttle.attempt(.client, at: later)
        == .proceed(LoginThrottle(failures: 1, lastTime: later)))
  }

  @Test func `guesses at one address alone never fill their client's room`() {
    var address = LoginThrottle(failures: 0, lastTime: start)
    var client = address
    for second in 0..<7_200 {
      let now = start + .seconds(second)
      guard case .proceed(let tried) = address.attempt(.address, at: now) else { continue }
      guard case .proceed(let counted) = client.attempt(.client, at: now) else {
        Issue.record("the client had to wait at second \(second)")
        return
      }
      (address, client) = (tried, counted)
      #expect(client.failures < 20)
    }
  }

  @Test(arguments: [LoginThrottle.Subject.address, .client])
  func `a clock that is behind costs no wait while failures are free`(
    subject: LoginThrottle.Subject
  ) {
    for failures in 0..<5 {
      let throttle = LoginThrottle(failures: failures, lastTime: start + .seconds(3))
      guard case .proceed(let next) = throttle.attempt(subject, at: start) else {
        Issue.record("\(failures) failures had to wait")
        return
      }
      #expect(next.failures == failures + 1)
    }
  }

  @Test func `an attempt that has to wait does not lengthen the wait`() {
    let throttle = LoginThrottle(failures: 8, lastTime: start)
    #expect(throttle.attempt(.address, at: start) == .wait(.seconds(8)))
    #expect(throttle.attempt(.address, at: start + .seconds(7)) == .wait(.seconds(1)))
    #expect(
      throttle.attempt(.address, at: start + .seconds(8))
        == .proceed(LoginThrottle(failures: 9, lastTime: start + .seconds(8))))
  }

  @Test func `a quiet day begins an address anew`() {
    let throttle = LoginThrottle(failures: 40, lastTime: start)
    let later = start + .seconds(86_400)
    #expect(
      throttle.attempt(.address, at: later)
        == .proceed(LoginThrottle(failures: 1, lastTime: later)))
  }

  @Test(
    arguments: [
      (nil, 2_592_000), ("7200s", 7_200), ("1s", 3_600), ("99999999s", 7_776_000),
      ("soon", 2_592_000),
    ] as [(String?, Int64)])
  func `a session lasts as the merchant says, within reason`(text: String?, seconds: Int64) {
    #expect(SessionLifetime.parse(text) == .seconds(seconds))
  }
}
