package import Buffers

/// What the text models have measured; numbers only.
package struct TextReport: Sendable, Equatable {
  /// Calls of `generateContent` and of unknown methods, however they ended.
  package var requests = 0
  /// Requests that an injected status failed.
  package var failures = 0
  /// Calls turned away by their key, model or body.
  package var refused = 0
  /// Answered calls of `countTokens`.
  package var counts = 0
  /// Tokens of answered requests.
  package var promptTokens = 0
  /// Tokens of the answers.
  package var candidateTokens = 0
  /// Answers of a model that talks, in place of an analysis.
  package var chats = 0
  /// Functions that they called.
  package var toolCalls = 0

  /// The `gemini_text` part of `GET /sim/metrics`.
  package var json: JSONValue {
    [
      "requests": .int(requests), "failures": .int(failures), "refused": .int(refused),
      "token_counts": .int(counts), "prompt_tokens": .int(promptTokens),
      "candidate_tokens": .int(candidateTokens), "chats": .int(chats),
      "tool_calls": .int(toolCalls),
    ]
  }
}
