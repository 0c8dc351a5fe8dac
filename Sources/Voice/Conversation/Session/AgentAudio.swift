internal import Audio

/// Brings agent audio of any rate to the carrier's, each source rate with its own filter memory.
struct AgentAudio {
  private let output: SampleRate
  private var resampler: Resampler?

  init(output: SampleRate) { self.output = output }

  mutating func convert(_ frame: PCMFrame) -> PCMFrame {
    if frame.rate == output { return frame }
    if resampler?.input != frame.rate { resampler = Resampler(from: frame.rate, to: output) }
    return resampler?.process(frame) ?? frame
  }

  /// What follows is unrelated to what went before.
  mutating func cut() { resampler?.reset() }
}
