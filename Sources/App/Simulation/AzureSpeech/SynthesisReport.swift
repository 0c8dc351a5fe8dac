package import Buffers

/// What speech synthesis has measured; no text.
package struct SynthesisReport: Sendable, Equatable {
  /// Documents whose lengths are kept.
  private static let capacity = 20

  /// Calls for speech, however they ended.
  package var requests = 0
  /// Calls that an injected status failed.
  package var failures = 0
  /// Calls turned away by their key, headers or markup.
  package var refused = 0
  /// Tokens given out.
  package var tokens = 0
  /// Billed characters of accepted documents.
  package var characters = 0
  /// How often each voice was used, by its short name.
  package var voices: [String: Int] = [:]
  /// Bytes of the last documents, the newest last.
  package private(set) var documentSizes: [Int] = []

  /// A document came.
  mutating func add(documentSize: Int) {
    documentSizes.append(documentSize)
    if documentSizes.count > Self.capacity { documentSizes.removeFirst() }
  }

  /// What an accepted document asks for.
  mutating func add(_ markup: SpeechMarkup) {
    characters += markup.characters
    for voice in markup.voices { voices[voice.shortName, default: 0] += 1 }
  }

  /// The `azure_tts` part of `GET /sim/metrics`.
  package var json: JSONValue {
    [
      "requests": .int(requests), "failures": .int(failures), "refused": .int(refused),
      "tokens": .int(tokens), "characters": .int(characters),
      "voices": .object(
        JSONObject(voices.sorted { $0.key < $1.key }.map { ($0.key, .int($0.value)) })),
      "ssml_bytes": .array(documentSizes.map { .int($0) }),
    ]
  }
}
