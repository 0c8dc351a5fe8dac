internal import Buffers
internal import Speech

/// What was said so far, as a chat model wants it; pure.
struct ChatHistory {
  /// What the application says to the model begins with this.
  static let instructionMark = "[instruction] "
  /// Turns that are kept: some fifty questions and answers.
  private static let limit = 120

  private(set) var turns: [ChatTurn] = []

  mutating func add(_ turn: ChatTurn) {
    turns.append(turn)
    guard turns.count > Self.limit else { return }
    // It begins with somebody's words: an answer to a tool call without the call would be refused.
    let start = turns.indices.dropFirst(turns.count - Self.limit).first {
      if case .user = turns[$0] { true } else { false }
    }
    turns.removeFirst(start ?? 0)
  }

  /// Takes back what the caller said and nobody has answered.
  mutating func takeLastUser() -> String? {
    guard case .user(let text)? = turns.last else { return nil }
    turns.removeLast()
    return text
  }

  /// What the model said last was heard in part only, or not at all.
  mutating func cutLastAnswer(to heard: String) {
    guard case .model(let answer)? = turns.last, answer.toolCalls.isEmpty else { return }
    if heard.isEmpty {
      turns.removeLast()
    } else {
      turns[turns.count - 1] = .model(ChatAnswer(text: heard + " …"))
    }
  }
}
