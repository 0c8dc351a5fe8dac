internal import Audio

/// Cuts what the caller says out of the audio, each utterance with a little of what was before; pure.
struct UtteranceCapture {
  enum Event: Equatable {
    case began
    /// The caller has paused, or said as much as one utterance may have.
    case ended(PCMFrame)
  }

  /// What is kept from before speech was sure: a soft first sound is in it.
  private static let lead = Duration.milliseconds(300)

  private let rate: SampleRate
  private let longest: Int
  private let leadSamples: Int
  private var detector: VoiceActivityDetector
  /// The utterance, or the last of what was before one.
  private var samples: [Int16] = []

  /// `start` and `end` are how long sound, and silence, must last to count.
  init(
    rate: SampleRate, start: Duration, end: Duration, isSensitive: Bool, longest: Duration
  ) {
    self.rate = rate
    self.longest = rate.samples(in: longest)
    leadSamples = rate.samples(in: Self.lead)
    detector = VoiceActivityDetector(
      rate: rate, minimum: isSensitive ? -45 : -38, margin: isSensitive ? 9 : 14, start: start,
      end: end)
  }

  /// Whether somebody speaks now, as far as one can know.
  var isSpeech: Bool { detector.isSpeech }

  mutating func hear(_ frame: PCMFrame) -> [Event] {
    samples += frame.samples
    var events: [Event] = []
    for edge in detector.process(frame.samples) {
      switch edge {
      case .started: events.append(.began)
      case .ended: events.append(.ended(take()))
      }
    }
    if !detector.isSpeech {
      samples.removeFirst(max(0, samples.count - leadSamples))
    } else if samples.count >= longest {
      events.append(.ended(take()))
    }
    return events
  }

  private mutating func take() -> PCMFrame {
    defer { samples = [] }
    return PCMFrame(samples: samples, rate: rate)
  }
}
