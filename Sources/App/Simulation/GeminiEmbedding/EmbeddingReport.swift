package import Buffers

/// What the embedding models have measured; numbers only.
package struct EmbeddingReport: Sendable, Equatable {
  /// Calls, however they ended.
  package var requests = 0
  /// Calls that an injected status failed.
  package var failures = 0
  /// Calls turned away by their key, model or body.
  package var refused = 0
  /// Texts that became vectors.
  package var vectors = 0
  /// Tokens of those texts.
  package var tokens = 0

  /// The `gemini_embedding` part of `GET /sim/metrics`.
  package var json: JSONValue {
    [
      "requests": .int(requests), "failures": .int(failures), "refused": .int(refused),
      "vectors": .int(vectors), "tokens": .int(tokens),
    ]
  }
}
