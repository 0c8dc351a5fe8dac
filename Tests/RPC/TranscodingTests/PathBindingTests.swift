import Buffers
import HTTP
import Protobuf
import RPCCore
import RPCProtobuf
import Schema
import Testing
import VoiceAPI

@testable import Transcoding

private typealias GetCall = Payaid.Voice.V1.GetCallRequest

@Suite struct PathBindingTests {
  @Test(arguments: [
    ("/v1/{call_id}", "/v1/abc", "abc"),
    ("/v1/{call_id}", "/v1/a%2Fb%20c%3F", "a/b c?"),
    ("/v1/{call_id}", "/v1/a+b", "a+b"),
    ("/v1/{call_id}", "/v1/x:y", "x:y"),
    ("/v1/{call_id=calls/*}", "/v1/calls/7", "calls/7"),
    ("/v1/{call_id=calls/*}", "/v1/calls/a%2Fb", "calls/a%2Fb"),
    ("/v1/{call_id=calls/*}", "/v1/calls/a%20b", "calls/a b"),
    ("/v1/all/{call_id=**}", "/v1/all", ""),
    ("/v1/all/{call_id=**}", "/v1/all/a%2fb/c%20d%3Fe", "a%2fb/c d?e"),
    ("/v1/mid/{call_id=a/*/b/**}:act", "/v1/mid/a/X/b:act", "a/X/b"),
    ("/v1/{call_id}:end", "/v1/call_7:end", "call_7"),
    ("/v1/{call_id}:end", "/v1/call%3A7:end", "call:7"),
  ])
  func `a variable holds its decoded part of the path`(
    template: String, target: String, value: String
  ) throws {
    let bench = try Bench(HTTPRule("GET", template), input: GetCall.messageType)
    let message: JSONValue = value.isEmpty ? [:] : ["callId": .string(value)]
    #expect(try bench.json("GET", target) == message)
  }

  @Test(arguments: ["/v1/%ff", "/v1/a%00b", "/v1/%4", "/v1/%zz"])
  func `a path that is not text is refused`(target: String) throws {
    let bench = try Bench(HTTPRule("GET", "/v1/{call_id}"), input: GetCall.messageType)
    #expect(bench.refusal("GET", target) == Refusal(status: 400, "BAD_PATH"))
  }

  @Test func `a number in the path is checked as one`() throws {
    let bench = try Bench(
      HTTPRule("GET", "/m/{units}/{nanos}"), input: Google.Type_.Money.messageType)
    #expect(try bench.json("GET", "/m/-5/7") == ["units": "-5", "nanos": 7])
    #expect(
      bench.refusal("GET", "/m/x/7") == Refusal(status: 400, "BAD_PARAMETER", "units"))
  }

  @Test func `an unknown path is 404 and another method 405, both as JSON`() throws {
    let bench = try Bench(HTTPRule("POST", "/v1/x", body: "*"), input: GetCall.messageType)
    guard case .notFound = bench.edge.match(method: "GET", target: "/v1/y", headers: [:]) else {
      Issue.record("found")
      return
    }
    #expect(
      Refusal(bench.edge.notFound("/v1/y?secret=1"))
        == Refusal(status: 404, code: "NOT_FOUND", "NO_SUCH_PATH"))
    guard
      case .methodNotAllowed(let allow) = bench.edge.match(
        method: "GET", target: "/v1/x", headers: [:])
    else {
      Issue.record("allowed")
      return
    }
    let response = bench.edge.methodNotAllowed("GET", allow: allow)
    #expect(response.headers["allow"] == "POST")
    #expect(response.headers["content-type"] == "application/json")
    #expect(
      Refusal(response) == Refusal(status: 405, code: "UNIMPLEMENTED", "METHOD_NOT_ALLOWED"))
  }

  @Test func `an error says no more of a path or a method than a reader needs`() throws {
    let bench = try Bench(HTTPRule("POST", "/v1/x", body: "*"), input: GetCall.messageType)
    let long = "/k" + String(repeating: "\u{301}", count: 10_000)
    for response in [
      bench.edge.notFound(long + "?secret=1"), bench.edge.methodNotAllowed(long, allow: "POST"),
    ] {
      let error = try JSONValue(parsing: response.body)["error"]
      let message = try #require(error?["message"]?.stringValue)
      #expect(message.utf8.count < 300)
      #expect(message.contains("…") && !message.contains("secret"))
    }
  }

  @Test(arguments: [MethodKind.clientStreaming, .bidirectional])
  func `a stream of requests has no REST form`(kind: MethodKind) throws {
    let bench = try Bench(
      HTTPRule("POST", "/v1/x", body: "*"), input: GetCall.messageType, kind: kind)
    let refused = Refusal(status: 501, code: "UNIMPLEMENTED", "STREAM_NEEDS_GRPC")
    #expect(bench.refusal("POST", "/v1/x") == refused)
    #expect(bench.refusal("POST", "/test.Bench/Do") == refused)
  }

  @Test(arguments: [
    (HTTPRule("GET", "/v1/{nope}"), TranscodingError.Kind.field, "\"nope\""),
    (HTTPRule("GET", "/v1/{call_id.x}"), .field, "\"call_id.x\""),
    (HTTPRule("GET", "/v1/{"), .syntax(column: 6), "column 6"),
    (HTTPRule("GET", "/v1/{call_id}/{call_id}"), .syntax(column: 15), "repeats"),
    (HTTPRule("GET", "/v1", body: "*"), .deadRule, "no body"),
    (HTTPRule("POST", "/v1", body: "nope"), .field, "\"nope\""),
    (HTTPRule("POST", "/v1/{call_id}", body: "call_id"), .field, "bound by the path"),
    (HTTPRule("POST", "/v1", responseBody: "nope"), .field, "\"nope\""),
    (HTTPRule("get", "/v1"), .deadRule, "\"get\""),
  ])
  func `a rule that cannot work is refused with its method's name`(
    rule: HTTPRule, kind: TranscodingError.Kind, part: String
  ) throws {
    let error = try #require(throws: TranscodingError.self) {
      try Bench(rule, input: GetCall.messageType)
    }
    #expect(error.kind == kind)
    #expect(error.message.hasPrefix("test.Bench/Do: "))
    #expect(error.message.contains(part), "\(error.message)")
  }

  @Test func `two rules for the same requests are refused, naming both`() throws {
    let error = try #require(throws: TranscodingError.self) {
      try Bench(
        HTTPRule("GET", "/v1/{call_id}"), HTTPRule("GET", "/v1/{call_id=*}"),
        input: GetCall.messageType)
    }
    #expect(error.kind == .duplicate)
    #expect(error.message.contains("\"GET /v1/{call_id=*}\""))
    #expect(error.message.contains("\"GET /v1/{call_id}\""))
  }
}
