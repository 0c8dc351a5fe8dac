import Domain
import Speech
import Testing

@testable import Calls

@Suite struct PricingTests {
  @Test(
    arguments: [
      (Duration.zero, 0), (.milliseconds(1), 600_000), (.seconds(60), 600_000),
      (.milliseconds(60_001), 1_200_000), (.seconds(3_600), 36_000_000),
    ] as [(Duration, Int64)])
  func `the line costs by minutes begun`(duration: Duration, micros: Int64) {
    #expect(Pricing().telephony(duration) == Rupees(micros: micros))
  }

  @Test func `the model costs by what it heard and said`() {
    let usage = TokenUsage(prompt: 1_000, response: 10)
    #expect(Pricing().model(usage) == Rupees(micros: 275_600))
  }
}
