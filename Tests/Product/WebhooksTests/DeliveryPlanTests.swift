import Testing

@testable internal import Webhooks

@Suite struct DeliveryPlanTests {
  private func next(
    _ answer: DeliveryPlan.Answer, step: Int = 1, failingFor: Duration = .zero, jitter: Double = 1
  ) -> DeliveryPlan.OnAttempt {
    DeliveryPlan.attempted(answer, step: step, failingFor: failingFor, jitter: jitter)
  }

  @Test func `ten attempts spread over 75 hours, 35 minutes and 5 seconds`() {
    #expect(DeliveryPlan.pauses.count == 10)
    let total = DeliveryPlan.pauses.reduce(0, +)
    #expect(total == 272_105)
    for step in 1...9 {
      let pause = Duration.seconds(DeliveryPlan.pauses[step])
      #expect(next(.none, step: step) == .retry(after: pause, rest: nil))
    }
    #expect(next(.none, step: 10) == .exhausted)
    #expect(next(.status(500), step: 10) == .exhausted)
  }

  @Test(arguments: [200, 201, 202, 204, 299])
  func `success is any 2xx`(status: Int) {
    #expect(next(.status(status), step: 10, failingFor: .seconds(1_000_000)) == .delivered)
  }

  @Test(arguments: [301, 302, 307, 308, 400, 401, 404, 409, 500, 501, 0, 999])
  func `anything else is tried again, redirects too`(status: Int) {
    #expect(next(.status(status)) == .retry(after: .seconds(5), rest: nil))
  }

  @Test func `the jitter stretches the pause`() {
    #expect(next(.none, step: 2, jitter: 0.8) == .retry(after: .seconds(240), rest: nil))
    #expect(next(.none, step: 2, jitter: 1.2) == .retry(after: .seconds(360), rest: nil))
  }

  @Test(arguments: [429, 502, 503, 504])
  func `an endpoint that asks for rest gets it, within a second and a day`(status: Int) {
    func rested(_ seconds: Int64?) -> DeliveryPlan.OnAttempt {
      next(.status(status, retryAfter: seconds.map { .seconds($0) }))
    }
    #expect(rested(120) == .retry(after: .seconds(120), rest: .seconds(120)))
    #expect(rested(0) == .retry(after: .seconds(5), rest: .seconds(1)))
    #expect(rested(1_000_000) == .retry(after: .seconds(86_400), rest: .seconds(86_400)))
    #expect(rested(nil) == .retry(after: .seconds(30), rest: .seconds(30)))
    #expect(
      next(.status(500, retryAfter: .seconds(120))) == .retry(after: .seconds(5), rest: nil))
  }

  @Test func `gone pauses at once, and five days of failures do`() {
    #expect(next(.status(410)) == .pause(.gone))
    let days = Duration.seconds(5 * 86_400)
    #expect(next(.status(500), failingFor: days) == .pause(.failing))
    #expect(next(.none, failingFor: days - .seconds(1)) == .retry(after: .seconds(5), rest: nil))
  }

  @Test func `a delivery that comes due is sent, put off, parked or dropped`() {
    typealias Standing = DeliveryPlan.Standing
    #expect(DeliveryPlan.due(Standing()) == .send)
    #expect(DeliveryPlan.due(Standing(isPending: false, endpointIsActive: false)) == .drop)
    #expect(DeliveryPlan.due(Standing(endpointIsActive: false)) == .park)
    #expect(DeliveryPlan.due(Standing(isTest: true, endpointIsActive: false)) == .send)
    #expect(DeliveryPlan.due(Standing(merchantIsActive: false)) == .wait(.seconds(3_600)))
    let later = Standing(rest: .seconds(5), pause: .seconds(9))
    #expect(DeliveryPlan.due(later) == .wait(.seconds(9)))
  }

  @Test func `an endpoint has four places, and gets them back`() {
    let gate = EndpointGate()
    let entered = (0..<5).map { _ in gate.enter("a") }
    #expect(entered == [true, true, true, true, false])
    let other = gate.enter("b")
    #expect(other)
    gate.leave("a")
    let again = gate.enter("a")
    #expect(again)
  }

  @Test(arguments: [
    ("120", 120), ("0", 0), ("99999999999", 1_000_000),
    ("Sun, 06 Nov 1994 08:49:37 GMT", 0), ("soon", nil), ("-5", nil), ("1.5", nil), ("", nil),
  ])
  func `Retry-After is seconds or a date`(text: String, seconds: Int64?) {
    #expect(WebhookClient.retryAfter(text) == seconds.map { .seconds($0) })
  }
}
