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

  @Test func `a peer has more patience, since many people may sit behind it`() {
    let seconds = waits(.peer, count: 52).map { $0.components.seconds }
    #expect(seconds.prefix(50).allSatisfy { $0 == 0 })
    #expect(seconds.suffix(2) == [1, 2])
  }

  @Test func `an attempt that has to wait does not lengthen the wait`() {
    let throttle = LoginThrottle(failures: 8, lastTime: start)
    #expect(throttle.attempt(.address, at: start) == .wait(.seconds(8)))
    #expect(throttle.attempt(.address, at: start + .seconds(7)) == .wait(.seconds(1)))
    #expect(
      throttle.attempt(.address, at: start + .seconds(8))
        == .proceed(LoginThrottle(failures: 9, lastTime: start + .seconds(8))))
  }

  @Test func `a quiet day begins anew`() {
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

  @Test(
    arguments: [
      ("192.0.2.7:40000", "192.0.2.7"), ("[2001:db8::1]:40000", "[2001:db8::1]"),
      ("127.0.0.1:40000", nil), ("[::1]:40000", nil), ("unix:/run/a:b", nil), ("", nil),
    ] as [(String, String?)])
  func `a peer is counted by its host, unless it is on this machine`(peer: String, host: String?) {
    #expect(LoginGuard.host(peer).map(String.init) == host)
  }
}
