package import Buffers

/// A voice of the service.
package struct AzureVoice: Sendable, Equatable {
  /// As the voice list says it.
  package enum Gender: String, Sendable {
    case female = "Female"
    case male = "Male"
  }

  /// The language and region, such as `hi-IN`.
  package let locale: String
  /// Without locale and ending.
  package let displayName: String
  /// Whether a woman or a man is heard.
  package let gender: Gender

  /// As SSML names it; its case counts.
  package var shortName: String { "\(locale)-\(displayName)Neural" }

  /// In the order of the voice list.
  package static let all: [AzureVoice] =
    voices(
      "hi-IN", female: ["Swara", "Ananya", "Aarti", "Kavya"],
      male: ["Madhur", "Aarav", "Arjun", "Kunal", "Rehaan"])
    + voices(
      "en-IN", female: ["Neerja", "Aashi", "Aarti", "Ananya", "Kavya"],
      male: ["Prabhat", "Aarav", "Arjun", "Kunal", "Rehaan"])

  /// The voices of one locale, women first.
  private static func voices(
    _ locale: String, female: [String], male: [String]
  ) -> [AzureVoice] {
    female.map { AzureVoice(locale: locale, displayName: $0, gender: .female) }
      + male.map { AzureVoice(locale: locale, displayName: $0, gender: .male) }
  }

  /// The voice of that short name.
  package static func named(_ name: String) -> AzureVoice? { all.first { $0.shortName == name } }

  /// `GET /cognitiveservices/voices/list`.
  package static var list: JSONValue { .array(all.map(\.json)) }

  /// The entry in the list; numbers are strings.
  private var json: JSONValue {
    let isHindi = locale == "hi-IN"
    var entry: JSONObject = [
      "Name": .string(
        "Microsoft Server Speech Text to Speech Voice (\(locale), \(displayName)Neural)"),
      "DisplayName": .string(displayName), "LocalName": .string(displayName),
      "ShortName": .string(shortName), "Gender": .string(gender.rawValue),
      "Locale": .string(locale),
      "LocaleName": .string(isHindi ? "Hindi (India)" : "English (India)"),
      "SampleRateHertz": "24000", "VoiceType": "Neural", "Status": "GA", "WordsPerMinute": "160",
    ]
    if ["Swara", "Neerja"].contains(displayName) {
      entry["StyleList"] = ["cheerful", "empathetic", "newscast"]
    }
    return .object(entry)
  }
}
