package import Voices

/// One answer being sent: audio in parts of 40 ms faster than real time, with its transcript in
/// fragments beside it, then the wait until it has been played.
package struct SpeechPlayback: Sendable {
  private static let part: Duration = .milliseconds(40)
  /// Parts are sent in steps of this length, to save timers.
  private static let step: Duration = .milliseconds(20)

  package let clip: SpeechClip
  package let startedAt: Duration
  private let speed: Int
  private var fragments: ArraySlice<String>
  private let samplesPerFragment: Int
  private var sent = 0
  private var fragmentsSent = 0
  private var stepsTaken = 0
  package var isGenerationReported = false

  package init(_ clip: SpeechClip, at now: Duration, speed: Int) {
    self.clip = clip
    self.speed = speed
    startedAt = now
    let words = clip.text.split(separator: " ", omittingEmptySubsequences: true)
    let fragments = stride(from: 0, to: words.count, by: 3).map {
      words[$0..<min($0 + 3, words.count)].joined(separator: " ") + " "
    }
    self.fragments = fragments[...]
    samplesPerFragment = max(1, clip.samples.count / max(1, fragments.count))
  }

  package var isSent: Bool { sent >= clip.samples.count }

  /// When a client that plays at real time has played everything.
  package var playedAt: Duration {
    startedAt + .samples(clip.samples.count, rate: clip.sampleRate)
  }

  /// When `parts` has something again.
  package var nextStep: Duration { startedAt + Self.step * stepsTaken }

  /// What is due by `now`: slices of 40 ms, each with the fragments spoken up to it.
  package mutating func parts(at now: Duration) -> [(audio: ArraySlice<Int16>, transcript: String?)]
  {
    stepsTaken = (now - startedAt).milliseconds / Self.step.milliseconds + 1
    let due = (Self.step * stepsTaken * speed).samples(rate: clip.sampleRate)
    let length = Self.part.samples(rate: clip.sampleRate)
    var parts: [(audio: ArraySlice<Int16>, transcript: String?)] = []
    while sent < min(due, clip.samples.count) {
      let end = min(sent + length, clip.samples.count)
      parts.append((clip.samples[sent..<end], fragment(before: end)))
      sent = end
    }
    return parts
  }

  /// Whether half of the audio has been sent.
  package var isHalfSent: Bool { sent * 2 >= clip.samples.count }

  private mutating func fragment(before end: Int) -> String? {
    guard !fragments.isEmpty, end >= fragmentsSent * samplesPerFragment else { return nil }
    fragmentsSent += 1
    return fragments.removeFirst()
  }
}
