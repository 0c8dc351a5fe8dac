import Buffers
import HTTP
import Protobuf
import RPCCore
import RPCProtobuf
import Schema
import Testing
import VoiceAPI

@testable import Transcoding

private typealias Update = Payaid.Voice.V1.UpdateAgentRequest
private typealias Upload = Payaid.Voice.V1.UploadDocumentRequest
private typealias EndCall = Payaid.Voice.V1.EndCallRequest

@Suite struct BodyBindingTests {
  private static func patch() throws -> Bench {
    try Bench(HTTPRule("PATCH", "/a/{agent.agent_id}", body: "agent"), input: Update.messageType)
  }

  private static func end() throws -> Bench {
    try Bench(HTTPRule("POST", "/c/{call_id}:end", body: "*"), input: EndCall.messageType)
  }

  @Test(arguments: [
    ("", #"{"callId":"c"}"#), ("{}", #"{"callId":"c"}"#),
    (#"{"requestId":"r"}"#, #"{"callId":"c","requestId":"r"}"#),
    (#" {"request_id":"r"} "#, #"{"callId":"c","requestId":"r"}"#),
    (#"{"callId":"c"}"#, #"{"callId":"c"}"#),
    (#"{"callId":null}"#, #"{"callId":"c"}"#),
  ])
  func `a whole body is the request without the path's fields`(body: String, message: String) throws
  {
    #expect(try Self.end().json("POST", "/c/c:end", body: body) == json(message))
  }

  @Test(arguments: [
    ("[]", "INVALID_JSON", ""), ("null", "INVALID_JSON", ""), ("{", "INVALID_JSON", ""),
    ("{}{}", "INVALID_JSON", ""), ("\u{FEFF}{}", "INVALID_JSON", ""),
    (#"{"nope":1}"#, "UNKNOWN_FIELD", "nope"),
    (#"{"requestId":1}"#, "INVALID_JSON", "requestId"),
    (#"{"callId":"other"}"#, "BODY_CONTRADICTS_PATH", "callId"),
    (#"{"call_id":"other"}"#, "BODY_CONTRADICTS_PATH", "callId"),
  ])
  func `a body that is wrong names the field`(body: String, reason: String, field: String) throws {
    #expect(
      try Self.end().refusal("POST", "/c/c:end", body: body) == Refusal(status: 400, reason, field))
  }

  @Test(arguments: [
    (#"{"voiceId":1}"#, "agent.voiceId"), (#"{"nope":{}}"#, "agent.nope"),
  ])
  func `a field body's errors name the path from the request`(body: String, field: String) throws {
    #expect(try Self.patch().refusal("PATCH", "/a/x", body: body)?.field == field)
  }

  @Test(arguments: [
    ("application/json", true), ("application/json; charset=UTF-8", true),
    ("APPLICATION/JSON;charset=\"utf-8\"", true), ("text/json", false),
    ("application/x-www-form-urlencoded", false), ("application/json; charset=latin1", false),
    ("application/jsonx", false),
  ])
  func `a body is JSON by its content type or refused`(type: String, isTaken: Bool) throws {
    let refusal = try Self.end().refusal("POST", "/c/c:end", body: "{}", ["content-type": type])
    #expect(refusal == (isTaken ? nil : Refusal(status: 415, "UNSUPPORTED_MEDIA_TYPE")))
  }

  @Test func `a rule without a body refuses one`() throws {
    let bench = try Bench(
      HTTPRule("GET", "/c/{call_id}"), input: Payaid.Voice.V1.GetCallRequest.messageType)
    #expect(bench.refusal("GET", "/c/c", body: "{}") == Refusal(status: 400, "UNEXPECTED_BODY"))
  }

  @Test(arguments: [
    (#"{"voiceId":"d"}"#, ["voiceId"]),
    (#"{"voice_id":""}"#, ["voiceId"]),
    (#"{"voiceId":null}"#, ["voiceId"]),
    (#"{"agentId":"x","etag":"e","voiceId":"d"}"#, ["voiceId"]),
    (#"{"turnTaking":{"interruptionsDisabled":true}}"#, ["turnTaking.interruptionsDisabled"]),
    (#"{"turnTaking":{}}"#, ["turnTaking"]),
    (#"{"labels":{"a":"b"},"maxDuration":"60s","tools":[]}"#, ["labels", "maxDuration", "tools"]),
  ])
  func `a PATCH without a mask changes the keys of its body`(body: String, mask: [String]) throws {
    let message = try Self.patch().json("PATCH", "/a/x", body: body)
    #expect(message["updateMask"]?.stringValue == mask.joined(separator: ","))
    #expect(message["agent"]?["agentId"] == "x")
  }

  @Test func `a mask that is given stays`() throws {
    let message = try Self.patch().json(
      "PATCH", "/a/x?updateMask=voiceId", body: #"{"voiceId":"d","state":"PAUSED"}"#)
    #expect(message["updateMask"] == "voiceId")
  }

  @Test func `a field body may be a list, a map or a scalar`() throws {
    let list = try Bench(
      HTTPRule("POST", "/r", body: "pattern"), input: Google.Api.ResourceDescriptor.messageType)
    #expect(
      try list.json("POST", "/r?type=t", body: #"["a","b"]"#) == [
        "type": "t", "pattern": ["a", "b"],
      ])
    #expect(list.refusal("POST", "/r", body: #"["a"],"type":"x""#)?.status == 400)
    let map = try Bench(
      HTTPRule("POST", "/r", body: "metadata"), input: Google.Rpc.ErrorInfo.messageType)
    #expect(try map.json("POST", "/r", body: #"{"k":"v"}"#) == ["metadata": ["k": "v"]])
    let scalar = try Bench(
      HTTPRule("POST", "/r", body: "reason"), input: Google.Rpc.ErrorInfo.messageType)
    #expect(try scalar.json("POST", "/r", body: #""why""#) == ["reason": "why"])
  }

  @Test(arguments: [false, true])
  func `a binary message that is cut short does not swallow what the path says`(
    isField: Bool
  ) throws {
    let bench = try isField ? Self.patch() : Self.end()
    let bytes =
      try isField
      ? Payaid.Voice.V1.Agent.with { $0.voiceId = "v-1" }.serializedBytes()
      : EndCall.with { $0.requestId = "r-1" }.serializedBytes()
    for count in 0...bytes.count {
      let call = try bench.call(
        isField ? "PATCH" : "POST", isField ? "/a/x" : "/c/x:end")
      let cut = Array(bytes[..<count])
      guard count == 0 || count == bytes.count else {
        let failure = try #require(throws: RESTFailure.self) { try call.request(binary: cut) }
        #expect(
          Refusal(bench.edge.failure(failure)) == Refusal(status: 400, "INVALID_BINARY"))
        continue
      }
      let message = try JSONValue(
        parsing: transcodeBinaryToJSON(call.request(binary: cut), type: bench.input))
      let id = isField ? message["agent"]?["agentId"] : message["callId"]
      #expect(id == "x")
    }
  }

  @Test func `an HttpBody takes the bytes as they are`() throws {
    let field = try Bench(
      HTTPRule("POST", "/d/{agent_id}", body: "file"), input: Upload.messageType)
    #expect(
      try field.json("POST", "/d/a?displayName=n", body: "<x>", ["content-type": "text/xml"])
        == [
          "agentId": "a", "displayName": "n", "file": ["contentType": "text/xml", "data": "PHg+"],
        ])
    let whole = try Bench(
      HTTPRule("POST", "/d", body: "*"), input: Google.Api.HttpBody.messageType)
    #expect(
      try whole.json("POST", "/d", body: "<x>", ["content-type": "text/xml"])
        == ["contentType": "text/xml", "data": "PHg+"])
  }
}

@Suite struct RequestHeaderTests {
  private static func end() throws -> Bench {
    try Bench(HTTPRule("POST", "/c/{call_id}:end", body: "*"), input: EndCall.messageType)
  }

  @Test(arguments: [("abc", "abc"), ("\"abc\"", "abc")])
  func `Idempotency-Key fills the request id`(header: String, id: String) throws {
    #expect(
      try Self.end().json("POST", "/c/c:end", ["idempotency-key": header])
        == ["callId": "c", "requestId": .string(id)])
  }

  @Test func `an Idempotency-Key may not contradict the body`() throws {
    let bench = try Self.end()
    let headers: HTTPHeaders = ["idempotency-key": "abc"]
    #expect(
      try bench.json("POST", "/c/c:end", body: #"{"requestId":"abc"}"#, headers)["requestId"]
        == "abc")
    #expect(
      bench.refusal("POST", "/c/c:end", body: #"{"requestId":"x"}"#, headers)
        == Refusal(status: 400, "HEADER_CONFLICT", "requestId"))
    #expect(
      bench.refusal("POST", "/c/c:end", ["idempotency-key": "a", "idempotency-key": "b"])
        == Refusal(status: 400, "BAD_HEADER"))
  }

  @Test func `If-Match fills the etag of the request or of its resource`() throws {
    let remove = try Bench(
      HTTPRule("DELETE", "/a/{agent_id}"),
      input: Payaid.Voice.V1.DeleteAgentRequest.messageType)
    #expect(
      try remove.json("DELETE", "/a/x", ["if-match": "\"e1\""]) == ["agentId": "x", "etag": "e1"])
    #expect(try remove.json("DELETE", "/a/x", ["if-match": "*"]) == ["agentId": "x"])
    #expect(remove.refusal("DELETE", "/a/x", ["if-match": "W/\"e1\""])?.status == 412)
    let update = try Bench(
      HTTPRule("PATCH", "/a/{agent.agent_id}", body: "agent"), input: Update.messageType)
    let message = try update.json(
      "PATCH", "/a/x", body: #"{"voiceId":"d"}"#, ["if-match": "\"e1\""])
    #expect(message["agent"]?["etag"] == "e1")
    #expect(message["updateMask"] == "voiceId")
    #expect(
      try Self.end().refusal("POST", "/c/c:end", ["if-match": "\"e\""])
        == Refusal(status: 400, "UNEXPECTED_IF_MATCH"))
  }

  @Test func `Last-Event-ID takes a stream up behind it`() throws {
    let bench = try Bench(
      HTTPRule("GET", "/c/{call_id}:watch"),
      input: Payaid.Voice.V1.WatchCallRequest.messageType,
      output: Payaid.Voice.V1.CallEvent.messageType, kind: .serverStreaming)
    #expect(
      try bench.json("GET", "/c/c:watch", ["last-event-id": "41"])
        == ["callId": "c", "afterSequence": "41"])
    #expect(
      try bench.json("GET", "/c/c:watch?afterSequence=9", ["last-event-id": "41"])
        == ["callId": "c", "afterSequence": "9"])
  }

  @Test func `headers become metadata but for those of HTTP and gRPC`() {
    let metadata = RESTEdge.metadata([
      "authorization": "Bearer t", "x-request-id": "r", "content-type": "application/json",
      "connection": "close", "grpc-status": "0", "grpc-timeout": "1S", "te": "trailers",
      "x-bin": "AQI=,Aw", "y-bin": "!", ":path": "/", "host": "h", "if-match": "\"e\"",
    ])
    #expect(
      metadata.entries.map(\.name) == [
        "authorization", "x-request-id", "x-bin", "x-bin", "if-match",
      ])
    #expect(metadata.binary("x-bin") == [1, 2])
  }

  @Test(arguments: [
    ("1S", Duration.seconds(1)), ("100m", .milliseconds(100)),
    ("99999999n", .nanoseconds(99_999_999)),
    ("2H", .seconds(7200)), ("3M", .seconds(180)), ("5u", .microseconds(5)),
  ])
  func `grpc-timeout is honoured`(text: String, timeout: Duration) throws {
    #expect(try RESTEdge.timeout(["grpc-timeout": text]) == timeout)
  }

  @Test(arguments: ["", "S", "1", "1s", "123456789S", "-1S", "1 S"])
  func `a broken grpc-timeout is refused`(text: String) {
    #expect(throws: RESTFailure.self) { try RESTEdge.timeout(["grpc-timeout": text]) }
  }
}
