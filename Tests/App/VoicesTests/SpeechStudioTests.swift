import Testing

@testable import Voices

@Suite struct SpeechStudioTests {
  static let studio = SpeechStudio()

  @Test(arguments: [
    ("Hello, where is my order?", SpokenLanguage.english, 8_000),
    ("Hello, where is my order?", .english, 24_000),
    ("नमस्ते, मेरा ऑर्डर कहाँ है?", .hindi, 8_000),
    ("नमस्ते, मेरा ऑर्डर कहाँ है?", .hindi, 24_000),
  ])
  func `a sentence becomes a second or more of level speech`(
    text: String, language: SpokenLanguage, rate: Int
  ) throws {
    let clip = try Self.studio.clip(text, voice: Voice(language, .caller), rate: rate)
    #expect((700...4_000).contains(clip.milliseconds))
    let peak = clip.samples.map { Int($0.magnitude) }.max() ?? 0
    #expect((9_000...16_000).contains(peak))
  }

  @Test func `a clip is made once and then comes from the cache`() throws {
    let voice = Voice(.english, .agent)
    #expect(Self.studio.cached("Only once.", voice: voice, rate: 8_000) == nil)
    let made = try Self.studio.clip("Only once.", voice: voice, rate: 8_000)
    #expect(Self.studio.cached("Only once.", voice: voice, rate: 8_000) == made)
  }

  @Test(arguments: [
    ("order status", SpokenLanguage.english), ("ऑर्डर", .hindi), ("order ऑर्डर", .hindi),
  ])
  func `the language of a text is told by its letters`(text: String, language: SpokenLanguage) {
    #expect(SpokenLanguage(of: text) == language)
  }
}

@Suite struct SphinxEarsTests {
  static let lines = [
    "Hello, I would like to know where my order is.",
    "My order number is four two seven one.",
    "Can you tell me when it will arrive?",
    "No, that is all. Thank you, goodbye.",
  ]
  static let ears = SphinxEars(phrases: lines)

  @Test(arguments: lines)
  func `a scripted sentence spoken by espeak is recognised`(line: String) throws {
    let clip = try SpeechStudioTests.studio.clip(
      line, voice: Voice(.english, .caller), rate: SphinxEars.sampleRate)
    let silence = [Int16](repeating: 0, count: 4_000)
    #expect(try Self.ears.recognize(silence + clip.samples + silence) == line)
  }

  @Test func `a sentence with an unknown word is left out of the grammar`() {
    let grammar = PhraseGrammar(["Call Xqzt now.", "Call me now."]) { $0 != "xqzt" }
    #expect(grammar.jsgf.contains("call me now"))
    #expect(!grammar.jsgf.contains("xqzt"))
    #expect(grammar.phrase(for: "call me now") == "Call me now.")
  }
}
