internal import Speech
internal import Synchronization

/// Turns a body that comes in pieces into a turn, and says its text at once. Pieces come one at a time,
/// from any thread.
final class GeminiChatStream: Sendable {
  private struct State {
    var events = ServerSentEvents()
    var turn = GeminiChatTurn(
      idPrefix: "call-" + String(UInt64.random(in: .min ... .max), radix: 36))
    var hasSaid = false
    var failure: SpeechError?
  }

  private let onText: @Sendable (String) -> Void
  private let state = Mutex(State())

  init(onText: @escaping @Sendable (String) -> Void) { self.onText = onText }

  /// Whether any text was given.
  var hasSaid: Bool { state.withLock { $0.hasSaid } }

  /// Whether the model came to an end, so that nothing of interest can follow.
  var isFinished: Bool { state.withLock { $0.failure != nil || $0.turn.isFinished } }

  /// Takes the next piece; nothing after a failure.
  func take(_ piece: [UInt8]) {
    for text in state.withLock({ Self.read(piece, &$0) }) { onText(text) }
  }

  private static func read(_ piece: [UInt8], _ state: inout State) -> [String] {
    guard state.failure == nil else { return [] }
    var texts: [String] = []
    do throws(SpeechError) {
      for event in try state.events.read(piece) {
        if let text = try state.turn.take(event).nonEmpty { texts.append(text) }
      }
    } catch {
      state.failure = error
    }
    if !texts.isEmpty { state.hasSaid = true }
    return texts
  }

  /// The turn, when the stream has ended.
  func answer() throws(SpeechError) -> ChatAnswer {
    let (turn, failure) = state.withLock { ($0.turn, $0.failure) }
    if let failure { throw failure }
    return try turn.answer()
  }
}
