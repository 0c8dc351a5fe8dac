internal import Protobuf
package import VoiceAPI

/// The voices an agent can have: the prebuilt voices of Gemini Live, each of which speaks both
/// languages (providers' list of 2026-11).
package enum VoiceCatalog {
  private static let names = [
    "Achernar", "Achird", "Algenib", "Algieba", "Alnilam", "Aoede", "Autonoe", "Callirrhoe",
    "Charon", "Despina", "Enceladus", "Erinome", "Fenrir", "Gacrux", "Iapetus", "Kore",
    "Laomedeia", "Leda", "Orus", "Puck", "Pulcherrima", "Rasalgethi", "Sadachbia", "Sadaltager",
    "Schedar", "Sulafat", "Umbriel", "Vindemiatrix", "Zephyr", "Zubenelgenubi",
  ]

  /// The languages agents speak.
  package static let languages = ["hi", "en"]

  /// All voices that speak `language`, or simply all when it is empty; by name.
  package static func voices(language: String) -> [Payaid.Voice.V1.Voice] {
    guard language.isEmpty || languages.contains(language) else { return [] }
    return names.map { name in
      .with {
        $0.voiceId = name
        $0.languages = languages
        $0.provider = "gemini"
      }
    }
  }

  /// What an agent of `language` speaks with when nothing is said.
  package static func defaultVoice(language: String) -> String {
    language == "hi" ? "Aoede" : "Kore"
  }

  /// Whether there is such a voice.
  package static func contains(_ voiceID: String) -> Bool { names.contains(voiceID) }
}
