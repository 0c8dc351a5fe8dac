import Buffers
import HTTP
import Speech
import Testing

@testable import Vendors

@Suite struct ExoPhonesTests {
  private static let root = "http://127.0.0.1:1/v2_beta/Accounts/payaid1"
  private static let bought = """
    {"sid":"4f5c","phone_number":"+918047140010","friendly_name":"desk","country":"IN",
     "capabilities":{"voice":true,"sms":false},"region":"KA","rental_price":"499.000000",
     "currency":"INR"}
    """

  private func phones(_ script: ScriptedHTTP, flowID: String? = nil) -> ExoPhones {
    let settings = ExotelSettings(
      accountSID: "payaid1", apiKey: "key", apiToken: "tok", baseURL: "http://127.0.0.1:1/",
      flowID: flowID)
    return ExoPhones(settings: { settings }, http: script.http)
  }

  /// A page of the account's list that begins with number `first`.
  private static func page(_ first: Int, count: Int) -> String {
    let numbers = (first..<first + count).map {
      #"{"sid":"s\#($0)","phone_number":"0804714\#($0)"}"#
    }
    return
      #"{"page":0,"page_size":50,"incoming_phone_numbers":[\#(numbers.joined(separator: ","))]}"#
  }

  @Test func `a search asks for kind, circle and digits`() async throws {
    let script = ScriptedHTTP([
      .response(
        200,
        """
        [{"friendly_name":"x","phone_number":"+918047140010","country":"IN","region":"KA",
          "number_type":"Landline","rental_price":"499.000000"},{"phone_number":""}]
        """)
    ])
    let found = try await phones(script).search(
      NumberSearch(type: .tollFree, region: "KA", contains: "47"))
    #expect(
      script.requests.map(\.url) == [
        Self.root + "/AvailablePhoneNumbers/IN/TollFree?InRegion=KA&Contains=47"
      ])
    #expect(found.map(\.number) == ["+918047140010"])
    #expect(found[0].type == .landline && found[0].region == "KA")
    #expect(found[0].monthlyRent == "499.000000")
  }

  @Test func `a purchase attaches the account's flow`() async throws {
    let script = ScriptedHTTP([.response(200, Self.bought)])
    let number = try await phones(script, flowID: "4711").buy("+918047140010", name: "desk")
    #expect(number.id == "4f5c" && number.number == "+918047140010")
    let sent = try #require(script.requests.first)
    #expect(sent.method == "POST" && sent.url == Self.root + "/IncomingPhoneNumbers")
    #expect(sent.headers.contains { $0 == ("authorization", "Basic a2V5OnRvaw==") })
    let form = try FormItems(parsing: sent.body)
    #expect(form["PhoneNumber"] == "+918047140010" && form["FriendlyName"] == "desk")
    #expect(form["VoiceUrl"] == "http://my.exotel.com/payaid1/exoml/start_voice/4711")
  }

  @Test(arguments: [
    ScriptedHTTP.Answer.response(502, ""), .response(500, ""), .response(200, "<html>"),
    .failure(.unclear("timeout")),
  ])
  func `after an unclear purchase the list is asked, and nothing is bought twice`(
    answer: ScriptedHTTP.Answer
  ) async throws {
    let listed = #"{"incoming_phone_numbers":[{"sid":"4f5c","phone_number":"08047140010"}]}"#
    let script = ScriptedHTTP([
      answer, .response(200, Self.page(0, count: 0)), .response(200, listed),
    ])
    let number = try await phones(script).buy("+918047140010", name: "")
    #expect(number.id == "4f5c")
    #expect(script.requests.map(\.method) == ["POST", "GET", "GET"])
  }

  @Test func `a purchase that cannot be found stays unclear`() async {
    let script = ScriptedHTTP([.failure(.unclear("timeout"))])
    let error = await #expect(throws: SpeechError.self) {
      _ = try await phones(script).buy("+918047140010", name: "")
    }
    #expect(error?.kind == .outcomeUnknown)
    #expect(script.requests.count { $0.method == "POST" } == 1)
  }

  @Test(arguments: [(400, SpeechError.Kind.permanent), (402, .quota), (403, .configuration)])
  func `a refused purchase is not repeated`(status: Int, kind: SpeechError.Kind) async {
    let script = ScriptedHTTP([.response(status, "{}")])
    let error = await #expect(throws: SpeechError.self) {
      _ = try await phones(script).buy("+918047140010", name: "")
    }
    #expect(error?.kind == kind && script.requests.count == 1)
  }

  @Test func `a number is looked for page by page`() async throws {
    let script = ScriptedHTTP([
      .response(200, Self.page(1_000, count: 50)), .response(200, Self.page(2_000, count: 3)),
    ])
    let found = try await phones(script).find("+918047142002")
    #expect(found?.id == "s2002")
    #expect(
      script.requests.map(\.url) == [
        Self.root + "/IncomingPhoneNumbers?page=0", Self.root + "/IncomingPhoneNumbers?page=1",
      ])
  }

  @Test func `the older shape of the list is read too`() async throws {
    let script = ScriptedHTTP([
      .response(
        200,
        #"{"IncomingPhoneNumbers":[{"IncomingPhoneNumber":{"Sid":"a","PhoneNumber":"08047140010"}}]}"#
      )
    ])
    #expect(try await phones(script).find("+918047140010")?.id == "a")
  }

  @Test(arguments: [202, 404])
  func `a number that is given back or gone is released`(status: Int) async throws {
    let script = ScriptedHTTP([.response(status, #"{"Status":202,"Message":"Accepted"}"#)])
    try await phones(script).release("4f/5c")
    #expect(script.requests.map(\.url) == [Self.root + "/IncomingPhoneNumbers/4f%2F5c"])
    #expect(script.requests.map(\.method) == ["DELETE"])
  }
}
