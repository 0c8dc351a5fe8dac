import Buffers
import Testing

@testable import Simulation

@Suite struct SpeechMarkupTests {
  static let root =
    #"version="1.0" xmlns="http://www.w3.org/2001/10/synthesis""#
    + #" xmlns:mstts="https://www.w3.org/2001/mstts" xml:lang="en-IN""#

  static func document(_ content: String, root: String = root) -> [UInt8] {
    Array("<speak \(root)>\(content)</speak>".utf8)
  }

  static func voice(_ content: String, name: String = "en-IN-NeerjaNeural") -> [UInt8] {
    document("<voice name=\"\(name)\">\(content)</voice>")
  }

  static let neerja = AzureVoice.named("en-IN-NeerjaNeural")!

  @Test func `words, pauses and voices come in their order`() throws {
    let markup = try SpeechMarkup(
      Self.document(
        """
        <voice name="en-IN-NeerjaNeural"> You &amp; I,
          <prosody rate="+5%" pitch="0%">now</prosody><break time="300ms"/>or later.</voice>
        <voice name="hi-IN-MadhurNeural"><lang xml:lang="hi-IN">नमस्ते</lang></voice>
        """))
    let madhur = try #require(AzureVoice.named("hi-IN-MadhurNeural"))
    #expect(
      markup.parts == [
        .words("You & I, now", Self.neerja), .pause(.milliseconds(300)),
        .words("or later.", Self.neerja), .words("नमस्ते", madhur),
      ])
    #expect(markup.voices == [Self.neerja, madhur])
    #expect(markup.characters == 30)
  }

  @Test(arguments: [
    ("<break/>", 750), ("<break strength=\"weak\"/>", 500), ("<break time=\"1.5s\"/>", 1_500),
    ("<break time=\"90s\"/>", 20_000), ("<break strength=\"none\"/>", 0),
  ])
  func `a break is a pause`(element: String, length: Int) throws {
    let parts = try SpeechMarkup(Self.voice(element)).parts
    #expect(parts == (length == 0 ? [] : [.pause(.milliseconds(length))]))
  }

  @Test(arguments: [
    ("telephone", "9 8 7, 6 5"), ("digits", "9 8 7, 6 5"), ("date", "987 65"),
  ])
  func `numbers are spelt when they are to be`(kind: String, said: String) throws {
    let markup = try SpeechMarkup(
      Self.voice("<say-as interpret-as=\"\(kind)\">987 65</say-as>"))
    #expect(markup.parts == [.words(said, Self.neerja)])
  }

  @Test(arguments: [
    ("Leading-exact", "0", 0, 100), ("Tailing-exact", "20ms", 100, 20),
    ("Leading", "50ms", 150, 100), ("Tailing", "0.1s", 100, 200),
    ("Sentenceboundary-exact", "50ms", 100, 100),
  ])
  func `silence at the edges is set`(
    type: String, value: String, leading: Int, trailing: Int
  ) throws {
    let markup = try SpeechMarkup(
      Self.voice("<mstts:silence type=\"\(type)\" value=\"\(value)\"/>Hello."))
    #expect(markup.leading == .milliseconds(leading))
    #expect(markup.trailing == .milliseconds(trailing))
  }

  @Test(arguments: [
    ("<speak/>", "version"), ("<talk/>", "speak"), ("Hello.", "expected"),
    ("<speak version=\"1.0\"/>", "xmlns"),
    ("<speak version=\"1.0\" xmlns=\"http://www.w3.org/2001/10/synthesis\"/>", "xml:lang"),
    ("<speak \(root)/>", "no voice"), ("<speak \(root)>Hello.</speak>", "in no voice"),
    ("<speak \(root)><break/></speak>", "voices only"),
    ("<speak \(root)><voice/></speak>", "needs name"),
    ("<speak \(root)><voice name=\"hi-in-swaraneural\"/></speak>", "unsupported voice"),
    (
      "<speak \(root)>"
        + String(repeating: "<voice name=\"en-IN-NeerjaNeural\"/>", count: 51) + "</speak>",
      "more than 50"
    ),
  ])
  func `a document that says nothing right is refused`(text: String, words: String) {
    let error = #expect(throws: MarkupError.self) { try SpeechMarkup(Array(text.utf8)) }
    #expect(error?.message.contains(words) == true)
  }

  @Test(arguments: [
    "<b>x</b>", "<voice name=\"en-IN-NeerjaNeural\"/>", "<prosody rate=\"quick\">x</prosody>",
    "<prosody speed=\"1\">x</prosody>", "<prosody pitch=\"%\">x</prosody>", "<lang>x</lang>",
    "<say-as>1</say-as>", "<break time=\"soon\"/>", "<break time=\"-1s\"/>",
    "<break strength=\"huge\"/>", "<break>x</break>", "<mstts:express-as>x</mstts:express-as>",
    "<mstts:silence type=\"Leading\"/>", "<mstts:silence type=\"Middle\" value=\"1ms\"/>",
    "<mstts:silence type=\"Leading\" value=\"6s\"/>", "5 < 6", "a & b",
  ])
  func `an element that is not right is refused`(content: String) {
    #expect(throws: MarkupError.self) { try SpeechMarkup(Self.voice(content)) }
  }

  @Test(arguments: ["x-slow", "+5%", "-10.5%", "1.2", "default"])
  func `a rate may be a word or a number`(rate: String) throws {
    let markup = try SpeechMarkup(
      Self.voice(
        "<mstts:express-as style=\"cheerful\"><prosody rate=\"\(rate)\" volume=\"+6dB\" "
          + "contour=\"(0%,+20Hz)\">x</prosody></mstts:express-as>"))
    #expect(markup.parts == [.words("x", Self.neerja)])
  }

  @Test func `a document with any byte changed is read or refused`() throws {
    let document = Self.voice(
      "<prosody rate=\"+5%\">a&amp;b</prosody><break time=\"1s\"/>"
        + "<mstts:silence type=\"Leading\" value=\"5ms\"/>ह<!-- c -->")
    var refused = 0
    for place in document.indices {
      for byte in Array("<>&\"':/ 9".utf8) + [0, 0xFF] where byte != document[place] {
        var changed = document
        changed[place] = byte
        do { _ = try SpeechMarkup(changed) } catch { refused += 1 }
      }
    }
    #expect(refused > document.count * 8)
    #expect(throws: Never.self) { try SpeechMarkup(document) }
  }

  @Test func `nineteen voices are listed`() {
    let list = AzureVoice.list.arrayValue ?? []
    #expect(list.count == 19 && Set(list.compactMap { $0["ShortName"]?.stringValue }).count == 19)
    #expect(list.count { $0["Gender"] == "Female" && $0["Locale"] == "hi-IN" } == 4)
    #expect(list.allSatisfy { $0["Status"] == "GA" && $0["SampleRateHertz"] == "24000" })
  }
}
