/// What was said in a call before another model took it over; personal data. Pure.
struct SpokenSoFar {
  private enum Speaker: String {
    case caller, agent
  }

  private static let lineLimit = 60

  private var lines: [(speaker: Speaker, text: String)] = []
  /// What the application asked for and nothing was heard of yet.
  private(set) var instruction: String?
  /// Functions that the model waits for.
  private(set) var openCalls: [String] = []

  mutating func note(_ event: RealtimeEvent) {
    switch event {
    case .inputTranscript(let heard): add(heard.text, by: .caller)
    case .outputTranscript(let text): add(text, by: .agent)
    case .audio: instruction = nil
    case .toolCalls(let calls): openCalls += calls.map(\.id)
    case .toolCallsCancelled(let ids): openCalls.removeAll { ids.contains($0) }
    default: break
    }
  }

  mutating func note(instruction text: String) { instruction = text }

  mutating func note(_ responses: [ToolResponse]) {
    openCalls.removeAll { id in responses.contains { $0.id == id } }
  }

  private mutating func add(_ text: String, by speaker: Speaker) {
    if lines.last?.speaker == speaker {
      lines[lines.count - 1].text += text
    } else {
      lines.append((speaker, text))
      if lines.count > Self.lineLimit { lines.removeFirst() }
    }
  }

  /// The setup of a model that takes over.
  func continued(_ setup: RealtimeSetup) -> RealtimeSetup {
    guard !lines.isEmpty else { return setup }
    var setup = setup
    let said = lines.map { "\($0.speaker.rawValue): \($0.text)" }.joined(separator: "\n")
    setup.systemInstruction += """


      The call has begun already. Go on with it as if nothing had happened; do not greet again. \
      So far was said:
      \(said)
      """
    return setup
  }

  /// What the model that takes over is to do at once: what was asked for last, or an answer that the caller
  /// waits for.
  var next: String? {
    if let instruction { return instruction }
    return lines.last?.speaker == .caller || !openCalls.isEmpty
      ? "The caller waits for your answer to what was said last. Give it now." : nil
  }
}
