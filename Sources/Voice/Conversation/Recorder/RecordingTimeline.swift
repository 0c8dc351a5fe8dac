internal import Audio

/// Places both sides of a call on one time axis; pure. Times count from the beginning of the recording.
struct RecordingTimeline {
  static let caller: UInt8 = 0
  static let agent: UInt8 = 1
  /// A caller gap shorter than this is jitter, not silence.
  private static let tolerance = Duration.milliseconds(400)

  let rate: SampleRate
  private var callerEnd = 0
  private var agentEnd = 0

  init(rate: SampleRate) { self.rate = rate }

  /// A frame whose last sample arrived at `time`, or was due then; nil when that is before the
  /// recording began.
  mutating func caller(_ samples: [Int16], at time: Duration) -> AudioSegment? {
    if time < .zero { return nil }
    let expected = max(0, rate.samples(in: time) - samples.count)
    if expected - callerEnd > rate.samples(in: Self.tolerance) { callerEnd = expected }
    defer { callerEnd += samples.count }
    return AudioSegment(channel: Self.caller, position: callerEnd, samples: samples)
  }

  /// A chunk handed to the carrier: it plays after what was handed over before.
  mutating func agent(_ samples: [Int16], at now: Duration) -> AudioSegment {
    let start = max(agentEnd, rate.samples(in: now))
    agentEnd = start + samples.count
    return AudioSegment(channel: Self.agent, position: start, samples: samples)
  }

  /// The carrier dropped what it had not played: silence takes its place.
  mutating func agentCleared(at now: Duration) -> AudioSegment? {
    let heard = rate.samples(in: now)
    guard agentEnd > heard else { return nil }
    defer { agentEnd = heard }
    return AudioSegment(
      channel: Self.agent, position: heard,
      samples: [Int16](repeating: 0, count: agentEnd - heard))
  }
}
