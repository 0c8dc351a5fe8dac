package import Buffers
package import Voices

/// What the stand-in says and does in one turn.
package struct Answer: Equatable {
  /// The function to call before speaking; `text` then still has `{result}` in it.
  package var call: ToolDeclaration?
  /// What the caller asked, when the function searches documents for it.
  package var question: String?
  package var arguments: JSONValue = [:]
  package var text: String
  package var language: SpokenLanguage
  /// The function to call after speaking.
  package var endCall: ToolDeclaration?
  package var endArguments: JSONValue = [:]

  /// What is said once the called function has answered `response`.
  func completed(with response: JSONValue) -> Answer {
    let words = ToolResult.words(response, to: self)
    var answer = self
    answer.call = nil
    // Documents may be in another language than the question.
    if question != nil { answer.language = SpokenLanguage(of: words) }
    answer.text = text.replacing("{result}", with: words)
    return answer
  }
}

/// Answers by rules. Not `Sendable`, since a compiled expression is not.
package struct AnswerBook {
  private struct Entry {
    let rule: AnswerRule
    let pattern: Regex<AnyRegexOutput>
    let tool: Regex<AnyRegexOutput>?
  }

  private static let lost = "Sorry, I did not understand that. Could you please say it again?"
  private static let lostHindi = "क्षमा कीजिए, मैं समझ नहीं पाई। कृपया फिर से कहिए।"

  private let entries: [Entry]

  /// Compiles the rules; the first that fits wins. Throws `invalidScript` naming a bad pattern.
  package init(_ rules: [AnswerRule]) throws(SimulationError) {
    var entries: [Entry] = []
    for rule in rules {
      entries.append(
        Entry(
          rule: rule, pattern: try Self.compile(rule.pattern),
          tool: try rule.tool.map(Self.compile)))
    }
    self.entries = entries
  }

  /// A book without rules: it understands nothing.
  package static var empty: AnswerBook { AnswerBook(entries: []) }

  private init(entries: [Entry]) { self.entries = entries }

  private static func compile(_ pattern: String) throws(SimulationError) -> Regex<AnyRegexOutput> {
    do {
      return try Regex(pattern).ignoresCase()
    } catch {
      throw SimulationError(.invalidScript, "pattern \"\(pattern)\" is not a regular expression")
    }
  }

  /// The answer to what a caller said: by the rules, else from the documents of a declared function
  /// whose name has `knowledge` in it. `digits` is the last number of the conversation.
  package func answer(toCaller words: String, tools: [ToolDeclaration], digits: String?) -> Answer {
    let knowledge = tools.first { $0.name.lowercased().contains("knowledge") }
    guard let knowledge, !words.isEmpty, entry(for: words) == nil else {
      return answer(to: words, tools: tools, digits: digits)
    }
    var answer = Answer(text: "{result}", language: SpokenLanguage(of: words))
    answer.call = knowledge
    answer.arguments = ["query": .string(words)]
    answer.question = words
    return answer
  }

  /// The first rule that fits.
  private func entry(for words: String) -> Entry? {
    entries.first { words.firstMatch(of: $0.pattern) != nil }
  }

  /// The answer by the rules; `digits` is the last number of the conversation.
  package func answer(to words: String, tools: [ToolDeclaration], digits: String?) -> Answer {
    let language = SpokenLanguage(of: words)
    guard let entry = entry(for: words) else {
      return Answer(text: language == .hindi ? Self.lostHindi : Self.lost, language: language)
    }
    let number = SpokenDigits.spaced(digits ?? "4271")
    var answer = Answer(text: entry.rule.say, language: language)
    if let expression = entry.tool, let tool = Self.tool(matching: expression, in: tools) {
      answer.call = tool
      answer.arguments = Self.arguments(for: tool, digits: digits ?? "4271", words: words)
      answer.text = entry.rule.then ?? entry.rule.say
    }
    answer.text = answer.text.replacing("{digits}", with: number)
    if entry.rule.endsCall, let tool = tools.first(where: Self.isCallEnder) {
      answer.endCall = tool
      answer.endArguments = Self.arguments(for: tool, digits: digits ?? "4271", words: words)
    }
    return answer
  }

  /// The answer to a prompt of the application, such as an order to greet the caller: quoted
  /// words are said as they are, an order to greet gets a greeting, the rest goes by the rules.
  /// `language` is what is spoken before anybody has spoken.
  package func answer(
    toPrompt prompt: String, tools: [ToolDeclaration], language: SpokenLanguage, digits: String?
  ) -> Answer {
    if let quoted = Self.quotation(in: prompt) {
      return Answer(text: quoted, language: SpokenLanguage(of: quoted))
    }
    let lower = prompt.lowercased()
    let orders = ["greet", "begin", "start", "introduce", "welcome", "अभिवादन", "शुरू"]
    guard orders.contains(where: lower.contains) else {
      return answer(to: prompt, tools: tools, digits: digits)
    }
    let isHindi = SpokenLanguage(of: prompt) == .hindi || lower.contains("hindi")
    let spoken = isHindi ? .hindi : language
    return Answer(text: Self.greeting(spoken), language: spoken)
  }

  private static func greeting(_ language: SpokenLanguage) -> String {
    language == .hindi
      ? "नमस्ते, मैं ऑर्डर सहायक बोल रही हूँ। मैं आपकी क्या सहायता कर सकती हूँ?"
      : "Hello, this is the order assistant. How may I help you today?"
  }

  private static func quotation(in prompt: String) -> String? {
    for (open, close) in [("\"", "\""), ("“", "”"), ("«", "»")] {
      guard let start = prompt.firstRange(of: open) else { continue }
      let rest = prompt[start.upperBound...]
      guard let end = rest.firstRange(of: close) else { continue }
      let quoted = rest[..<end.lowerBound]
      if quoted.split(separator: " ").count >= 2 { return String(quoted) }
    }
    return nil
  }

  private static func tool(
    matching expression: Regex<AnyRegexOutput>, in tools: [ToolDeclaration]
  ) -> ToolDeclaration? {
    tools.first { $0.name.firstMatch(of: expression) != nil && !isCallEnder($0) }
  }

  private static func isCallEnder(_ tool: ToolDeclaration) -> Bool {
    let name = tool.name.lowercased()
    return ["end_call", "endcall", "hang_up", "hangup", "end_conversation"].contains(
      where: name.contains)
  }

  private static func arguments(
    for tool: ToolDeclaration, digits: String, words: String
  ) -> JSONValue {
    let members = tool.parameters.map { parameter -> (String, JSONValue) in
      switch parameter.type {
      case "INTEGER", "NUMBER": (parameter.name, .int(Int(digits.prefix(15)) ?? 0))
      case "BOOLEAN": (parameter.name, true)
      case "ARRAY": (parameter.name, [])
      case "OBJECT": (parameter.name, [:])
      default: (parameter.name, .string(isNumeric(parameter.name) ? digits : words))
      }
    }
    return .object(JSONObject(members))
  }

  private static func isNumeric(_ name: String) -> Bool {
    ["id", "number", "order", "code", "phone"].contains(where: name.lowercased().contains)
  }
}
