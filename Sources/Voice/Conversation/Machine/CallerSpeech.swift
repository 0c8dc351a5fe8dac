internal import Audio
internal import Speech

/// What the caller said and when, until it is written to the transcript; pure.
struct CallerSpeech {
  private var detector: VoiceActivityDetector
  private var fragments: [(words: Recognition, at: Duration)] = []
  private(set) var startedAt: Duration?
  /// End of the latest finished speech that no answer has been matched with.
  private(set) var endedAt: Duration?
  /// Last moment the caller was known to speak.
  private(set) var lastVoice: Duration = .zero

  private var takenAt: Duration = .seconds(-1)

  init(rate: SampleRate) { detector = VoiceActivityDetector(rate: rate) }

  var isSpeaking: Bool { detector.isSpeech }

  enum Change {
    case none
    case started(Duration)
    case ended
  }

  /// Feeds a frame whose last sample arrived `now`; the last change in it wins.
  mutating func hear(_ frame: PCMFrame, at now: Duration) -> Change {
    var change = Change.none
    for edge in detector.process(frame.samples) {
      switch edge {
      case .started(let ago):
        if startedAt == nil { startedAt = now - ago }
        change = .started(now - ago)
      case .ended(let ago):
        lastVoice = now - ago
        // An answer may begin before the detector has waited out the pause; it took this end already.
        if lastVoice - takenAt > .milliseconds(200) { endedAt = lastVoice }
        change = .ended
      }
    }
    if let since = detector.sinceLastVoice { lastVoice = now - since }
    return change
  }

  /// The end of speech an answer beginning now belongs to; also when the detector still waits out a pause.
  mutating func takeEnd() -> Duration? {
    let end = isSpeaking ? lastVoice : endedAt
    takenAt = end ?? takenAt
    endedAt = nil
    return end
  }

  /// The next answer has another cause than the caller's last words.
  mutating func forgetEnd() { endedAt = nil }

  mutating func add(_ words: Recognition, at now: Duration) { fragments.append((words, now)) }

  /// Takes the words that arrived before `limit` as one entry; nil when there are none.
  mutating func takeEntry(turn: Int, before limit: Duration) -> TranscriptEntry? {
    let taken = fragments.prefix { $0.at < limit }
    guard let first = taken.first, let last = taken.last else { return nil }
    fragments.removeFirst(taken.count)
    let heard = Recognition(joining: taken.map(\.words))
    let text = heard.text.trimmed
    let begin = min(startedAt ?? first.at, first.at)
    startedAt = isSpeaking && limit != .forever ? limit : nil
    if text.isEmpty { return nil }
    return TranscriptEntry(
      turn: turn, speaker: .caller, text: text, startedAt: begin,
      endedAt: lastVoice > begin ? min(lastVoice, limit) : last.at,
      confidence: heard.confidence, languageCode: heard.languageCode)
  }
}

extension Duration {
  /// Later than any call.
  static let forever = Duration.seconds(1 << 40)
}

extension String {
  var trimmed: String {
    guard let first = firstIndex(where: { !$0.isWhitespace }),
      let last = lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(self[first...last])
  }
}
