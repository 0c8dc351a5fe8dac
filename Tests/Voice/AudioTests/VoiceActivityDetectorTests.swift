import Audio
import Testing

@Suite struct VoiceActivityDetectorTests {
  /// Feeds one second of silence, `voiced` of tone, one second of silence in frames of `size`; answers
  /// the edges as times from the start.
  private func edges(voiced: Duration, size: Int, noise: Double = 0) -> [(String, Duration)] {
    let rate = SampleRate.telephone
    var generator = SystemRandomNumberGenerator()
    var signal = [Int16](repeating: 0, count: 8_000)
    signal += tone(440, rate: rate, count: rate.samples(in: voiced))
    signal += [Int16](repeating: 0, count: 8_000)
    if noise > 0 {
      signal = signal.map {
        Int16(clamping: Int($0) + Int(Double.random(in: -noise...noise, using: &generator)))
      }
    }
    var detector = VoiceActivityDetector(rate: rate)
    var result: [(String, Duration)] = []
    for start in stride(from: 0, to: signal.count, by: size) {
      let end = min(start + size, signal.count)
      for edge in detector.process(Array(signal[start..<end])) {
        switch edge {
        case .started(let ago): result.append(("start", rate.duration(samples: end) - ago))
        case .ended(let ago): result.append(("end", rate.duration(samples: end) - ago))
        }
      }
    }
    return result
  }

  @Test(arguments: [160, 800, 1_600, 333], [0.0, 80])
  func `edges are dated to the speech, however it is framed`(size: Int, noise: Double) throws {
    let found = edges(voiced: .milliseconds(700), size: size, noise: noise)
    try #require(found.map(\.0) == ["start", "end"])
    #expect(abs(found[0].1 - .seconds(1)) <= .milliseconds(20))
    #expect(abs(found[1].1 - .milliseconds(1_700)) <= .milliseconds(20))
  }

  @Test func `a click is not speech`() {
    #expect(edges(voiced: .milliseconds(30), size: 160).isEmpty)
  }

  @Test func `steady noise becomes the floor`() {
    var detector = VoiceActivityDetector(rate: .telephone)
    var generator = SystemRandomNumberGenerator()
    let hiss = (0..<160_000).map { _ in Int16.random(in: -1_000...1_000, using: &generator) }
    _ = detector.process(hiss + hiss + hiss)
    #expect(!detector.isSpeech)
  }
}

extension Duration {
  fileprivate static func abs(_ value: Duration) -> Duration {
    value < .zero ? .zero - value : value
  }
}

private func abs(_ value: Duration) -> Duration { .abs(value) }
