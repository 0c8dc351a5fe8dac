import Buffers
import Testing

@testable import Simulation

@Suite struct IncomingRingTests {
  static func ring(_ text: String) throws(SimulationError) -> IncomingRing {
    try IncomingRing(json: Array(text.utf8))
  }

  @Test func `a number and a URL are enough`() throws {
    let ring = try Self.ring(#"{"to": "08045671234", "answer_url": "https://host/answer"}"#)
    #expect(ring.to == "+918045671234")
    #expect(ring.applet == VoicebotApplet(url: "https://host/answer", method: .get))
    #expect(ring.from == nil)
    #expect(ring.callSid == nil)
  }

  @Test func `everything can be said`() throws {
    let ring = try Self.ring(
      """
      {"from": "9000000001", "to": "+918045671234", "answer_url": "http://host/", "method": "POST",
       "call_sid": "abc1"}
      """)
    #expect(ring.from == "+919000000001")
    #expect(ring.applet.method == .post)
    #expect(ring.callSid == "abc1")
  }

  @Test(arguments: [
    ("{", "the body is not valid JSON"),
    ("[]", "incoming is not an object"),
    (#"{"form": null}"#, "incoming has no member \"form\""),
    (#"{"from": 9000000001}"#, "incoming.from is not a string"),
    (#"{"from": "who"}"#, "incoming.from is not a valid phone number"),
    (#"{"from": null}"#, "incoming.to is required"),
    (#"{"to": "+918045671234"}"#, "incoming.answer_url is required"),
    (
      #"{"to": "+918045671234", "answer_url": "wss://host/"}"#,
      "incoming.answer_url must start with https:// or http://"
    ),
    (
      #"{"to": "+918045671234", "answer_url": "https://host/", "method": "PUT"}"#,
      "incoming.method must be GET or POST"
    ),
    (
      #"{"to": "+918045671234", "answer_url": "https://host/", "call_sid": "a/b"}"#,
      "incoming.call_sid is not 1 to 64 letters and digits"
    ),
  ])
  func `a bad member is named`(text: String, message: String) {
    #expect(throws: SimulationError(.invalidOrder, message)) { try Self.ring(text) }
  }
}

@Suite struct VoicebotAppletTests {
  static func record(from: String? = "+919876543210", created: Int = 0) throws -> CallRecord {
    let from = from.map { "\"\($0)\"" } ?? "null"
    let ring = try IncomingRingTests.ring(
      #"{"from": \#(from), "to": "+918045671234", "answer_url": "https://host/answer"}"#)
    return CallRecord(
      sid: "c5797dcbaaeed7678c4062a4a3ed2f8a", accountSid: "payaid1",
      request: ConnectRequest(ring), created: created)
  }

  @Test func `the URL is told what a live capture has`() throws {
    let created = try #require(IndianTime.unixSeconds("2026-08-25 12:07:08"))
    let fields = VoicebotApplet.fields(of: try Self.record(created: created), at: created + 1)
    #expect(
      fields.map { "\($0.0)=\($0.1)" } == [
        "CallSid=c5797dcbaaeed7678c4062a4a3ed2f8a", "CallFrom=09876543210", "CallTo=08045671234",
        "Direction=incoming", "Created=Tue, 25 Aug 2026 12:07:08", "DialWhomNumber=",
        "HangupLatencyStartTimeExocc=", "HangupLatencyStartTime=", "ServerCode=",
        "From=09876543210", "To=\(VoicebotApplet.trunk)", "CurrentTime=2026-08-25 12:07:09",
      ])
  }

  @Test func `a withheld number is empty`() throws {
    let fields = VoicebotApplet.fields(of: try Self.record(from: nil), at: 0)
    #expect(fields.filter { $0.0 == "CallFrom" || $0.0 == "From" }.map(\.1) == ["", ""])
  }

  @Test(arguments: [
    (200, #"{"url": "wss://host/stream?a=b"}"#, AppletAnswer.stream(url: "wss://host/stream?a=b")),
    (201, #"{"url": "ws://host/", "more": 1}"#, AppletAnswer.stream(url: "ws://host/")),
    (503, #"{"url": "wss://host/stream"}"#, AppletAnswer.refused("status 503")),
    (302, "", AppletAnswer.refused("status 302")),
    (200, "<html>", AppletAnswer.refused("not a JSON object with a url")),
    (200, #"{"url": null}"#, AppletAnswer.refused("not a JSON object with a url")),
    (200, #"{"url": "https://x/"}"#, AppletAnswer.refused("url must start with ws:// or wss://")),
  ])
  func `only a WebSocket's URL is followed`(status: Int, body: String, answer: AppletAnswer) {
    #expect(AppletAnswer(status: status, body: Array(body.utf8)) == answer)
  }

  @Test(arguments: [
    (0, "Thu, 01 Jan 1970 05:30:00"), (-86_400, "Wed, 31 Dec 1969 05:30:00"),
    (1_795_500_000, "Tue, 24 Nov 2026 11:30:00"),
  ])
  func `the long form of a time names the day`(seconds: Int, text: String) {
    #expect(IndianTime.longText(seconds) == text)
  }
}

@Suite struct IncomingRecordTests {
  @Test func `the API shows an inbound call from the caller to the ExoPhone`() throws {
    let json = try VoicebotAppletTests.record().json()
    #expect(json["Direction"] == "inbound")
    #expect(json["From"] == "09876543210")
    #expect(json["To"] == "08045671234")
    #expect(json["PhoneNumberSid"] == "08045671234")
    #expect(json["Status"] == "in-progress")
    #expect(try CallRecordTests.record().json()["Direction"] == "outbound-api")
  }

  @Test func `a caller who withholds the number has none`() throws {
    let record = try VoicebotAppletTests.record(from: nil)
    #expect(record.json()["From"]?.isNull == true)
    let query = try CallListQuery([("From", "09876543210")])
    #expect(query.answer(from: [record], path: "/p")["Metadata"]?["Total"]?.intValue == 0)
    #expect(Scenario().script(for: record.request.from) == DemoNumbers.fallback)
  }

  @Test func `a call stays inbound once its flow has named a stream`() throws {
    var record = try VoicebotAppletTests.record()
    record.stream(to: "wss://host/stream?sample-rate=16000&k=v")
    #expect(record.json()["Direction"] == "inbound")
    #expect(record.request.sampleRate == 16_000)
    #expect(record.request.customParameters.map(\.0) == ["k"])
  }

  @Test(arguments: [("+919876543210" as String?, "+919876543210"), (nil as String?, "")])
  func `a stream starts with the caller and the ExoPhone`(from: String?, shown: String) throws {
    var record = try VoicebotAppletTests.record(from: from)
    record.stream(to: "wss://host/stream")
    var writer = StreamWriter(streamSid: "stream-1", record: record)
    let start = try JSONValue(parsing: writer.start())["start"]
    #expect(start?["from"]?.stringValue == shown)
    #expect(start?["to"] == "+918045671234")
    #expect(start?["call_sid"]?.stringValue == record.sid)
  }
}
