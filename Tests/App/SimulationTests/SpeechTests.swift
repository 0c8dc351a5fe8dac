import Testing
import Voices

@testable import Simulation

/// Speech made once for all tests of this module.
let studio = SpeechStudio()

func speech(_ text: String, rate: Int, role: Voice.Role = .caller) throws -> SpeechClip {
  try studio.clip(text, voice: Voice(SpokenLanguage(of: text), role), rate: rate)
}

@Suite struct SpeechDetectorTests {
  @Test(arguments: [8_000, 16_000])
  func `a spoken line between noise is one utterance`(rate: Int) throws {
    let clip = try speech("Hello, I would like to know where my order is.", rate: rate)
    var noise = NoiseFloor(seed: 7)
    var detector = SpeechDetector(
      sampleRate: rate, start: .milliseconds(40), end: .milliseconds(500))
    let audio = noise.samples(rate / 2) + clip.samples + noise.samples(rate)
    var starts = 0
    var utterances: [[Int16]] = []
    for offset in stride(from: 0, to: audio.count, by: 777) {
      for event in detector.consume(Array(audio[offset..<min(offset + 777, audio.count)])) {
        switch event {
        case .started: starts += 1
        case .ended(let samples): utterances.append(samples)
        }
      }
    }
    #expect(starts == 1)
    #expect(utterances.count == 1)
    #expect(abs((utterances.first?.count ?? 0) - clip.samples.count) < rate)
  }

  @Test func `noise alone is never speech`() {
    var noise = NoiseFloor(seed: 3, amplitude: 200)
    var detector = SpeechDetector(
      sampleRate: 8_000, start: .milliseconds(40), end: .milliseconds(200))
    #expect(detector.consume(noise.samples(80_000)).isEmpty)
  }

  @Test func `closing the microphone ends speech at once`() throws {
    let clip = try speech("Hello there, good morning.", rate: 16_000)
    var detector = SpeechDetector(
      sampleRate: 16_000, start: .milliseconds(40), end: .milliseconds(900))
    _ = detector.consume(Array(clip.samples.prefix(12_000)))
    #expect(detector.isSpeaking)
    #expect(detector.finish() != nil)
    #expect(detector.finish() == nil)
  }
}

@Suite struct UtteranceLibraryTests {
  static let library = Result {
    var library = UtteranceLibrary()
    for line in Scenario().callerLines { library.add(try speech(line, rate: 8_000)) }
    return library
  }

  @Test(arguments: Scenario().callerLines)
  func `every demo line is found again at another rate and loudness`(line: String) throws {
    let library = try Self.library.get()
    let heard = RateConverter(from: 8_000, to: 16_000).convert(
      try speech(line, rate: 8_000).samples)
    var noise = NoiseFloor(seed: 11)
    let padded = noise.samples(4_812) + heard.map { $0 / 2 } + noise.samples(8_000)
    #expect(library.text(of: padded, rate: 16_000) == line)
  }

  /// The voice never says a line twice in quite the same way; a copy must be far from the threshold of 0.72.
  @Test(arguments: Scenario().callerLines, [2, 4] as [Int16])
  func `a softer copy of a line is very like it`(line: String, softer: Int16) throws {
    let clip = try speech(line, rate: 8_000)
    var noise = NoiseFloor(seed: 11)
    let heard = RateConverter(from: 8_000, to: 16_000).convert(clip.samples)
    let copy = noise.samples(4_812) + heard.map { $0 / softer } + noise.samples(8_000)
    let likeness = Fingerprint(clip.samples, rate: 8_000).similarity(
      to: Fingerprint(copy, rate: 16_000))
    #expect(likeness > 0.8)
  }

  @Test func `a sentence nobody scripted is unknown`() throws {
    let stranger = try speech("The weather in Bengaluru is pleasant this week.", rate: 16_000)
    #expect(try Self.library.get().text(of: stranger.samples, rate: 16_000) == nil)
  }
}
