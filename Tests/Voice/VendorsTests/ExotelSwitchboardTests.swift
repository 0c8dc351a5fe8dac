import Buffers
import Speech
import TLS
import Testing
import Vendors

@Suite struct ExotelSwitchboardTests {
  private let switchboard = ExotelSwitchboard(
    accountSID: "payaid1", secrets: { ["current", "previous"] })

  private static let fields = [
    "CallSid": "c0ffee", "CallFrom": "09876543210", "CallTo": "08047120001", "To": "09500000000",
  ]

  private func token(_ secret: String = "current", account: String = "payaid1") -> String {
    Hex.encode(
      Digest.hmacSHA256(
        key: Array(secret.utf8), Array("exotel-incoming:v1:\(account)".utf8)))
  }

  private func read(
    _ query: [String: String] = fields, body: String = "",
    type: String = "application/x-www-form-urlencoded", token: String? = nil
  ) -> Result<IncomingCall, CarrierCallbackRefusal> {
    Result { () throws(CarrierCallbackRefusal) in
      try switchboard.verify(
        CarrierCallbackRequest(
          query: query, headers: ["content-type": type], body: Array(body.utf8)),
        token: token ?? self.token())
    }
  }

  @Test func `the address holds a token made with the current secret`() {
    let url = switchboard.incomingURL(base: "https://voice.example.in")
    #expect(url == "https://voice.example.in/api/v1/webhooks/exotel/incoming/\(token())")
  }

  @Test func `fields come in a query, a form or JSON, and numbers in the carrier's spelling`()
    throws
  {
    let form = "CallSid=c0ffee&CallFrom=09876543210&CallTo=%2B918047120001&To=09500000000"
    let json = #"{"CallSid":"c0ffee","CallFrom":"919876543210","CallTo":"8047120001"}"#
    for call in [
      try read().get(), try read([:], body: form).get(),
      try read([:], body: json, type: "application/json").get(),
    ] {
      #expect(call.id.rawValue == "c0ffee")
      #expect(call.from == "+919876543210" && call.to == "+918047120001")
    }
  }

  @Test(arguments: ["", "anonymous", "+14155550100", "98765"])
  func `a caller without an Indian number is none`(number: String) throws {
    let call = try read(Self.fields.merging(["CallFrom": number]) { $1 }).get()
    #expect(call.from == nil)
  }

  @Test(arguments: ["previous", "current"]) func `both secrets prove during a rotation`(
    secret: String
  ) throws {
    #expect(try read(token: token(secret)).get().id.rawValue == "c0ffee")
  }

  @Test func `any other token is refused before anything is read`() {
    for wrong in ["", "x", token("other"), token(account: "other"), token() + "0"] {
      let refused = read([:], body: "{", type: "application/json", token: wrong)
      #expect(throws: CarrierCallbackRefusal.unauthenticated) { try refused.get() }
    }
  }

  @Test(arguments: [
    ["CallSid": ""], ["CallSid": String(repeating: "x", count: 65)], ["CallSid": "a\u{0}b"],
    ["CallSid": "a b"], ["CallSid": "ü"], ["CallTo": ""], ["CallTo": "+14155550100"],
  ])
  func `news without a call's name or number is malformed`(change: [String: String]) {
    let refused = read(Self.fields.merging(change) { $1 })
    #expect(throws: CarrierCallbackRefusal.self) { try refused.get() }
  }

  @Test func `a body may have 64 KiB`() {
    let refused = read(body: String(repeating: "x", count: 65_537))
    #expect(throws: CarrierCallbackRefusal.tooLarge) { try refused.get() }
  }

  @Test func `the answer is JSON with the stream's address`() {
    let body = switchboard.answer(streamURL: "wss://h/p?sample-rate=16000")
    #expect(String(decoding: body, as: UTF8.self) == #"{"url":"wss://h/p?sample-rate=16000"}"#)
  }
}
