import Buffers
import Testing
import Voices

@testable import Simulation

@Suite struct SynthesisTests {
  static let document = SpeechMarkupTests.voice("Hello, I would like to know where my order is.")

  static func call(
    _ format: String? = "raw-8khz-16bit-mono-pcm", body: [UInt8] = document
  ) -> SynthesisCall {
    SynthesisCall(
      key: "right", contentType: "application/ssml+xml; charset=utf-8", format: format,
      userAgent: "test", body: body)
  }

  static func machine(_ faults: JSONValue = [:]) throws -> SynthesisMachine {
    SynthesisMachine(key: "right", faults: try SynthesisFaults(faults))
  }

  /// The reply to a call that is not spoken.
  static func reply(_ call: SynthesisCall, _ faults: JSONValue = [:]) throws -> SynthesisReply {
    var machine = try machine(faults)
    guard case .reply(let reply) = machine.receive(call, at: .zero) else {
      Issue.record("the call was accepted")
      return SynthesisReply(status: 200, text: "")
    }
    return reply
  }

  /// An accepted call with the stream that the studio makes of it.
  static func stream(
    _ call: SynthesisCall, _ faults: JSONValue = [:]
  ) throws -> (synthesis: Synthesis, stream: AudioStream) {
    var machine = try machine(faults)
    guard case .speak(let synthesis) = machine.receive(call, at: .seconds(5)) else {
      throw SimulationError(.invalidOrder, "the call was refused")
    }
    let clips = try synthesis.markup.parts.compactMap { part -> SpeechClip? in
      guard case .words(let text, _) = part else { return nil }
      return try speech(text, rate: synthesis.format.sampleRate)
    }
    return (synthesis, synthesis.stream(of: clips))
  }

  @Test(arguments: AudioFormat.all.map(\.name))
  func `speech lasts as long in every format`(format: String) throws {
    let (synthesis, stream) = try Self.stream(Self.call(format))
    let bytes = Array(stream.pieces.joined())
    let isMuLaw = format.hasSuffix("mulaw")
    let header = format.hasPrefix("riff") ? 44 : 0
    let seconds =
      Double(bytes.count - header) / Double(synthesis.format.sampleRate * (isMuLaw ? 1 : 2))
    #expect((2.5...3.5).contains(seconds))
    #expect(stream.end == .whole)
    #expect((bytes.prefix(4) == Array("RIFF".utf8)[...]) == (header > 0))
    #expect(synthesis.format.contentType == (header > 0 ? "audio/x-wav" : "audio/basic"))
    #expect(abs(Double(stream.pieces.count) - seconds * 10) <= 1.1)
    #expect(synthesis.firstByteAt == .milliseconds(5_120))
    #expect(AudioStream.interval == .microseconds(12_500))
  }

  @Test func `pauses and the silence around are in the sound`() throws {
    let words = try speech("Hello.", rate: 8_000).samples
    let content =
      "<mstts:silence type=\"Leading-exact\" value=\"50ms\"/>Hello.<break time=\"1s\"/>Hello."
    let (_, stream) = try Self.stream(Self.call(body: SpeechMarkupTests.voice(content)))
    let silence = { (count: Int) in [Int16](repeating: 0, count: count) }
    let expected = silence(400) + words + silence(8_000) + words + silence(800)
    #expect(PCM.samples(of: Array(stream.pieces.joined())) == expected)
  }

  @Test func `sound of more than ten minutes is cut off`() throws {
    let pauses = String(repeating: "<break time=\"20s\"/>", count: 40)
    let (_, stream) = try Self.stream(Self.call(body: SpeechMarkupTests.voice("Hello." + pauses)))
    #expect(stream.pieces.reduce(0) { $0 + $1.count } == 600 * 16_000)
    let long = SpeechMarkupTests.voice(String(repeating: "a", count: 20_001))
    let markup = try SpeechMarkup(long)
    #expect(markup.parts.isEmpty && markup.characters == 20_001)
  }

  @Test func `headers are required`() throws {
    let rows: [(WritableKeyPath<SynthesisCall, String?>, String?, Int, String)] = [
      (\.key, nil, 401, "Access denied"), (\.key, "wrong", 401, "Access denied"),
      (\.contentType, nil, 415, "Content-Type"), (\.contentType, "text/xml", 415, "Content-Type"),
      (\.format, nil, 400, "OutputFormat"), (\.format, "ogg-24khz-16bit-mono-opus", 400, "format"),
      (\.userAgent, nil, 400, "User-Agent"),
      (\.userAgent, String(repeating: "a", count: 255), 400, "User-Agent"),
    ]
    for (member, value, status, words) in rows {
      var call = Self.call()
      call[keyPath: member] = value
      let reply = try Self.reply(call)
      #expect(reply.status == status && reply.text.contains(words))
    }
  }

  @Test func `markup that is wrong is refused, and the answer does not repeat it`() throws {
    let reply = try Self.reply(Self.call(body: SpeechMarkupTests.voice("secret & more")))
    #expect(reply.status == 400 && reply.text.hasPrefix("SSML parsing error: "))
    #expect(!reply.text.contains("secret"))
  }

  @Test func `a token is good for ten minutes`() throws {
    var machine = try Self.machine()
    #expect(machine.issueToken(key: "wrong", at: .zero).status == 401)
    let token = machine.issueToken(key: "right", at: .seconds(1)).text
    #expect(token.split(separator: ".").count == 3)
    var call = Self.call()
    call.key = nil
    for (authorization, time, isGood) in [
      ("Bearer " + token, 600, true), ("Bearer " + token, 601, false), ("Bearer x.y.z", 2, false),
      (token, 2, false),
    ] {
      call.authorization = authorization
      let now = Duration.seconds(time)
      if case .speak = machine.receive(call, at: now) {
        #expect(isGood)
      } else {
        #expect(!isGood)
      }
      let fault = machine.listFault(key: nil, authorization: authorization, at: now)
      #expect((fault == nil) == isGood)
    }
    #expect(machine.report.tokens == 1 && machine.report.refused == 3)
  }

  @Test func `an injected failure holds for as many calls as it says`() throws {
    var machine = try Self.machine(["status": 429, "count": 1, "delay_ms": 9])
    guard case .reply(let reply) = machine.receive(Self.call(), at: .zero) else {
      Issue.record("the call did not fail")
      return
    }
    #expect(reply.status == 429 && reply.delay == .milliseconds(9))
    guard case .speak(let synthesis) = machine.receive(Self.call(), at: .zero) else {
      Issue.record("the second call failed too")
      return
    }
    #expect(synthesis.firstByteAt == .milliseconds(129))
  }

  @Test(arguments: [
    (#"{"empty":true}"#, AudioStream.End.whole, 0 as Int?), (#"{"cut_after_ms":250}"#, .cut, 4_001),
    (#"{"cut_after_ms":99000}"#, .whole, nil), (#"{"stall":true}"#, .stalled, 1_600),
  ])
  func `a stream can be empty, cut, or stall`(
    faults: String, end: AudioStream.End, bytes: Int?
  ) throws {
    let whole = try Self.stream(Self.call()).stream
    let (_, stream) = try Self.stream(Self.call(), JSONValue(parsing: faults))
    #expect(stream.end == end)
    let sent = Array(stream.pieces.joined())
    #expect(sent == Array(Array(whole.pieces.joined()).prefix(bytes ?? .max)))
  }

  @Test func `documents are kept for tests, and only their lengths are measured`() throws {
    var machine = try Self.machine()
    let document = SpeechMarkupTests.voice("A &lt; B")
    _ = machine.receive(Self.call(body: document), at: .zero)
    _ = machine.receive(Self.call(body: Array("<speak>".utf8)), at: .zero)
    let kept = machine.ssml["documents"]
    #expect(kept?[0]?["ssml"]?.stringValue == String(decoding: document, as: UTF8.self))
    #expect(kept?[0]?["status"] == 200 && kept?[1]?["status"] == 400)
    #expect(kept?[0]?["format"] == "raw-8khz-16bit-mono-pcm")
    let report = machine.report.json
    #expect(report["ssml_bytes"] == [.int(document.count), 7])
    #expect(report["characters"] == 5 && report["voices"] == ["en-IN-NeerjaNeural": 1])
    #expect(!report.serializedString.contains("A <"))
  }

  @Test func `mu-law comes back nearly as it went`() {
    let samples = stride(from: -32_768, through: 32_767, by: 97).map { Int16($0) }
    let back = MuLaw.samples(of: MuLaw.bytes(of: samples))
    #expect(
      zip(samples, back).allSatisfy { abs(Int($0) - Int($1)) <= max(8, abs(Int($0)) / 16) })
    #expect(MuLaw.samples(of: [0xFF, 0x7F, 0x80, 0x00]) == [0, 0, 32_124, -32_124])
  }
}
