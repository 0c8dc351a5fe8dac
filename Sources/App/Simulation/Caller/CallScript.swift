package import Buffers
package import Voices

/// What happens when one number is called: how the phone answers, and what its owner says.
package struct CallScript: Sendable, Equatable {
  /// How the network reports the attempt.
  package enum Outcome: String, Sendable, CaseIterable {
    case answer
    case busy
    case noAnswer = "no-answer"
    case failed
    case machine
  }

  /// One thing the caller says, and when.
  package struct Line: Sendable, Equatable {
    /// The words; empty for a line that only presses keys.
    package var text: String
    /// Keys pressed after the words.
    package var digits = ""
    /// How long the agent must be silent before the caller starts.
    package var pause: Duration = .milliseconds(700)
    /// Starts after this much of the agent's speech instead of waiting for its end.
    package var bargeIn: Duration?
    /// Starts after this long even though the agent has said nothing.
    package var patience: Duration = .seconds(8)

    package init(_ text: String) { self.text = text }
  }

  /// Who ends a conversation that has run out of lines.
  package enum Ending: String, Sendable { case caller, agent }

  package var name = "unnamed"
  package var outcome: Outcome = .answer
  package var ringing: Duration = .milliseconds(1_500)
  package var lines: [Line] = []
  package var ending: Ending = .caller
  /// The caller hangs up this long after answering, whatever is being said.
  package var hangUpAfter: Duration?
  /// The socket breaks without `stop` this long after `start`.
  package var dropAfter: Duration?
  /// Gemini faults armed for the next session that opens after this call is placed.
  package var geminiFaults: LiveFaults?

  package init() {}

  package var language: SpokenLanguage {
    lines.first { !$0.text.isEmpty }.map { SpokenLanguage(of: $0.text) } ?? .english
  }
}

extension CallScript {
  /// Reads a script object; the README lists its members.
  package init(_ value: JSONValue, named name: String) throws(SimulationError) {
    let reader = try MemberReader(value, .invalidScript, in: name)
    try reader.allow(only: [
      "outcome", "ringing_ms", "lines", "ending", "hang_up_after_ms", "drop_after_ms", "gemini",
    ])
    self.name = name
    outcome = try Self.choice(reader, "outcome") ?? .answer
    ending = try Self.choice(reader, "ending") ?? .caller
    ringing = try reader.duration("ringing_ms") ?? ringing
    hangUpAfter = try reader.duration("hang_up_after_ms")
    dropAfter = try reader.duration("drop_after_ms")
    for (index, line) in (try reader.list("lines") ?? []).enumerated() {
      lines.append(try Line(line, at: "\(name).lines[\(index)]"))
    }
    if let faults = value["gemini"] { geminiFaults = try LiveFaults(faults) }
  }

  private static func choice<Choice: RawRepresentable<String>>(
    _ reader: MemberReader, _ key: String
  ) throws(SimulationError) -> Choice? {
    guard let text = try reader.text(key) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      throw SimulationError(.invalidScript, "\(reader.place).\(key) cannot be \"\(text)\"")
    }
    return choice
  }
}

extension CallScript.Line {
  init(_ value: JSONValue, at place: String) throws(SimulationError) {
    if let text = value.stringValue {
      self.init(text)
      return
    }
    let reader = try MemberReader(value, .invalidScript, in: place)
    try reader.allow(only: ["say", "digits", "pause_ms", "barge_in_ms", "patience_ms"])
    self.init(try reader.text("say") ?? "")
    digits = try reader.text("digits") ?? ""
    pause = try reader.duration("pause_ms") ?? pause
    bargeIn = try reader.duration("barge_in_ms")
    patience = try reader.duration("patience_ms") ?? patience
  }
}
