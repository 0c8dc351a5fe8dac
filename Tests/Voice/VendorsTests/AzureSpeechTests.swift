import Audio
import Speech
import Synchronization
import Testing

@testable import Vendors

/// The frames that a voice gave, from any thread.
final class HeardSound: Sendable {
  private let list = Mutex<[PCMFrame]>([])

  func note(_ frame: PCMFrame) { list.withLock { $0.append(frame) } }
  var frames: [PCMFrame] { list.withLock { $0 } }
  var samples: [Int16] { frames.flatMap(\.samples) }
}

@Suite struct AzureSpeechTests {
  private static let sound = ScriptedHTTP.Answer.pieces(200, [[1, 0, 2, 0]])

  private func voice(_ script: ScriptedHTTP) -> AzureSpeechVoice {
    AzureSpeechVoice(
      settings: { AzureSpeechSettings(apiKey: "secret", baseURL: "http://127.0.0.1:1/") },
      http: script.http)
  }

  /// What was heard of `text`, and the failure.
  private func say(
    _ text: String, language: String = "hi-IN", voice id: String? = nil, _ script: ScriptedHTTP
  ) async throws -> (heard: HeardSound, error: SpeechError?) {
    let heard = HeardSound()
    do {
      try await voice(script).speak(
        SpokenText(text: text, languageCode: language, voice: id)
      ) { heard.note($0) }
      return (heard, nil)
    } catch let error as SpeechError {
      return (heard, error)
    }
  }

  private static func ssml(_ request: VendorRequest) -> String {
    String(decoding: request.body, as: UTF8.self)
  }

  @Test func `a text is sent as the sheet says, with the key in a header only`() async throws {
    let script = ScriptedHTTP([Self.sound])
    _ = try await say("नमस्ते <जी>", script)
    let sent = try #require(script.requests.first)
    #expect(sent.method == "POST")
    #expect(sent.url == "http://127.0.0.1:1/cognitiveservices/v1")
    let headers = sent.headers.map { "\($0.name): \($0.value)" }
    #expect(
      headers == [
        "ocp-apim-subscription-key: secret", "content-type: application/ssml+xml",
        "x-microsoft-outputformat: raw-16khz-16bit-mono-pcm", "user-agent: payaid-voice",
      ])
    #expect(
      Self.ssml(sent) == """
        <speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" \
        xmlns:mstts="https://www.w3.org/2001/mstts" xml:lang="hi-IN">\
        <voice name="hi-IN-SwaraNeural">\
        <mstts:silence type="Leading-exact" value="0ms"/>\
        <mstts:silence type="Tailing-exact" value="0ms"/>\
        नमस्ते &lt;जी&gt;</voice></speak>
        """)
    #expect(sent.timeout == .seconds(10))
    #expect(sent.silenceTimeout == .seconds(3))
  }

  @Test func `the region is in the address`() {
    #expect(
      AzureSpeechSettings(apiKey: "k").url
        == "https://centralindia.tts.speech.microsoft.com/cognitiveservices/v1")
  }

  @Test(arguments: [
    ("a & b", "a &amp; b"), ("<break/>", "&lt;break/&gt;"), (#""it's""#, "&quot;it&apos;s&quot;"),
    ("]]>", "]]&gt;"), ("&amp;", "&amp;amp;"), ("a\u{0}b\u{1B}\u{B}c", "abc"),
    ("a\tb\r\nc", "a\tb\r\nc"), ("\u{FFFE}\u{FFFF}x", "x"), ("😀 हाँ\u{301}", "😀 हाँ\u{301}"),
    // A mark behind a character that must be escaped is one letter with it to Swift.
    ("<\u{301}", "&lt;\u{301}"), ("&\u{FE0F}", "&amp;\u{FE0F}"),
  ])
  func `text is written as XML can have it`(text: String, escaped: String) {
    #expect(Array(AzureSSML.escaped(text).utf8) == Array(escaped.utf8))
  }

  @Test(arguments: [
    (nil, "hi-IN", "hi-IN-SwaraNeural"), (nil, "en-IN", "en-IN-NeerjaNeural"),
    (nil, "EN", "en-IN-NeerjaNeural"), (nil, "mr-IN", "hi-IN-SwaraNeural"),
    ("hi-IN-MadhurNeural", "en-IN", "hi-IN-MadhurNeural"),
    ("hi-IN-Arjun:MAI-Voice-2", "hi-IN", "hi-IN-Arjun:MAI-Voice-2"),
    ("Puck", "hi-IN", "hi-IN-SwaraNeural"), ("", "hi-IN", "hi-IN-SwaraNeural"),
    ("hi-IN-", "hi-IN", "hi-IN-SwaraNeural"), ("hi-in-SwaraNeural", "en-IN", "en-IN-NeerjaNeural"),
    ("hi-IN-Swara'/><x", "hi-IN", "hi-IN-SwaraNeural"),
    ("hi-IN-स्वरा", "hi-IN", "hi-IN-SwaraNeural"),
    ("hi-IN-" + String(repeating: "a", count: 95), "hi-IN", "hi-IN-SwaraNeural"),
  ])
  func `a voice that cannot be one is the language's own`(
    id: String?, language: String, spoken: String
  ) async throws {
    let script = ScriptedHTTP([Self.sound])
    _ = try await say("Yes.", language: language, voice: id, script)
    #expect(Self.ssml(script.requests[0]).contains("<voice name=\"\(spoken)\">"))
  }

  @Test(arguments: ["hi-IN-SwaraNeural", "en-IN-NeerjaNeural", "en-IN-AartiNeural"])
  func `a voice's name is let through`(id: String) {
    #expect(AzureVoices.isWellFormed(id))
  }

  @Test(arguments: [
    [[1, 0, 2, 0, 3, 0]], [[1], [0, 2], [0, 3, 0]], [[1, 0, 2], [0, 3, 0, 9]],
    [[1], [], [0], [2, 0, 3], [0]],
  ])
  func `sound is given as it comes, in whole samples`(pieces: [[UInt8]]) async throws {
    let (heard, error) = try await say("Yes.", ScriptedHTTP([.pieces(200, pieces)]))
    #expect(error == nil)
    #expect(heard.samples == [1, 2, 3])
    #expect(heard.frames.allSatisfy { $0.rate == .wideband && !$0.isEmpty })
  }

  @Test(arguments: ["", " \n", "…", "?!", "😀", "—\u{0}"])
  func `nothing is said of a text without letters and digits`(text: String) async throws {
    let script = ScriptedHTTP([])
    #expect(try await say(text, script).error == nil)
    #expect(script.requests.isEmpty)
  }

  @Test func `a long text is said in several requests, in order`() async throws {
    let script = ScriptedHTTP([
      .pieces(200, [[1, 0, 9]]), .pieces(200, [[2, 0]]), .pieces(200, [[3, 0]]),
    ])
    let sentence = String(repeating: "क ", count: 350) + "समाप्त।"
    let (heard, error) = try await say("\(sentence) \(sentence) \(sentence)", script)
    #expect(error == nil)
    #expect(heard.samples == [1, 2, 3])
    #expect(script.requests.count == 3)
    #expect(script.requests.allSatisfy { Self.ssml($0).contains(">\(sentence)</voice>") })
  }

  @Test func `cancelling ends it in the middle of a text`() async throws {
    let script = ScriptedHTTP([.endless([1, 0])])
    let heard = HeardSound()
    let voice = voice(script)
    let task = Task {
      try await voice.speak(
        SpokenText(text: String(repeating: "Yes. ", count: 500), languageCode: "en-IN")
      ) { heard.note($0) }
    }
    while heard.frames.isEmpty { await Task.yield() }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(heard.samples == [1])
    #expect(script.requests.count == 1)
  }
}

@Suite struct AzureTextPiecesTests {
  private static let words = String(repeating: "word ", count: 180)

  @Test(arguments: [
    ("Short.", ["Short."]), ("  Short. \n", ["Short."]),
    // A sentence's end, not a number's point.
    (
      words + "It costs 3.5 rupees. " + String(repeating: "x", count: 200),
      [words + "It costs 3.5 rupees.", String(repeating: "x", count: 200)]
    ),
    (words + "end। " + words, [words + "end।", String(words.dropLast())]),
    // A word's end.
    (words + words, [words + words.prefix(99), String((words.dropFirst(100)).dropLast())]),
    // Anywhere.
    (
      String(repeating: "x", count: 2_500),
      [1_000, 1_000, 500].map { String(repeating: "x", count: $0) }
    ),
    ("a " + String(repeating: ". ", count: 900), ["a " + String(repeating: ". ", count: 499)]),
  ])
  func `a text is cut where it hurts least`(text: String, pieces: [String]) {
    let trimmed = pieces.map { piece in
      String(piece.reversed().drop(while: \.isWhitespace).reversed())
    }
    #expect(AzureTextPieces.pieces(text) == trimmed)
  }

  @Test func `a cut does not part a letter from its signs`() {
    let text = String(repeating: "x", count: 999) + "े" + String(repeating: "की", count: 400)
    let pieces = AzureTextPieces.pieces(text)
    #expect(pieces.joined().unicodeScalars.elementsEqual(text.unicodeScalars))
    #expect(pieces.allSatisfy { $0.unicodeScalars.count <= 1_000 })
    #expect(
      pieces.allSatisfy { $0.unicodeScalars.first?.properties.isGraphemeExtend == false })
  }

  @Test func `a letter with a thousand marks is cut all the same`() {
    let text = "e" + String(repeating: "\u{301}", count: 5_000)
    let pieces = AzureTextPieces.pieces(text)
    #expect(pieces.first?.unicodeScalars.count == 1_000)
    #expect(pieces.allSatisfy { $0.unicodeScalars.count <= 1_000 })
  }
}
