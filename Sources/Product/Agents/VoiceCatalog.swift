internal import Protobuf
package import VoiceAPI

/// The voices an agent can have (providers' lists of 2026-11): the prebuilt ones of Gemini Live, each of
/// which speaks both languages, and Azure's neural ones, which speak one each.
package enum VoiceCatalog {
  private static let gemini = [
    "Achernar", "Achird", "Algenib", "Algieba", "Alnilam", "Aoede", "Autonoe", "Callirrhoe",
    "Charon", "Despina", "Enceladus", "Erinome", "Fenrir", "Gacrux", "Iapetus", "Kore",
    "Laomedeia", "Leda", "Orus", "Puck", "Pulcherrima", "Rasalgethi", "Sadachbia", "Sadaltager",
    "Schedar", "Sulafat", "Umbriel", "Vindemiatrix", "Zephyr", "Zubenelgenubi",
  ]

  /// By language: `en-IN-AartiNeural` and so on.
  private static let azure = [
    "en": [
      "Aarav", "Aarti", "Aashi", "Ananya", "Arjun", "Kavya", "Kunal", "Neerja", "Prabhat", "Rehaan",
    ],
    "hi": ["Aarav", "Aarti", "Ananya", "Arjun", "Kavya", "Kunal", "Madhur", "Rehaan", "Swara"],
  ]

  /// The languages agents speak.
  package static let languages = ["hi", "en"]

  private static let all: [Payaid.Voice.V1.Voice] =
    gemini.map { voice($0, languages, "gemini") }
    + azure.sorted { $0.key < $1.key }.flatMap { language, names in
      names.map { voice("\(language)-IN-\($0)Neural", [language], "azure") }
    }

  private static let ids = Set(all.map(\.voiceId))

  private static func voice(
    _ id: String, _ languages: [String], _ provider: String
  ) -> Payaid.Voice.V1.Voice {
    .with {
      $0.voiceId = id
      $0.languages = languages
      $0.provider = provider
    }
  }

  /// All voices that speak `language`, or simply all when it is empty; by provider and name.
  package static func voices(language: String) -> [Payaid.Voice.V1.Voice] {
    all.filter { language.isEmpty || $0.languages.contains(language) }
  }

  /// What an agent of `language` speaks with when nothing is said.
  package static func defaultVoice(language: String) -> String {
    language == "hi" ? "Aoede" : "Kore"
  }

  /// Whether there is such a voice.
  package static func contains(_ voiceID: String) -> Bool { ids.contains(voiceID) }
}
