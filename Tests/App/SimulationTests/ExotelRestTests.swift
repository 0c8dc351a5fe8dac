import Buffers
import Testing

@testable import Simulation

@Suite struct ConnectRequestTests {
  static let valid: [(String, String)] = [
    ("From", "+919000000001"), ("CallerId", "07314852338"), ("StreamUrl", "wss://host/x?k=v"),
    ("StreamType", "bidirectional"),
  ]

  @Test func `the four required fields make a voice call`() throws {
    let request = try ConnectRequest(fields: Self.valid)
    #expect(request.mode == .voiceAI(streamURL: "wss://host/x?k=v"))
    #expect(request.callerID == "+917314852338")
    #expect(request.callbackBody == .multipart)
    #expect(request.customParameters.map(\.0) == ["k"])
  }

  @Test(arguments: [
    ("From", "", "From is required"),
    ("From", "abc", "From is not a valid phone number"),
    ("StreamUrl", "http://host/", "StreamUrl must start with ws:// or wss://"),
    (
      "StreamUrl", "ws://" + String(repeating: "a", count: 600),
      "StreamUrl has 605 characters; the limit is 599"
    ),
    ("StreamType", "unidirectional", "StreamType must be bidirectional"),
    ("TimeLimit", "14401", "TimeLimit must be from 1 to 14400"),
    (
      "CustomField", String(repeating: "c", count: 129),
      "CustomField has 129 characters; the limit is 128"
    ),
    (
      "StreamName", String(repeating: "c", count: 33),
      "StreamName has 33 characters; the limit is 32"
    ),
    ("Record", "maybe", "Record must be one of true, false"),
    ("CallType", "promo", "CallType must be one of trans"),
    ("StatusCallback", "/relative", "StatusCallback must start with http:// or https://"),
    ("StatusCallbackEvents[]", "started", "StatusCallbackEvents has an unknown event"),
    ("Url", "http://my.exotel.com/x/exoml/start_voice/1", "StreamUrl and Url exclude each other"),
  ])
  func `a bad field is named`(name: String, value: String, message: String) {
    #expect(throws: FieldFault(message: message)) {
      try ConnectRequest(fields: Self.valid + [(name, value)])
    }
  }

  @Test(arguments: [
    ("?sample-rate=16000", 16_000), ("?a=b&sample_rate=24000", 24_000), ("", 8_000),
  ])
  func `the query of the stream URL picks the rate`(query: String, rate: Int) throws {
    let fields = Self.valid + [("StreamUrl", "ws://host/path" + query)]
    #expect(try ConnectRequest(fields: fields).sampleRate == rate)
  }

  @Test(arguments: [
    "+919876543210", "919876543210", "09876543210", "9876543210", "+91 98765 43210",
  ])
  func `every Indian spelling is one number`(text: String) {
    #expect(PhoneDigits.international(text) == "+919876543210")
  }
}

@Suite struct CallRecordTests {
  static func record(events: [String] = ["terminal"]) throws -> CallRecord {
    let fields = ConnectRequestTests.valid + events.map { ("StatusCallbackEvents[]", $0) }
    return CallRecord(
      sid: "c5797dcbaaeed7678c4062a4a3ed2f8a", accountSid: "payaid1",
      request: try ConnectRequest(fields: fields), created: 1_795_500_000)
  }

  @Test func `an accepted call already says in-progress and has no end`() throws {
    let json = try Self.record().json()
    #expect(json["Status"] == "in-progress")
    #expect(json["EndTime"]?.isNull == true)
    #expect(json["From"] == "09000000001")
    #expect(json["DateCreated"] == "2026-11-24 11:30:00")
  }

  @Test func `billing appears only when the call is settled`() throws {
    var record = try Self.record()
    record.status = .completed
    record.answered = record.created + 2
    record.ended = record.created + 63
    #expect(record.json()["Duration"]?.isNull == true)
    record.isSettled = true
    #expect(record.json()["Duration"] == "61")
    #expect(record.json()["Price"] == "1.200")
  }

  @Test func `the XML form wraps and escapes`() {
    let answer = RestAnswer.exception(400, "a < b & c")
    let text = String(decoding: answer.xml, as: UTF8.self)
    #expect(text.contains("<TwilioResponse><RestException><Status>400</Status>"))
    #expect(text.contains("<Message>a &lt; b &amp; c</Message>"))
  }

  @Test func `a list is filtered and paged`() throws {
    let records = try (0..<5).map { index in
      CallRecord(
        sid: "sid\(index)", accountSid: "a", request: try Self.record().request,
        created: 1_000 + index)
    }
    let query = try CallListQuery([("PageSize", "2"), ("After", "2"), ("From", "09000000001")])
    let page = query.answer(from: records, path: "/p")
    #expect(page["Calls"]?.arrayValue?.compactMap { $0["Sid"]?.stringValue } == ["sid2", "sid1"])
    #expect(page["Metadata"]?["Total"]?.intValue == 5)
    #expect(page["Metadata"]?["NextPageUri"]?.stringValue == "/p?PageSize=2&After=4")
    let later = try CallListQuery([("DateCreated", "gte:" + IndianTime.text(1_003))])
    #expect(later.answer(from: records, path: "/p")["Metadata"]?["Total"]?.intValue == 2)
  }

  @Test(arguments: [0, 951_782_400, 1_795_500_000, 4_102_444_799])
  func `Indian time reads back`(seconds: Int) {
    #expect(IndianTime.unixSeconds(IndianTime.text(seconds)) == seconds)
  }
}

@Suite struct StatusEventTests {
  @Test func `a call without subscribed events gets four fields`() throws {
    let event = StatusEvent(.terminal, of: try CallRecordTests.record(events: []))
    #expect(event.fields.map(\.name) == ["CallSid", "DateUpdated", "Status", "RecordingUrl"])
  }

  @Test func `both encodings carry the legs`() throws {
    let event = StatusEvent(.terminal, of: try CallRecordTests.record())
    let json = try JSONValue(parsing: event.json)
    #expect(json["Legs"]?[0]?["OnCallDuration"]?.intValue == 0)
    let body = String(decoding: event.multipart(boundary: "B"), as: UTF8.self)
    #expect(body.contains("name=\"Legs[0][OnCallDuration]\"\r\n\r\n0\r\n"))
    #expect(body.hasSuffix("--B--\r\n"))
  }

  @Test func `faults decide which copies leave and when`() throws {
    let faults = try ExotelFaults(["duplicate_callbacks": true, "drop_callbacks": ["ringing"]])
    #expect(faults.departures(of: .ringing).isEmpty)
    #expect(faults.departures(of: .terminal).count == 2)
    #expect(throws: SimulationError(.invalidFault, "exotel has no member \"typo\"")) {
      try ExotelFaults(["typo": true])
    }
  }
}
