/// The messages of Google Speech-to-Text.
extension RequestShapes {
  /// `RecognizeRequest`, by its whole name.
  static let recognition = package + "RecognizeRequest"

  /// Where the messages are declared.
  private static let package = "google.cloud.speech.v1."

  /// Fields by the whole name of their message.
  static let speech: [String: [String: FieldShape]] = [
    recognition: [
      "config": .message(package + "RecognitionConfig"),
      "audio": .message(package + "RecognitionAudio"),
    ],
    package + "RecognitionConfig": configuration,
    package + "RecognitionAudio": ["content": .text, "uri": .text],
    package + "SpeechContext": ["phrases": .list(.text), "boost": .decimal],
  ]

  /// `RecognitionConfig`. An encoding may be a name or a number.
  private static let configuration: [String: FieldShape] = [
    "encoding": .anything, "sampleRateHertz": .whole, "audioChannelCount": .whole,
    "enableSeparateRecognitionPerChannel": .flag, "languageCode": .text,
    "alternativeLanguageCodes": .list(.text), "maxAlternatives": .whole, "profanityFilter": .flag,
    "adaptation": .anything, "transcriptNormalization": .anything,
    "speechContexts": .list(.message(package + "SpeechContext")),
    "enableWordTimeOffsets": .flag, "enableWordConfidence": .flag,
    "enableAutomaticPunctuation": .flag, "enableSpokenPunctuation": .flag,
    "enableSpokenEmojis": .flag, "diarizationConfig": .anything, "metadata": .anything,
    "model": .text, "useEnhanced": .flag,
  ]
}
