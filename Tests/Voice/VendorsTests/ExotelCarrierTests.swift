import Buffers
import HTTP
import HTTPClient
import Speech
import Testing

@testable import Vendors

@Suite struct ExotelCarrierTests {
  static let accepted = """
    {"Call":{"Sid":"c5797d","ParentCallSid":null,"DateCreated":"2026-11-20 10:48:33","To":null,
     "From":"09876543210","Status":"in-progress","StartTime":"2026-11-20 10:48:33","EndTime":null,
     "Duration":null,"Price":null,"Direction":"outbound-api"}}
    """
  static let listed = """
    {"Metadata":{"Total":2},"Calls":[{"Sid":"other","CustomField":"call_9","Status":"queued"},
     {"Sid":"c5797d","CustomField":"call_1","Status":"ringing"}]}
    """
  static let request = PlaceCallRequest(
    callID: "call_1", to: "+919876543210", from: "+917314852338",
    streamURL: "wss://voice.example/media/exotel/token", statusCallbackURL: "https://x/cb?t=1&c=2")

  private func carrier(_ script: ScriptedHTTP) -> ExotelCarrier {
    ExotelCarrier(
      settings: {
        ExotelSettings(
          accountSID: "payaid1", apiKey: "key", apiToken: "tok", baseURL: "http://127.0.0.1:1/")
      },
      http: script.http, clock: { 1_795_151_913 })
  }

  @Test func `connect is sent as the sheet says`() async throws {
    let script = ScriptedHTTP([.response(200, Self.accepted)])
    let id = try await carrier(script).placeCall(Self.request)
    #expect(id.rawValue == "c5797d")
    let sent = try #require(script.requests.first)
    #expect(sent.method == "POST")
    #expect(sent.url == "http://127.0.0.1:1/v1/Accounts/payaid1/Calls/connect.json")
    #expect(sent.headers.contains { $0 == ("authorization", "Basic a2V5OnRvaw==") })
    let form = try FormItems(parsing: sent.body)
    for (name, value) in [
      ("From", "+919876543210"), ("CallerId", "07314852338"), ("StreamType", "bidirectional"),
      ("StreamUrl", Self.request.streamURL), ("StatusCallback", "https://x/cb?t=1&c=2"),
      ("CustomField", "call_1"), ("TimeLimit", "600"), ("Record", "false"), ("CallType", "trans"),
    ] { #expect(form[name] == value) }
    #expect(form.all("StatusCallbackEvents[]") == ["ringing", "answered", "terminal"])
  }

  @Test(arguments: [("GET", false), ("POST", true), ("PUT", true), ("DELETE", true)])
  func `what may have an effect is sent once`(method: String, isSentOnce: Bool) {
    let wire = VendorRequest(
      method: method, url: "http://x/", headers: [("a", "b")], body: [1], timeout: .seconds(7)
    ).wire
    #expect(wire.isSentOnce == isSentOnce)
    #expect(wire.method == method && wire.url == "http://x/" && wire.headers["a"] == "b")
    #expect(wire.body == [1] && wire.timeout == .seconds(7))
  }

  @Test(arguments: [
    (400, SpeechError.Kind.permanent, 1), (401, .configuration, 1), (402, .quota, 1),
    (404, .configuration, 1), (429, .quota, 1), (502, .transient, 3), (503, .transient, 3),
  ])
  func `a refusal has its category and its number of attempts`(
    status: Int, kind: SpeechError.Kind, attempts: Int
  ) async {
    let script = ScriptedHTTP([ScriptedHTTP.Answer](repeating: .response(status, ""), count: 5))
    await #expect(throws: SpeechError.self) {
      do { _ = try await carrier(script).placeCall(Self.request) } catch let error as SpeechError {
        #expect(error.kind == kind)
        throw error
      }
    }
    #expect(script.requests.count == attempts)
  }

  @Test(arguments: [
    (
      #"{"RestException":{"Status":403,"Message":"Number in DND list"}}"#,
      SpeechError.Kind.permanent
    ),
    (#"{"RestException":{"Status":403,"Message":"KYC pending"}}"#, .configuration),
    ("<html>", .configuration),
  ])
  func `a 403 is told apart by its text`(body: String, kind: SpeechError.Kind) {
    #expect(ExotelAnswers.failure(VendorResponse(status: 403, body: Array(body.utf8))).kind == kind)
  }

  @Test func `a connection that was never made is tried again`() async throws {
    let script = ScriptedHTTP([.failure(.notSent("refused")), .response(200, Self.accepted)])
    _ = try await carrier(script).placeCall(Self.request)
    #expect(script.requests.count == 2)
    #expect(script.slept.count == 1)
  }

  @Test func `after an unclear outcome the call is looked for, never placed again`() async throws {
    let script = ScriptedHTTP([
      .failure(.unclear("timed out")), .response(200, #"{"Calls":[]}"#),
      .response(200, Self.listed),
    ])
    let id = try await carrier(script).placeCall(Self.request)
    #expect(id.rawValue == "c5797d")
    #expect(script.requests.map(\.method) == ["POST", "GET", "GET"])
    let query = try #require(script.requests.last?.url.split(separator: "?").last)
    let items = try FormItems(parsing: query)
    #expect(items["From"] == "+919876543210")
    #expect(items["DateCreated"]?.hasPrefix("gte:") == true)
  }

  @Test func `an outcome that stays unclear is said to be unclear`() async {
    let empty = ScriptedHTTP.Answer.response(200, #"{"Calls":[]}"#)
    let script = ScriptedHTTP([.response(500, "oops"), empty, empty, empty])
    await #expect(throws: SpeechError(.outcomeUnknown, "exotel answered 500")) {
      try await carrier(script).placeCall(Self.request)
    }
    #expect(script.requests.count { $0.method == "POST" } == 1)
  }

  @Test func `limits are checked before anything is sent`() async {
    let script = ScriptedHTTP([])
    var long = Self.request
    long.streamURL += String(repeating: "x", count: 600)
    await #expect(throws: SpeechError.self) { try await carrier(script).placeCall(long) }
    var endless = Self.request
    endless.timeLimit = .seconds(14_401)
    await #expect(throws: SpeechError.self) { try await carrier(script).placeCall(endless) }
    #expect(script.requests.isEmpty)
  }

  @Test func `call details are read, late fields and all`() async throws {
    let body = """
      {"Call":{"Sid":"c1","Status":"completed","StartTime":"2026-11-20 10:48:33","EndTime":"2026-11-20 10:48:50",
       "Duration":"17","Price":"1.500","CustomField":"call_1","RecordingUrl":null}}
      """
    let script = ScriptedHTTP([.response(200, body), .response(404, "")])
    let call = try #require(try await carrier(script).fetchCall(CarrierCallID(rawValue: "c1")))
    #expect(call.status == .completed)
    #expect(call.duration == .seconds(17))
    #expect(call.price == "1.500")
    #expect(call.endedAt.map { $0 - (call.startedAt ?? 0) } == 17)
    #expect(try await carrier(script).fetchCall(CarrierCallID(rawValue: "none")) == nil)
  }

  @Test(arguments: [
    ("2026-11-20 10:48:33", Int64(1_795_151_913)), ("1970-01-01 05:30:00", 0),
    ("2024-02-29 00:00:00", 1_709_145_000),
  ])
  func `Indian time is UTC plus 5:30`(text: String, epoch: Int64) {
    #expect(IndianTime.parse(text) == epoch)
    #expect(IndianTime.format(epoch) == text)
  }

  @Test(arguments: [
    ("09876543210", "+919876543210"), ("+919876543210", "+919876543210"),
    ("919876543210", "+919876543210"), ("9876543210", "+919876543210"),
    ("+91 98765 43210", "+919876543210"), ("+14155550100", "+14155550100"), ("", ""),
  ])
  func `numbers come in many forms`(number: String, e164: String) {
    #expect(ExotelNumbers.normalized(number) == e164)
  }
}
