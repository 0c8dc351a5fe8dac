/// Vectors that can be compared: those that one model made with one number of dimensions.
package struct EmbeddingSpace: Sendable, Hashable {
  package var model: String
  package var dimensions: Int

  package init(model: String, dimensions: Int) {
    self.model = model
    self.dimensions = dimensions
  }
}

/// What a text is compared as: a question finds passages, a passage is found.
package enum EmbeddingPurpose: Sendable, Equatable {
  case question
  case passage
}

/// A vendor's models that turn texts into vectors which lie near each other when the texts mean much the same.
/// Safe from any task.
package protocol EmbeddingModel: Sendable {
  /// Where vectors are wanted; the settings may move it.
  var space: EmbeddingSpace { get }

  /// Texts that one request may have.
  var batchSize: Int { get }

  /// The vectors of `texts` in `space`, in their order: of its dimensions, finite, of length 1.
  ///
  /// Asks once, for at most ``batchSize`` texts, none empty. Throws ``SpeechError``.
  func embed(
    _ texts: [String], as purpose: EmbeddingPurpose, in space: EmbeddingSpace
  ) async throws -> [[Float]]
}
