/// Finds where speech begins and ends by energy over an adaptive noise floor; pure.
///
/// Works on 20 ms windows: silence → (`startWindows` loud in a row) → speech → (`endWindows` quiet in a
/// row) → silence. Edges are dated back to the first loud and the last loud window.
package struct VoiceActivityDetector: Sendable {
  package enum Edge: Sendable, Equatable {
    /// Speech began this long before the end of the audio just processed.
    case started(ago: Duration)
    /// The last loud window ended this long before the end of the audio just processed.
    case ended(ago: Duration)
  }

  private let rate: SampleRate
  private let window: Int
  private let minimum: Double
  private let margin: Double
  private let startWindows: Int
  private let endWindows: Int
  private var pending: [Int16] = []
  private var floor = -60.0
  private var loud = 0
  private var quiet = 0
  package private(set) var isSpeech = false

  /// `minimum` (dBFS) and `margin` (decibels over the noise) are what a window needs to be loud.
  package init(
    rate: SampleRate, minimum: Double = -45, margin: Double = 9,
    start: Duration = .milliseconds(60), end: Duration = .milliseconds(300)
  ) {
    self.rate = rate
    self.minimum = minimum
    self.margin = margin
    window = rate.hertz / 50
    startWindows = max(1, rate.samples(in: start) / window)
    endWindows = max(1, rate.samples(in: end) / window)
  }

  /// How long ago, before the end of the audio just processed, the last loud window ended; nil outside speech.
  package var sinceLastVoice: Duration? {
    isSpeech ? ago(windows: quiet, rest: pending.count) : nil
  }

  /// Feeds audio of any length and answers the edges found in it, in order.
  package mutating func process(_ samples: [Int16]) -> [Edge] {
    pending.append(contentsOf: samples)
    var edges: [Edge] = []
    var start = 0
    while pending.count - start >= window {
      let level = AudioLevel(of: pending[start..<start + window]).rms
      start += window
      if let edge = advance(level, rest: pending.count - start) { edges.append(edge) }
    }
    pending.removeFirst(start)
    return edges
  }

  private mutating func advance(_ level: Double, rest: Int) -> Edge? {
    let isLoud = level > max(minimum, floor + margin)
    // The floor falls at once and rises 1.25 dB a second, so that speech does not lift it in a sentence.
    floor = max(-75, min(level, floor + 0.025))
    loud = isLoud ? loud + 1 : 0
    quiet = isLoud ? 0 : quiet + 1
    if !isSpeech, loud >= startWindows {
      isSpeech = true
      return .started(ago: ago(windows: loud, rest: rest))
    }
    if isSpeech, quiet >= endWindows {
      isSpeech = false
      return .ended(ago: ago(windows: quiet, rest: rest))
    }
    return nil
  }

  private func ago(windows: Int, rest: Int) -> Duration {
    rate.duration(samples: windows * window + rest)
  }
}
