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

  @Test(
    arguments: [
      (SpeechUsage(), 0),
      (SpeechUsage(live: TokenUsage(prompt: 1_000, response: 10)), 275_600),
      (SpeechUsage(chat: TokenUsage(prompt: 1_000, response: 10)), 9_360),
      (SpeechUsage(recognizedSeconds: 60), 2_118_000),
      (SpeechUsage(spokenCharacters: 1_000), 1_325_000),
      (
        SpeechUsage(
          live: TokenUsage(prompt: 1), chat: TokenUsage(response: 1), recognizedSeconds: 1,
          spokenCharacters: 1), 36_926
      ),
    ] as [(SpeechUsage, Int64)])
  func `a conversation costs by what it took of each vendor`(usage: SpeechUsage, micros: Int64) {
    #expect(Pricing().speech(usage) == Rupees(micros: micros))
  }
}
