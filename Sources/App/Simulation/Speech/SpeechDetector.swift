/// Finds where speech starts and ends in a stream of samples, by energy.
///
/// Cheap on purpose: one pass per 20 ms frame, no allocation while nobody speaks. The noise floor
/// is followed slowly, so that a caller's line noise does not count as speech. The server has its
/// own detector; this one is separate so that it can judge the other.
package struct SpeechDetector: Sendable {
  /// What a frame of audio changed.
  package enum Event: Sendable, Equatable {
    /// Speech began `ago` before the end of the samples consumed so far.
    case started(ago: Duration)
    /// Speech ended; the utterance with a little of what came before and after it.
    case ended([Int16])
  }

  private static let frameLength: Duration = .milliseconds(20)
  private static let preroll: Duration = .milliseconds(300)
  private static let longest: Duration = .seconds(30)
  /// No speech is softer than this root mean square; about -42 dBFS.
  private static let quietest = 260

  package let sampleRate: Int
  private let frame: Int
  private let framesToStart: Int
  private let framesToEnd: Int
  private let keepsAudio: Bool
  private var pending: [Int16] = []
  private var recent: [Int16] = []
  private var utterance: [Int16] = []
  private var floor = 60
  private var loudRun = 0
  private var quietRun = 0
  /// Whether speech has started and not ended.
  package private(set) var isSpeaking = false

  /// Speech starts after `start` of loud frames and ends after `end` of quiet ones. Without
  /// `keepsAudio` an ended utterance is empty.
  package init(sampleRate: Int, start: Duration, end: Duration, keepsAudio: Bool = true) {
    self.sampleRate = sampleRate
    self.frame = Self.frameLength.samples(rate: sampleRate)
    self.framesToStart = max(1, start.milliseconds / 20)
    self.framesToEnd = max(1, end.milliseconds / 20)
    self.keepsAudio = keepsAudio
  }

  /// Takes the next samples, however many, and answers with what they changed, in order.
  package mutating func consume(_ samples: [Int16]) -> [Event] {
    pending.append(contentsOf: samples)
    var events: [Event] = []
    var offset = 0
    while pending.count - offset >= frame {
      if let event = step(pending[offset..<(offset + frame)]) { events.append(event) }
      offset += frame
    }
    pending.removeFirst(offset)
    return events
  }

  /// Ends speech in progress at once, as a closed microphone does.
  package mutating func finish() -> Event? {
    guard isSpeaking else { return nil }
    return end()
  }

  private mutating func step(_ samples: ArraySlice<Int16>) -> Event? {
    let level = PCM.level(samples)
    let isLoud = level > max(Self.quietest, floor * 3)
    if !isLoud { floor += (level - floor) / 16 }
    remember(samples)
    return isSpeaking ? continueSpeech(isLoud) : awaitSpeech(isLoud)
  }

  private mutating func remember(_ samples: ArraySlice<Int16>) {
    guard keepsAudio else { return }
    if isSpeaking {
      utterance.append(contentsOf: samples)
    } else {
      recent.append(contentsOf: samples)
      let excess = recent.count - Self.preroll.samples(rate: sampleRate)
      if excess > 0 { recent.removeFirst(excess) }
    }
  }

  private mutating func awaitSpeech(_ isLoud: Bool) -> Event? {
    loudRun = isLoud ? loudRun + 1 : 0
    guard loudRun >= framesToStart else { return nil }
    isSpeaking = true
    quietRun = 0
    utterance = recent
    recent.removeAll(keepingCapacity: true)
    return .started(ago: Self.frameLength * loudRun)
  }

  private mutating func continueSpeech(_ isLoud: Bool) -> Event? {
    quietRun = isLoud ? 0 : quietRun + 1
    let isTooLong = utterance.count > Self.longest.samples(rate: sampleRate)
    return quietRun >= framesToEnd || isTooLong ? end() : nil
  }

  private mutating func end() -> Event {
    isSpeaking = false
    loudRun = 0
    quietRun = 0
    defer { utterance = [] }
    return .ended(utterance)
  }
}
