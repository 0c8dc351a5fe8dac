internal import Buffers
package import Voices

/// A function the client offers to the model.
package struct ToolDeclaration: Sendable, Equatable {
  package let name: String
  package let isBlocking: Bool
  /// Names and upper-case types of the parameters, in the client's order.
  package let parameters: [Parameter]

  /// One parameter of a function.
  package struct Parameter: Sendable, Equatable {
    package let name: String
    package let type: String
  }
}

/// An accepted `setup` message.
package struct LiveSetup: Sendable, Equatable {
  package let model: LiveModel
  package let instruction: String
  package let tools: [ToolDeclaration]
  package let languageCode: String?
  package let detectsActivity: Bool
  package let prefixPadding: Duration
  package let silence: Duration
  package let isInterruptible: Bool
  package let transcribesInput: Bool
  package let transcribesOutput: Bool
  /// Whether resumption handles are wanted.
  package let isResumable: Bool
  /// The handle of the session to go on with.
  package let handle: String?
  /// The client sends the history first; nothing else counts until it is complete.
  package let expectsHistory: Bool

  /// The language to speak before anybody has spoken.
  package var language: SpokenLanguage {
    if let languageCode { return languageCode.hasPrefix("hi") ? .hindi : .english }
    return SpokenLanguage(orderedBy: instruction)
  }
}

extension SpokenLanguage {
  /// What a model with this system instruction speaks before anybody has spoken.
  init(orderedBy instruction: String) {
    let lower = instruction.lowercased()
    let isHindi =
      SpokenLanguage(of: instruction) == .hindi
      || lower.contains("hindi") && !lower.contains("english")
    self = isHindi ? .hindi : .english
  }
}
