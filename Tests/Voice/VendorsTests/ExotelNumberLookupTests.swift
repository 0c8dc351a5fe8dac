import Speech
import Testing

@testable import Vendors

@Suite struct ExotelNumberLookupTests {
  private func lookup(_ script: ScriptedHTTP) -> ExotelNumberLookup {
    let settings = ExotelSettings(
      accountSID: "payaid1", apiKey: "key", apiToken: "tok", baseURL: "http://127.0.0.1:1/")
    return ExotelNumberLookup(settings: { settings }, http: script.http)
  }

  private func answer(_ flag: String) -> String {
    #"{"Numbers":{"PhoneNumber":"09000000001","Circle":"KA","Type":"Mobile","DND":\#(flag)}}"#
  }

  @Test(
    arguments: [
      (#""Yes""#, true), (#""No""#, false), (#""YES""#, true), (#""""#, nil), ("null", nil),
      (#""maybe""#, nil), ("true", nil),
    ] as [(String, Bool?)])
  func `the flag is read, and never guessed`(flag: String, isRegistered: Bool?) async throws {
    let script = ScriptedHTTP([.response(200, answer(flag))])
    #expect(try await lookup(script).isRegistered("+919000000001") == isRegistered)
    let request = try #require(script.requests.first)
    #expect(request.method == "GET")
    #expect(request.url == "http://127.0.0.1:1/v1/Accounts/payaid1/Numbers/09000000001.json")
    #expect(request.headers.contains { $0 == ("authorization", "Basic a2V5OnRvaw==") })
    #expect(request.timeout == .seconds(3))
  }

  @Test(arguments: ["", "no JSON", "[]", #"{"Numbers":[]}"#, #"{"Numbers":null}"#])
  func `another body says nothing`(body: String) async throws {
    #expect(
      try await lookup(ScriptedHTTP([.response(200, body)])).isRegistered("+919000000001") == nil)
  }

  @Test(
    arguments: [(401, .configuration), (429, .quota), (503, .transient), (500, .outcomeUnknown)]
      as [(Int, SpeechError.Kind)])
  func `a refusal is an error, asked once and without the number`(
    status: Int, kind: SpeechError.Kind
  ) async throws {
    let script = ScriptedHTTP([.response(status, "+919000000001")])
    let error = await #expect(throws: SpeechError.self) {
      try await lookup(script).isRegistered("+919000000001")
    }
    #expect(error?.kind == kind && error?.message.contains("9000") == false)
    #expect(script.requests.count == 1)
  }
}
