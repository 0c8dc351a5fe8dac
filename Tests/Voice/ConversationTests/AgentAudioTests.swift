import Audio
import Testing

@testable import Conversation

@Suite struct AgentAudioTests {
  @Test(arguments: [8_001, 22_051, 24_001, 191_999])
  func `speech at a rate that nobody uses is played all the same`(hertz: Int) {
    var audio = AgentAudio(output: .telephone)
    let samples = [Int16](repeating: 0, count: hertz / 10)
    let frame = audio.convert(PCMFrame(samples: samples, rate: SampleRate(hertz: hertz)))
    #expect(frame.rate == .telephone)
    #expect(abs(frame.samples.count - 800) <= 2)
  }
}
