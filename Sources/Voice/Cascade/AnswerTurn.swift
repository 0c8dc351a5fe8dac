internal import Speech

/// The agent's turn: what the model writes, what is said of it and what was heard; pure.
struct AnswerTurn {
  private struct Said {
    let text: String
    /// In the turn's audio.
    let start: Duration
    var end: Duration
  }

  /// The request to the model that is under way.
  var asking: Int?
  /// Whether a request that failed may be made again.
  var mayAskAgain = true
  private var splitter = SentenceSplitter()
  /// What waits to be said.
  private var sentences: [String] = []
  /// What is being said, and the task that says it.
  private(set) var speaking: (number: Int, sentence: String)?
  private var isFirstSound = true
  private var said: [Said] = []
  /// How many of these belong to answers before the one that is asked for.
  private var saidBefore = 0
  /// All audio so far.
  private var length = Duration.zero
  /// When all of it will have been played.
  private(set) var playedOutAt: Duration?
  /// Functions the model waits for, and the answers that came.
  var toolCalls: [ToolCall] = []
  var toolResponses: [ToolResponse] = []
  /// Everything of it was given on; it lasts until it was heard.
  var isGenerated = false

  init(asking: Int) { self.asking = asking }

  /// Whether anything of it was given on to be heard.
  var hasSounded: Bool { playedOutAt != nil }

  /// Whether the caller hears, or is about to hear, something of it.
  func isAudible(at now: Duration) -> Bool { playedOutAt.map { now < $0 } ?? false }

  /// Whether nothing more of it can come by itself.
  var isSpoken: Bool { asking == nil && speaking == nil && sentences.isEmpty }

  /// Functions have answered, and the model goes on by this request: what was said until then is in the
  /// history, with their calls.
  mutating func goOn(asking number: Int) {
    asking = number
    mayAskAgain = true
    let unsaid = sentences.count + (speaking != nil && isFirstSound ? 1 : 0)
    saidBefore = said.count + unsaid
  }

  /// Takes more of what the model writes.
  mutating func write(_ text: String) { sentences += splitter.add(text) }

  /// The model has written all of an answer.
  mutating func endWriting() {
    sentences += splitter.finish()
    splitter = SentenceSplitter()
  }

  /// The next sentence to be said, by the task of this number; nil when there is none, or one is being
  /// said.
  mutating func beginNextSentence(_ number: Int) -> String? {
    guard speaking == nil, !sentences.isEmpty else { return nil }
    let sentence = sentences.removeFirst()
    speaking = (number, sentence)
    isFirstSound = true
    return sentence
  }

  /// Notes a sound; the sentence it begins, if it is the first of one.
  mutating func sound(of duration: Duration, at now: Duration) -> String? {
    guard let sentence = speaking?.sentence else { return nil }
    let isFirst = isFirstSound
    if isFirst { said.append(Said(text: sentence, start: length, end: length)) }
    isFirstSound = false
    length += duration
    said[said.count - 1].end = length
    playedOutAt = max(now, playedOutAt ?? now) + duration
    return isFirst ? sentence : nil
  }

  mutating func endSpeaking() { speaking = nil }

  /// What the caller has heard of the last answer, to the word, as far as time tells.
  func heard(at now: Duration) -> String {
    let position = length - max(.zero, (playedOutAt ?? now) - now)
    return said.dropFirst(saidBefore).compactMap { part -> String? in
      if position >= part.end { return part.text }
      guard position > part.start else { return nil }
      let share = (position - part.start) / (part.end - part.start)
      let words = part.text.split(separator: " ")
      let count = Int(share * Double(words.count))
      return count > 0 ? words.prefix(count).joined(separator: " ") : nil
    }.joined(separator: " ")
  }
}
