package import Buffers
package import Voices

/// What a function answered, in words that can be spoken.
package enum ToolResult {
  private static let longest = 240

  /// What answers the question of a search in documents; of another function all that it says.
  static func words(_ response: JSONValue, to answer: Answer) -> String {
    guard let question = answer.question, response["error"]?.isNull ?? true else {
      return words(response, language: answer.language)
    }
    return PassageReading.words(response, question: question, language: answer.language)
  }

  /// The members of `output`, or of the whole response, as a sentence; an apology for `error`.
  package static func words(_ response: JSONValue, language: SpokenLanguage) -> String {
    if let error = response["error"], !error.isNull {
      return language == .hindi
        ? "क्षमा कीजिए, यह जानकारी अभी नहीं मिल सकी।"
        : "Sorry, I could not look that up just now."
    }
    var facts: [String] = []
    collect(response["output"] ?? response["result"] ?? response, named: nil, into: &facts)
    let sentence = facts.joined(separator: ", ")
    return sentence.isEmpty ? "" : String(sentence.prefix(longest)) + "."
  }

  private static func collect(_ value: JSONValue, named name: String?, into facts: inout [String]) {
    let label = name.map { $0.replacing("_", with: " ") + " " } ?? ""
    switch value {
    case .string(let text): if !text.isEmpty { facts.append(label + text) }
    case .number, .bool: facts.append(label + value.serializedString)
    case .object(let members):
      for (key, member) in members { collect(member, named: key, into: &facts) }
    case .array(let items):
      for item in items.prefix(3) { collect(item, named: name, into: &facts) }
    case .null: break
    }
  }
}
