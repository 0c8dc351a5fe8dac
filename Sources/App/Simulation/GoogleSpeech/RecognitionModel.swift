/// A model of Speech-to-Text v1, and the languages it hears.
enum RecognitionModel: String, CaseIterable {
  case latestLong = "latest_long"
  case latestShort = "latest_short"
  case telephony
  case telephonyShort = "telephony_short"
  case phoneCall = "phone_call"
  case commandAndSearch = "command_and_search"
  case video
  case usual = "default"

  /// Codes of all languages, in the vendor's spelling.
  private static let languages: [String] =
    english + [
      "hi-IN", "bn-IN", "gu-IN", "kn-IN", "ml-IN", "mr-IN", "pa-Guru-IN", "ta-IN", "te-IN", "ur-IN",
    ]

  /// Codes of English.
  private static let english = ["en-IN", "en-US", "en-GB", "en-AU"]

  /// The code of a language in the vendor's spelling; nil for an unknown one.
  static func language(_ code: String) -> String? {
    languages.first { $0.lowercased() == code.lowercased() }
  }

  /// Whether it hears a language.
  func hears(_ code: String) -> Bool {
    switch self {
    case .latestLong, .latestShort, .commandAndSearch, .usual: true
    case .telephony, .telephonyShort: Self.english.contains(code) || code == "hi-IN"
    case .phoneCall, .video: Self.english.contains(code)
    }
  }
}
