package import Buffers

/// One line of the stand-in's mind: what a user says, and what comes of it.
package struct AnswerRule: Sendable, Equatable {
  /// A regular expression found anywhere in the user's words, without regard to case.
  package var pattern: String
  /// What is said; `{digits}` is the last number the user said.
  package var say: String
  /// A regular expression for the name of a declared function to call first.
  package var tool: String?
  /// What is said after the function has answered; `{result}` is its answer in words.
  package var then: String?
  /// Calls a declared function that ends the call, if there is one, after speaking.
  package var endsCall = false

  package init(_ pattern: String, say: String) {
    self.pattern = pattern
    self.say = say
  }

  /// Reads a rule object of a script file.
  package init(_ value: JSONValue, at place: String) throws(SimulationError) {
    let reader = try MemberReader(value, .invalidScript, in: place)
    try reader.allow(only: ["when", "say", "tool", "then", "ends_call"])
    guard let pattern = try reader.text("when"), let say = try reader.text("say") else {
      throw SimulationError(.invalidScript, "\(place) needs \"when\" and \"say\"")
    }
    self.init(pattern, say: say)
    tool = try reader.text("tool")
    then = try reader.text("then")
    endsCall = try reader.flag("ends_call") ?? false
  }
}
