/// Names of Azure's voices; pure. Which ones agents choose among is not decided here.
enum AzureVoices {
  /// The voice of a language when none is asked for. Anything but English is the Hindi voice's, which
  /// reads both scripts.
  static func standard(for languageCode: String) -> String {
    let language = languageCode.lowercased()
    let isEnglish = language == "en" || language.hasPrefix("en-")
    return isEnglish ? "en-IN-NeerjaNeural" : "hi-IN-SwaraNeural"
  }

  /// Whether `id` has the form of a voice's name: `hi-IN-SwaraNeural`, `hi-IN-Arjun:MAI-Voice-2`.
  static func isWellFormed(_ id: String) -> Bool {
    let parts = id.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, id.utf8.count <= 100, !parts[2].isEmpty else { return false }
    return (2...3).contains(parts[0].utf8.count) && parts[0].utf8.allSatisfy(isLower)
      && parts[1].utf8.count == 2 && parts[1].utf8.allSatisfy(isUpper)
      && parts[2].utf8.allSatisfy(isOfName)
  }

  private static func isLower(_ byte: UInt8) -> Bool { (97...122).contains(byte) }

  private static func isUpper(_ byte: UInt8) -> Bool { (65...90).contains(byte) }

  private static func isOfName(_ byte: UInt8) -> Bool {
    isLower(byte) || isUpper(byte) || (48...57).contains(byte) || byte == UInt8(ascii: ":")
      || byte == UInt8(ascii: "-")
  }
}
