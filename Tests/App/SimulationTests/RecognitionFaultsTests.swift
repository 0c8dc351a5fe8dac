import Buffers
import Testing

@testable import Simulation

@Suite struct RecognitionFaultsTests {
  static func config(_ members: String, audio: String = #"{"content":"AAAA"}"#) -> String {
    #"{"config":{\#(members)},"audio":\#(audio)}"#
  }

  /// A good configuration, to which others add.
  static let plain = #""encoding":"LINEAR16","sampleRateHertz":8000,"languageCode":"hi-IN""#

  @Test(arguments: [
    ("{", "byte 1"), (#"{"config":{"speed":1}}"#, "Cannot find field"),
    (#"{"config":7}"#, "google.cloud.speech.v1.RecognitionConfig)"),
    ("{}", "Empty language code"),
    (config(plain, audio: "{}"), "RecognitionAudio not set"),
    (config(plain, audio: #"{"content":"%%%"}"#), "Base64 decoding failed"),
    (config(plain, audio: #"{"uri":"gs://a/b"}"#), "Cloud Storage"),
    (config(#""languageCode":"xx-XX","sampleRateHertz":8000,"encoding":1"#), "bad language code"),
    (config(#""languageCode":"en-IN","encoding":1"#), "bad sample rate"),
    (config(#""languageCode":"en-IN","encoding":1,"sampleRateHertz":7999"#), "bad sample rate"),
    (config(#""languageCode":"en-IN","sampleRateHertz":8000"#), "bad encoding"),
    (
      config(#""languageCode":"en-IN","sampleRateHertz":8000,"encoding":"FLAC""#),
      "does not decode FLAC"
    ),
    (config(#""languageCode":"en-IN","sampleRateHertz":8000,"encoding":"X""#), "AudioEncoding"),
    (config(#""languageCode":"en-IN","sampleRateHertz":8000,"encoding":99"#), "AudioEncoding"),
    (config(plain + #","model":"chirp_2""#), "Incorrect model"),
    (config(plain + #","model":"phone_call""#), "not supported for language : hi-IN"),
    (config(plain + #","alternativeLanguageCodes":["a","b","c","d"]"#), "At most 3"),
    (config(plain + #","alternativeLanguageCodes":["ta-IN"],"model":"telephony""#), ": ta-IN"),
    (config(plain + #","maxAlternatives":31"#), "max alternatives"),
    (config(plain + #","audioChannelCount":9"#), "channel count"),
    (
      config(plain + #","audioChannelCount":2,"enableSeparateRecognitionPerChannel":true"#),
      "one channel"
    ),
    (
      config(
        plain + #","speechContexts":[{"phrases":["\#(String(repeating: "a", count: 101))"]}]"#),
      "phrase too long"
    ),
  ])
  func `a bad request says what is wrong`(body: String, words: String) throws {
    let (status, json) = try RecognitionTests.answer(body)
    #expect(status == 400)
    #expect(json["error"]?["status"] == "INVALID_ARGUMENT")
    #expect(json["error"]?["message"]?.stringValue?.contains(words) == true)
  }

  @Test func `a request with any byte changed is read or refused`() throws {
    let body = Array(Self.config(Self.plain + #","maxAlternatives":1"#).utf8)
    var refused = 0
    for place in body.indices {
      for byte in Array("{}[]\",:-9n".utf8) + [0, 0xFF] where byte != body[place] {
        var changed = body
        changed[place] = byte
        do { _ = try RecognitionRequest(changed) } catch { refused += 1 }
      }
    }
    #expect(refused > body.count * 8)
    #expect(throws: Never.self) { try RecognitionRequest(body) }
  }

  @Test(arguments: [(60, 200), (61, 400)])
  func `more than a minute is too long`(seconds: Int, status: Int) throws {
    let body = RecognitionTests.body([UInt8](repeating: 0, count: seconds * 16_000))
    let answer = try RecognitionTests.answer(body)
    #expect(answer.status == status)
    if status == 400 {
      #expect(
        answer.json["error"]?["message"]?.stringValue?.hasPrefix("Sync input too long.") == true)
    }
  }

  @Test(arguments: [("wrong" as String?, 400), (nil, 403), ("", 403)])
  func `a wrong key is a bad request, and none is forbidden`(key: String?, code: Int) throws {
    let (status, json) = try RecognitionTests.answer("{}", key: key)
    #expect(status == code)
    let detail = json["error"]?["details"]?[0]
    #expect((detail?["reason"] == "API_KEY_INVALID") == (code == 400))
    if code == 400 { #expect(detail?["metadata"]?["service"] == "speech.googleapis.com") }
  }

  @Test(arguments: [(403, "SERVICE_DISABLED"), (429, "Quota exceeded"), (503, "UNAVAILABLE")])
  func `an injected failure holds for as many requests as it says`(
    code: Int, words: String
  ) throws {
    var machine = try RecognitionTests.machine(["status": .int(code), "count": 1, "delay_ms": 7])
    let body = Array(RecognitionTests.body([0, 0]).utf8)
    guard case .reply(let reply) = machine.receive(key: "right", body: body) else {
      Issue.record("the request did not fail")
      return
    }
    #expect(reply.status == code && reply.delay == .milliseconds(7))
    #expect(String(decoding: reply.body, as: UTF8.self).contains(words))
    guard case .recognize(let recognition) = machine.receive(key: "right", body: body) else {
      Issue.record("the second request failed too")
      return
    }
    #expect(machine.heard([], in: recognition).delay == .milliseconds(7))
    #expect(machine.report == RecognitionReport(requests: 2, failures: 1, empty: 1))
  }

  @Test func `answers can be without results, unsure, or broken`() throws {
    let body = RecognitionTests.body(try RecognitionTests.audio())
    let empty = try RecognitionTests.answer(body, faults: ["no_results": true])
    #expect(empty.status == 200 && empty.json["results"] == nil)
    for (value, written) in [(0.3, 0.3 as Double?), (0, nil)] {
      let unsure = try RecognitionTests.answer(
        body, faults: ["confidence": JSONValue(floatLiteral: value)])
      let alternative = unsure.json["results"]?[0]?["alternatives"]?[0]
      #expect(alternative?["confidence"]?.doubleValue == written)
    }
    #expect(throws: (any Error).self) {
      try RecognitionTests.answer(body, faults: ["malformed": true])
    }
  }

  @Test(arguments: [#"{"confidence":2}"#, #"{"status":200}"#, #"{"stall":true}"#])
  func `a switch that is not there is refused`(faults: String) throws {
    let value = try JSONValue(parsing: faults)
    #expect(throws: SimulationError.self) { try RecognitionFaults(value) }
  }
}
