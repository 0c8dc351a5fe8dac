import Buffers
import Speech
import TLS
import Testing

@testable import Vendors

@Suite struct ExotelCallbackTests {
  static let json = """
    {"CallSid":"80bf","EventType":"terminal","DateUpdated":"2026-11-20 14:30:45","Status":"Completed",
     "From":"09876543210","ConversationDuration":320,"CustomField":"call_1",
     "RecordingUrl":"","Legs":[{"OnCallDuration":335,"Status":"completed","AnsweredBy":"Human"}]}
    """
  static let form =
    "CallSid=80bf&EventType=terminal&DateUpdated=2026-11-20+14%3A30%3A45&Status=Completed"
    + "&ConversationDuration=320&CustomField=call_1&RecordingUrl=&Legs%5B0%5D%5BOnCallDuration%5D=335"
    + "&Legs[0][AnsweredBy]=Human"
  static let multipart =
    [
      ("CallSid", "80bf"), ("EventType", "terminal"), ("DateUpdated", "2026-11-20 14:30:45"),
      ("Status", "Completed"), ("ConversationDuration", "320"), ("CustomField", "call_1"),
      ("Legs[0][AnsweredBy]", "Human"),
    ].map { "--b\r\nContent-Disposition: form-data; name=\"\($0.0)\"\r\n\r\n\($0.1)\r\n" }.joined()
    + "--b--\r\n"

  private let callbacks = ExotelCallbacks(
    accountSID: "payaid1", secrets: { ["current", "previous"] })

  private func request(
    _ body: String, type: String = "application/json", query: [String: String] = [:],
    signature: String? = nil
  ) -> CarrierCallbackRequest {
    var headers = ["content-type": type]
    headers["x-exotel-signature"] = signature
    return CarrierCallbackRequest(query: query, headers: headers, body: Array(body.utf8))
  }

  private func token(_ callID: String, secret: String = "current") -> String {
    Hex.encode(
      Digest.hmacSHA256(
        key: Array(secret.utf8), Array("exotel-status:v1:payaid1:\(callID)".utf8)))
  }

  private func signature(_ body: String, secret: String = "current") -> String {
    "sha256=" + Hex.encode(Digest.hmacSHA256(key: Array(secret.utf8), Array(body.utf8)))
  }

  @Test(arguments: [
    ("application/json", json), ("application/json; charset=utf-8", json),
    ("application/x-www-form-urlencoded", form), ("multipart/form-data; boundary=b", multipart),
  ])
  func `all three encodings say the same`(type: String, body: String) throws {
    let verified = try callbacks.verify(
      request(body, type: type, query: ["cid": "call_1", "t": token("call_1")]))
    #expect(verified.proof == .capability(callID: "call_1"))
    let event = verified.event
    #expect(event.id.rawValue == "80bf")
    #expect(event.kind == .terminal)
    #expect(event.status == .completed)
    #expect(event.conversation == .seconds(320))
    #expect(event.callID == "call_1")
    #expect(event.recordingURL == nil)
    #expect(event.answeredBy == "human")
    #expect(event.deduplicationKey == "80bf|terminal|Completed|2026-11-20 14:30:45")
  }

  @Test func `the minimal terminal callback is understood`() throws {
    let body = "CallSid=80bf&DateUpdated=x&Status=busy&RecordingUrl="
    let event = try callbacks.verify(
      request(body, type: "", signature: signature(body))
    ).event
    #expect(event.kind == .terminal)
    #expect(event.status == .busy)
    #expect(event.callID == nil)
  }

  @Test func `the URL we give out is the one we accept`() throws {
    let url = callbacks.statusCallbackURL(base: "https://voice.example", callID: "call_1")
    #expect(
      url == "https://voice.example/api/v1/webhooks/exotel?cid=call_1&t=\(token("call_1"))")
  }

  @Test func `the previous secret still counts`() throws {
    let query = ["cid": "call_1", "t": token("call_1", secret: "previous")]
    #expect(throws: Never.self) { try callbacks.verify(request(Self.json, query: query)) }
    let signed = request(Self.json, signature: signature(Self.json, secret: "previous"))
    #expect(try callbacks.verify(signed).proof == .bodySignature)
  }

  @Test func `what proves nothing is refused`() {
    let good = token("call_1")
    let refused: [CarrierCallbackRequest] = [
      request(Self.json),
      request(Self.json, query: ["cid": "call_1"]),
      request(Self.json, query: ["cid": "call_2", "t": good]),
      request(Self.json, query: ["cid": "call_1", "t": good.uppercased()]),
      request(Self.json, query: ["cid": "call_1", "t": String(good.dropLast())]),
      request(Self.json, query: ["cid": "call_1", "t": "ü" + good]),
      request(Self.json, query: ["cid": "call_1", "t": token("call_1", secret: "other")]),
      request(Self.json, signature: signature(Self.json + " ")),
      request(Self.json, signature: ""),
      // A wrong signature is not saved by a right token.
      request(Self.json, query: ["cid": "call_1", "t": good], signature: "sha256=00"),
    ]
    for request in refused {
      #expect(throws: CarrierCallbackRefusal.unauthenticated) { try callbacks.verify(request) }
    }
  }

  @Test(arguments: [
    ("application/json", "{"), ("application/json", "{}"), ("application/json", "[]"),
    ("multipart/form-data", "x"), ("multipart/form-data; boundary=b", "--b\r\n"),
    ("application/x-www-form-urlencoded", "CallSid=%zz"), ("", ""),
    ("application/json", #"{"CallSid":""}"#),
  ])
  func `a body that cannot be read is refused, not trusted`(type: String, body: String) {
    #expect(throws: CarrierCallbackRefusal.self) {
      try callbacks.verify(request(body, type: type, signature: signature(body)))
    }
  }

  @Test func `a large body is refused before it is read`() {
    let body = String(repeating: "a", count: 65_537)
    #expect(throws: CarrierCallbackRefusal.tooLarge) {
      try callbacks.verify(request(body, signature: signature(body)))
    }
  }
}
