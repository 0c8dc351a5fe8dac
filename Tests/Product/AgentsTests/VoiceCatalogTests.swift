import Testing
import VoiceAPI

@testable import Agents

@Suite struct VoiceCatalogTests {
  @Test(arguments: [("hi", 9), ("en", 10)])
  func `Azure's voices speak one language, which their names begin with`(
    language: String, count: Int
  ) {
    let voices = VoiceCatalog.voices(language: language).filter { $0.provider == "azure" }
    #expect(voices.count == count)
    #expect(voices.allSatisfy { $0.languages == [language] })
    #expect(
      voices.allSatisfy {
        $0.voiceId.hasPrefix("\(language)-IN-") && $0.voiceId.hasSuffix("Neural")
      })
  }

  @Test func `no voice is listed twice, and each may be chosen`() {
    let ids = VoiceCatalog.voices(language: "").map(\.voiceId)
    #expect(Set(ids).count == ids.count && ids.count == 30 + 19)
    #expect(ids.allSatisfy(VoiceCatalog.contains))
    #expect(VoiceCatalog.voices(language: "ta").isEmpty)
  }

  @Test(arguments: ["hi-IN-SwaraNeural", "en-IN-NeerjaNeural", "Aoede", "Kore"])
  func `what is spoken with when nothing is chosen can be chosen`(id: String) {
    #expect(VoiceCatalog.contains(id))
  }
}
