/// Somebody who knows whether a person is registered against unwanted calls. Safe from any task.
package protocol NumberLookup: Sendable {
  /// Whether `number` (E.164) is in the national do-not-disturb register; nil when the answer does not
  /// say. A call waits for it, so it ends within seconds. Throws ``SpeechError``.
  func isRegistered(_ number: String) async throws -> Bool?
}
