internal import Buffers

/// What an SSML document wants said.
package struct SpeechMarkup: Sendable, Equatable {
  /// A part of the sound.
  package enum Part: Sendable, Equatable {
    case words(String, AzureVoice)
    case pause(Duration)
  }

  /// More than a voice says in ten minutes, which an answer lasts at most.
  private static let mostCharacters = 20_000

  /// In order; neighbouring words of one voice as one part.
  package private(set) var parts: [Part] = []
  /// The voices in the order of their first use.
  package private(set) var voices: [AzureVoice] = []
  /// Unicode scalars that are billed: all text without the tags.
  package private(set) var characters = 0
  /// Silence before the first sound.
  package var leading: Duration = .milliseconds(100)
  /// Silence after the last sound.
  package var trailing: Duration = .milliseconds(100)

  /// Reads a document; throws what makes the service refuse it.
  package init(_ bytes: [UInt8]) throws(MarkupError) {
    var reader = MarkupReader()
    try reader.readDocument(try XMLReader.read(bytes))
    self = reader.markup
  }

  /// Nothing yet.
  init() {}

  /// A voice speaks next.
  mutating func use(_ voice: AzureVoice) {
    if !voices.contains(voice) { voices.append(voice) }
  }

  /// Words come next; white space counts as one space. What is sure to be too long to be heard is left
  /// out.
  mutating func append(_ text: String, _ voice: AzureVoice) {
    characters += text.unicodeScalars.count
    guard characters <= Self.mostCharacters else { return }
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    if words.isEmpty { return }
    if case .words(let before, let speaker) = parts.last, speaker == voice {
      parts[parts.count - 1] = .words(before + " " + words, voice)
    } else {
      parts.append(.words(words, voice))
    }
  }

  /// Silence comes next.
  mutating func append(_ pause: Duration) {
    if pause > .zero { parts.append(.pause(pause)) }
  }
}
