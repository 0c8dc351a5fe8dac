internal import Buffers

/// Limits of a `RecognitionConfig`, besides those of its audio and its languages.
enum RecognitionRules {
  /// Phrases of all contexts together.
  private static let mostPhrases = 5_000
  /// Characters of one phrase.
  private static let longestPhrase = 100
  /// Characters of all phrases together.
  private static let mostCharacters = 100_000

  /// Throws the first thing that is wrong.
  static func check(_ configuration: JSONValue) throws(GoogleError) {
    let alternatives = configuration[camel: "maxAlternatives"]?.intValue ?? 1
    guard (0...30).contains(alternatives) else {
      throw .badRecognition("bad max alternatives.")
    }
    let channels = configuration[camel: "audioChannelCount"]?.intValue ?? 1
    guard (0...8).contains(channels) else { throw .badRecognition("bad audio channel count.") }
    let isSeparate = configuration[camel: "enableSeparateRecognitionPerChannel"]?.boolValue ?? false
    if isSeparate, channels > 1 {
      throw .badRecognition("the simulator hears one channel of a recording only.")
    }
    try checkPhrases(configuration[camel: "speechContexts"]?.elements ?? [])
  }

  /// Limits of the phrases that are to be expected.
  private static func checkPhrases(_ contexts: [JSONValue]) throws(GoogleError) {
    let phrases = contexts.flatMap { $0["phrases"]?.elements ?? [] }.compactMap(\.stringValue)
    let lengths = phrases.map(\.unicodeScalars.count)
    guard phrases.count <= mostPhrases, lengths.reduce(0, +) <= mostCharacters else {
      throw .badRecognition("too many phrases in speech contexts.")
    }
    guard lengths.allSatisfy({ $0 <= longestPhrase }) else {
      throw .badRecognition("phrase too long in speech contexts.")
    }
  }
}
