/// One stretch of speech in a recording.
package struct Utterance: Sendable, Equatable {
  /// A pause of this length ends it.
  private static let pause: Duration = .milliseconds(700)
  /// No speech is softer, as a root mean square.
  private static let quietest = 260

  /// 16 kHz, with a little of what came before and after.
  package let samples: [Int16]
  /// When speech begins and ends, from the start of the recording.
  let time: Range<Duration>

  /// All speech in 16 kHz samples, in order.
  static func found(in samples: [Int16]) -> [Utterance] {
    let rate = LiveMachine.earRate
    let frame = rate / 50
    var detector = SpeechDetector(sampleRate: rate, start: .milliseconds(60), end: pause)
    var utterances: [Utterance] = []
    var start: Duration = .zero
    for offset in stride(from: 0, to: samples.count, by: frame) {
      let end = min(samples.count, offset + frame)
      let now = Duration.samples(end, rate: rate)
      for event in detector.consume(Array(samples[offset..<end])) {
        switch event {
        case .started(let ago): start = max(.zero, now - ago)
        case .ended(let speech): utterances.append(Utterance(speech, start, now - pause))
        }
      }
    }
    if case .ended(let speech) = detector.finish() {
      utterances.append(Utterance(speech, start, .samples(loudEnd(of: samples), rate: rate)))
    }
    return utterances
  }

  /// Where the last frame ends that is no silence.
  private static func loudEnd(of samples: [Int16]) -> Int {
    let frame = LiveMachine.earRate / 50
    var end = samples.count
    while end >= frame, PCM.level(samples[(end - frame)..<end]) < quietest { end -= frame }
    return end
  }

  /// Speech that ends after it began.
  private init(_ samples: [Int16], _ start: Duration, _ end: Duration) {
    self.samples = samples
    time = start..<max(start, end)
  }
}
