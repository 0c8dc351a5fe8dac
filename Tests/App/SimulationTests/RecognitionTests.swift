import Buffers
import Testing
import Voices

@testable import Simulation

@Suite struct RecognitionTests {
  static let line = "Hello, I would like to know where my order is."
  /// The line without its marks.
  static let plain = "Hello I would like to know where my order is"
  static let hindi = "यह कब तक पहुँचेगा?"

  static func body(
    _ content: [UInt8], _ members: String = #","languageCode":"en-IN""#,
    encoding: String = #""LINEAR16""#, rate: Int = 8_000
  ) -> String {
    #"""
    {"config":{"encoding":\#(encoding),"sampleRateHertz":\#(rate)\#(members)},
     "audio":{"content":"\#(Base64.encode(content))"}}
    """#
  }

  /// A scripted line between silences of half a second.
  static func audio(_ text: String = line) throws -> [UInt8] {
    let silence = [Int16](repeating: 0, count: 4_000)
    return PCM.bytes(of: silence + (try speech(text, rate: 8_000).samples) + silence)
  }

  static func machine(_ faults: JSONValue = [:]) throws -> RecognitionMachine {
    RecognitionMachine(key: "right", faults: try RecognitionFaults(faults))
  }

  /// The answer of a machine whose ears hear `words` in every utterance.
  static func answer(
    _ body: String, hearing words: String? = line, faults: JSONValue = [:],
    key: String? = "right"
  ) throws -> (status: Int, json: JSONValue) {
    var machine = try machine(faults)
    let reply =
      switch machine.receive(key: key, body: Array(body.utf8)) {
      case .reply(let reply): reply
      case .recognize(let recognition):
        machine.heard(recognition.utterances.map { _ in words }, in: recognition)
      }
    return (reply.status, try JSONValue(parsing: reply.body))
  }

  @Test(arguments: [
    (line, #","languageCode":"en-IN""#, "en-in" as String?),
    (line, #","languageCode":"hi-IN","alternativeLanguageCodes":["en-IN"]"#, "en-in"),
    (hindi, #","languageCode":"hi-in","alternativeLanguageCodes":["en-IN"]"#, "hi-in"),
    (line, #","languageCode":"hi-IN""#, nil), (hindi, #","languageCode":"en-IN""#, nil),
    (line, #","languageCode":"ta-IN","model":"latest_long""#, nil),
  ])
  func `words come in a language that was asked for, or not at all`(
    words: String, languages: String, code: String?
  ) throws {
    let json = try Self.answer(Self.body(try Self.audio(), languages), hearing: words).json
    #expect(json["results"]?[0]?["languageCode"]?.stringValue == code)
    #expect((json["results"] == nil) == (code == nil))
    #expect(json["totalBilledTime"]?.stringValue == (code == nil ? "0s" : "4s"))
    #expect(json["requestId"]?.stringValue?.count == 16)
  }

  @Test func `silence has no results and asks no ears`() throws {
    var machine = try Self.machine()
    let body = Self.body([UInt8](repeating: 0, count: 16_000))
    guard case .recognize(let recognition) = machine.receive(key: "right", body: Array(body.utf8))
    else {
      Issue.record("the request was refused")
      return
    }
    #expect(recognition.utterances.isEmpty)
    let json = try JSONValue(parsing: machine.heard([], in: recognition).body)
    #expect(json["results"] == nil && json["totalBilledTime"] == "0s")
    #expect(machine.report == RecognitionReport(requests: 1, empty: 1))
  }

  @Test(arguments: [(false, "Hello I would like"), (true, "Hello, I would like")])
  func `marks come when they are asked for`(isAsked: Bool, start: String) throws {
    let members = #","languageCode":"en-IN","enableAutomaticPunctuation":\#(isAsked)"#
    let json = try Self.answer(Self.body(try Self.audio(), members)).json
    let alternative = json["results"]?[0]?["alternatives"]?[0]
    #expect(alternative?["transcript"]?.stringValue?.hasPrefix(start) == true)
    #expect(alternative?["confidence"]?.doubleValue == 0.91)
    #expect(alternative?["words"] == nil)
  }

  @Test func `words have times inside the speech, one behind the other`() throws {
    let members =
      #","languageCode":"en-IN","enableWordTimeOffsets":true,"enableWordConfidence":true"#
    let json = try Self.answer(Self.body(try Self.audio(), members)).json
    let result = json["results"]?[0]
    let words = result?["alternatives"]?[0]?["words"]?.arrayValue ?? []
    #expect(words.compactMap { $0["word"]?.stringValue }.joined(separator: " ") == Self.plain)
    #expect(words.allSatisfy { $0["confidence"]?.doubleValue == 0.91 })
    let times = words.flatMap { [Self.seconds($0["startTime"]), Self.seconds($0["endTime"])] }
    #expect(times == times.sorted())
    #expect((0.4...0.7).contains(times.first ?? 0))
    #expect(times.last == Self.seconds(result?["resultEndTime"]))
    #expect((2.8...3.3).contains(times.last ?? 0))
  }

  static func seconds(_ value: JSONValue?) -> Double {
    Double(value?.stringValue?.dropLast() ?? "") ?? .nan
  }

  @Test func `two utterances are two results, the second with a space before it`() throws {
    let audio = try Self.audio()
    let json = try Self.answer(Self.body(audio + audio)).json
    let texts = (json["results"]?.arrayValue ?? []).compactMap {
      $0["alternatives"]?[0]?["transcript"]?.stringValue
    }
    #expect(texts == [Self.plain, " " + Self.plain])
  }

  @Test(arguments: [
    (#""LINEAR16""#, 8_000), ("1", 8_000), (#""LINEAR16""#, 16_000), (#""LINEAR16""#, 24_000),
    (#""MULAW""#, 8_000), ("3", 8_000),
  ])
  func `the ears get sixteen kilohertz whatever came`(encoding: String, rate: Int) throws {
    let samples = try speech(Self.line, rate: rate).samples
    let isMuLaw = encoding.contains("MU") || encoding == "3"
    let bytes = isMuLaw ? MuLaw.bytes(of: samples) : PCM.bytes(of: samples)
    let request = try RecognitionRequest(
      Array(Self.body(bytes, encoding: encoding, rate: rate).utf8))
    #expect(request.samples.count == samples.count * 16_000 / rate)
    var library = UtteranceLibrary()
    library.add(try speech(Self.line, rate: 16_000))
    library.add(try speech(Self.line, rate: 8_000))
    #expect(library.text(of: request.samples, rate: 16_000) == Self.line)
  }

  @Test func `of two channels the first is heard`() throws {
    let samples = try speech(Self.line, rate: 8_000).samples
    let stereo = samples.flatMap { [$0, 0 as Int16] }
    let members = #","languageCode":"en-IN","audioChannelCount":2"#
    let request = try RecognitionRequest(
      Array(Self.body(PCM.bytes(of: stereo), members).utf8))
    let mono = try RecognitionRequest(Array(Self.body(PCM.bytes(of: samples)).utf8))
    #expect(request.samples == mono.samples && request.duration == mono.duration)
  }
}
