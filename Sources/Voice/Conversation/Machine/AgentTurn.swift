/// One piece of agent speech between the model's first audio and its last sample at the caller's ear.
struct AgentTurn {
  let number: Int
  /// Where the turn begins in the stream of agent audio.
  let start: Duration
  let firstAudioAt: Duration
  /// End of the caller's speech this turn answers.
  let callerEndedAt: Duration?
  var received: Duration = .zero
  var text = ""
  var firstSentAt: Duration?
  var marked: Duration = .zero
  /// All audio has arrived and the end mark is queued.
  var isClosed = false
  /// It ended before its text did: the connection was lost, or the model broke off.
  var isCut = false

  var end: Duration { start + received }
  var endMark: String { "turn-\(number)-end" }

  /// What the caller heard of the text when the audio up to `position` was played. Fragments are not
  /// aligned with audio, so text is cut in proportion, back to a whole word.
  func heardText(upTo position: Duration) -> String {
    let heard = min(max(position - start, .zero), received)
    if heard >= received { return text }
    let fraction = heard / received
    let kept = text.prefix(Int(Double(text.count) * fraction))
    if kept.count == text.count { return text }
    return String(kept[..<(kept.lastIndex(of: " ") ?? kept.startIndex)])
  }

  var latency: TurnLatency? {
    guard let sent = firstSentAt else { return nil }
    return TurnLatency(
      turn: number, response: callerEndedAt.map { sent - $0 },
      model: callerEndedAt.map { firstAudioAt - $0 }, egress: sent - firstAudioAt)
  }
}
