internal import Buffers

/// What was said in a call before another model, or a session that knows nothing of it, took it over;
/// personal data. Pure.
package struct SpokenSoFar {
  private enum Speaker: String {
    case caller, agent, function
  }

  private static let lineLimit = 60
  /// Of what a function answered, in characters.
  private static let answerLimit = 1_000

  private var lines: [(speaker: Speaker, text: String)] = []
  /// What the application asked for and nothing was heard of yet.
  private(set) var instruction: String?
  /// Functions that the model waits for.
  package private(set) var openCalls: [ToolCall] = []

  package init() {}

  package mutating func note(_ event: RealtimeEvent) {
    switch event {
    case .inputTranscript(let heard): add(heard.text, by: .caller)
    case .outputTranscript(let text): add(text, by: .agent)
    case .audio: instruction = nil
    case .toolCalls(let calls): openCalls += calls
    case .toolCallsCancelled(let ids): openCalls.removeAll { ids.contains($0.id) }
    default: break
    }
  }

  package mutating func note(instruction text: String) {
    instruction = instruction.map { $0 + "\n" + text } ?? text
  }

  package mutating func note(_ responses: [ToolResponse]) {
    openCalls.removeAll { call in responses.contains { $0.id == call.id } }
    for response in responses {
      let answer =
        switch response.outcome {
        case .output(let value): String(decoding: value.serialized(), as: UTF8.self)
        case .failure(let reason, _): reason
        }
      add("\(response.name) answered: \(answer.prefix(Self.answerLimit))", by: .function)
    }
  }

  private mutating func add(_ text: String, by speaker: Speaker) {
    if lines.last?.speaker == speaker, speaker != .function {
      lines[lines.count - 1].text += text
    } else {
      lines.append((speaker, text))
      if lines.count > Self.lineLimit { lines.removeFirst() }
    }
  }

  /// The setup of a model that takes over.
  package func continued(_ setup: RealtimeSetup) -> RealtimeSetup {
    let open = openCalls.map { call in
      (Speaker.function, "\(call.name) was broken off; it may have been carried out")
    }
    guard !(lines + open).isEmpty else { return setup }
    var setup = setup
    let said = (lines + open).map { "\($0.rawValue): \($1)" }.joined(separator: "\n")
    setup.systemInstruction += """


      The call has begun already. Go on with it as if nothing had happened; do not greet again. \
      So far was said:
      \(said)
      """
    return setup
  }

  /// What the model that takes over is to do at once: what was asked for last, or an answer that the caller
  /// waits for.
  package var next: String? {
    if let instruction { return instruction }
    if openCalls.isEmpty, let last = lines.last, last.speaker == .function {
      return "\(last.text)\nThe caller waits to hear of it. Go on with the call now."
    }
    return lines.last?.speaker == .caller || !openCalls.isEmpty
      ? "The caller waits for your answer to what was said last. Give it now." : nil
  }
}
