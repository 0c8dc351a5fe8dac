import Buffers
import HTTP
import Protobuf
import RPCCore
import RPCProtobuf
import Schema
import TestSchema
import Testing
import VoiceAPI

@testable import Transcoding

private typealias GetCall = Payaid.Voice.V1.GetCallRequest
private typealias Event = Payaid.Voice.V1.CallEvent

private func bench(_ output: MessageType, _ field: String = "", kind: MethodKind = .unary) throws
  -> Bench
{
  try Bench(
    HTTPRule("GET", "/c/{call_id}", responseBody: field), input: GetCall.messageType,
    output: output,
    kind: kind)
}

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

@Suite struct ResponseTests {
  @Test func `a response is JSON with metadata as headers`() throws {
    let money = Google.Type_.Money.with { $0.units = 5 }
    var metadata: Metadata = [
      "x-a": "1", "grpc-status": "0", "connection": "close", "x-bad": "a\nb",
    ]
    metadata.add(binary: [1, 2], for: "y-bin")
    let response = try bench(Google.Type_.Money.messageType).call("GET", "/c/c")
      .response(DynamicMessage(money), metadata: metadata)
    #expect(response.status == .ok)
    #expect(try JSONValue(parsing: response.body) == ["units": "5"])
    #expect(response.headers["content-type"] == "application/json")
    #expect(response.headers["x-a"] == "1")
    #expect(response.headers["y-bin"] == "AQI")
    #expect(
      response.headers.map(\.name).filter { ["grpc-status", "connection", "x-bad"].contains($0) }
        == [])
  }

  @Test func `HttpBody gives its own type and bytes`() throws {
    let body = Google.Api.HttpBody.with {
      $0.contentType = "audio/wav"
      $0.data = [1, 2, 3]
    }
    let response = try bench(Google.Api.HttpBody.messageType).call("GET", "/c/c")
      .response(DynamicMessage(body))
    #expect(response.headers["content-type"] == "audio/wav")
    #expect(response.body == [1, 2, 3])
  }

  @Test(arguments: [
    ("pattern", #"["a"]"#), ("type", #""t""#), ("history", #""HISTORY_UNSPECIFIED""#),
    ("style", "[]"), ("plural", #""""#),
  ])
  func `response_body shows one field`(field: String, body: String) throws {
    let message = Google.Api.ResourceDescriptor.with {
      $0.type = "t"
      $0.pattern = ["a"]
    }
    let response = try bench(Google.Api.ResourceDescriptor.messageType, field).call("GET", "/c/c")
      .response(DynamicMessage(message))
    #expect(text(response.body) == body)
  }

  @Test(arguments: [
    (Payaid.Voice.V1.UpdateAgentRequest.messageType, "agent", "{}"),
    (Payaid.Voice.V1.UpdateAgentRequest.messageType, "update_mask", "null"),
  ])
  func `an unset message as response_body is empty, or null where its JSON is no object`(
    type: MessageType, field: String, body: String
  ) throws {
    let empty = try DynamicMessage(serializedBytes: [], type: type)
    #expect(try text(bench(type, field).call("GET", "/c/c").response(empty).body) == body)
  }

  @Test(arguments: [("abc", "\"abc\""), ("\"abc\"", "\"abc\""), ("W/\"x\"", "W/\"x\"")])
  func `an etag field becomes the ETag`(etag: String, header: String) throws {
    let agent = Payaid.Voice.V1.Agent.with { $0.etag = etag }
    let rest = try bench(Payaid.Voice.V1.Agent.messageType)
    let response = try rest.call("GET", "/c/c").response(DynamicMessage(agent))
    #expect(response.headers["etag"] == header)
    let cached = try rest.call("GET", "/c/c", ["if-none-match": "\"zzz\", \(header)"])
      .response(DynamicMessage(agent))
    #expect(cached.status == .notModified)
    #expect(cached.body == [])
    #expect(cached.headers["etag"] == header)
  }

  @Test(arguments: [
    (StatusCode.cancelled, 499), (.unknown, 500), (.invalidArgument, 400), (.deadlineExceeded, 504),
    (.notFound, 404), (.alreadyExists, 409), (.permissionDenied, 403), (.resourceExhausted, 429),
    (.failedPrecondition, 400), (.aborted, 409), (.outOfRange, 400), (.unimplemented, 501),
    (.internal, 500), (.unavailable, 503), (.dataLoss, 500), (.unauthenticated, 401),
    (StatusCode(rawValue: 77), 500),
  ])
  func `an error has the HTTP status of its code`(code: StatusCode, status: Int) throws {
    let response = try bench(GetCall.messageType).call("GET", "/c/c").failure(RPCError(code, "why"))
    #expect(response.status.rawValue == status)
    let error = try #require(try JSONValue(parsing: response.body)["error"])
    #expect(error["code"]?.intValue == status)
    #expect(error["message"] == "why")
    #expect(error["status"]?.stringValue == (code.isKnown ? code.description : "UNKNOWN"))
    #expect(response.headers["www-authenticate"] == (status == 401 ? "Bearer" : nil))
  }

  @Test func `details are ProtoJSON, unknown ones base64, debug ones nowhere`() throws {
    let error = RPCError(
      .resourceExhausted, "slow down",
      details: [
        .errorInfo(reason: "QUOTA", domain: "d", metadata: [("k", "v")]),
        .retryInfo(after: .milliseconds(2500)),
        ErrorDetail(typeName: "nobody.Knows", value: [1, 2]),
        ErrorDetail(typeName: "google.rpc.DebugInfo", value: []),
        ErrorDetail(typeName: "google.protobuf.Empty", value: []),
        ErrorDetail(typeName: "google.rpc.ErrorInfo", value: [0xFF]),
      ])
    let response = try bench(GetCall.messageType).call("GET", "/c/c").failure(error)
    #expect(response.headers["retry-after"] == "3")
    let found = try JSONValue(parsing: response.body)["error"]?["details"]
    let type = "type.googleapis.com/"
    #expect(
      found == [
        [
          "@type": .string(type + "google.rpc.ErrorInfo"), "reason": "QUOTA", "domain": "d",
          "metadata": ["k": "v"],
        ],
        ["@type": .string(type + "google.rpc.RetryInfo"), "retryDelay": "2.500s"],
        ["@type": .string(type + "nobody.Knows"), "value": "AQI="],
        ["@type": .string(type + "google.protobuf.Empty")],
        ["@type": .string(type + "google.rpc.ErrorInfo"), "value": "/w=="],
      ])
  }

  @Test func `a detail of the served files' own types is ProtoJSON too`() throws {
    let payload = TestSchema.Bench.V1.Payload.messageType
    let error = RPCError(
      .aborted, "why", details: [ErrorDetail(typeName: "bench.v1.Agent", value: [10, 1, 65])])
    let call = try Bench(HTTPRule("GET", "/p"), input: payload).call("GET", "/p")
    let found = try JSONValue(parsing: call.failure(error).body)["error"]?["details"]
    #expect(found == [["@type": "type.googleapis.com/bench.v1.Agent", "name": "A"]])
  }

  @Test func `a conflict is 412 for a caller that gave If-Match`() throws {
    let remove = try Bench(
      HTTPRule("DELETE", "/a/{agent_id}"), input: Payaid.Voice.V1.DeleteAgentRequest.messageType)
    let error = RPCError(.aborted, "the agent has changed")
    #expect(try remove.call("DELETE", "/a/x").failure(error).status == .conflict)
    #expect(
      try remove.call("DELETE", "/a/x", ["if-match": "\"e\""]).failure(error).status
        == .preconditionFailed)
  }

  @Test func `an error as google Status has code, message and details`() throws {
    let error = RPCError(.notFound, "gone", details: [.errorInfo(reason: "R", domain: "d")])
    let status = try Google.Rpc.Status(serializedBytes: error.serializedStatus)
    #expect(status.code == 5)
    #expect(status.message == "gone")
    #expect(status.details.map(\.typeUrl) == ["type.googleapis.com/google.rpc.ErrorInfo"])
  }
}

@Suite struct RESTStreamTests {
  private func events() throws -> [[UInt8]] {
    try (1...2).map { number in
      try Event.with { $0.sequence = Int64(number) }.serializedBytes()
    }
  }

  private func body(_ accept: String?, _ messages: [[UInt8]], _ error: RPCError? = nil) throws
    -> String
  {
    let rest = try Bench(
      HTTPRule("GET", "/w/{call_id}"), input: Payaid.Voice.V1.WatchCallRequest.messageType,
      output: Event.messageType, kind: .serverStreaming)
    var stream = try rest.call("GET", "/w/c", accept.map { ["accept": $0] } ?? [:]).makeStream()
    var all: [UInt8] = []
    for message in messages { all += try stream.message(message) }
    all += stream.end(error) ?? []
    return text(all)
  }

  @Test(arguments: [
    (nil, "application/x-ndjson"), ("*/*", "application/x-ndjson"),
    ("application/x-ndjson", "application/x-ndjson"), ("text/event-stream", "text/event-stream"),
    ("application/json", "application/json"),
    ("text/html, application/json;q=0.5, text/event-stream;q=0.9", "text/event-stream"),
    ("text/event-stream;q=0", "application/x-ndjson"),
  ])
  func `Accept chooses the format`(accept: String?, type: String) throws {
    let rest = try bench(Event.messageType, kind: .serverStreaming)
    let head = try rest.call("GET", "/c/c", accept.map { ["accept": $0] } ?? [:]).makeStream()
      .head()
    #expect(head.headers["content-type"] == type)
    #expect(head.headers["cache-control"] == "no-store")
    #expect(head.headers["x-accel-buffering"] == "no")
  }

  @Test func `lines end with an end record`() throws {
    #expect(
      try body(nil, events())
        == #"{"result":{"sequence":"1"}}"# + "\n" + #"{"result":{"sequence":"2"}}"# + "\n"
        + #"{"end":{}}"# + "\n")
  }

  @Test func `events have ids and end with an end event`() throws {
    #expect(
      try body("text/event-stream", events())
        == "id: 1\ndata: {\"sequence\":\"1\"}\n\nid: 2\ndata: {\"sequence\":\"2\"}\n\n"
        + "event: end\ndata: {}\n\n")
  }

  @Test func `an array closes only when all is there`() throws {
    #expect(
      try JSONValue(parsing: Array(body("application/json", events()).utf8))
        == [["sequence": "1"], ["sequence": "2"]])
    #expect(try body("application/json", []) == "[]")
  }

  @Test(arguments: [
    (nil, "{\"error\":", "}\n"), ("text/event-stream", "event: error\ndata: {\"error\":", "}\n\n"),
    ("application/json", ",\n{\"error\":", "}]"),
  ])
  func `an error in the middle is the last record`(
    accept: String?, begins: String, ends: String
  ) throws {
    let all = try body(accept, events(), RPCError(.unavailable, "drained"))
    #expect(all.contains(begins + #"{"code":503,"status":"UNAVAILABLE","message":"drained"}"#))
    #expect(all.hasSuffix(ends))
  }

  @Test func `a raw stream is its bytes, and an error cuts it`() throws {
    let rest = try bench(Google.Api.HttpBody.messageType, kind: .serverStreaming)
    var stream = try rest.call("GET", "/c/c").makeStream()
    let first = Google.Api.HttpBody.with {
      $0.contentType = "audio/wav"
      $0.data = [1]
    }
    #expect(try stream.message(first.serializedBytes()) == [1])
    #expect(stream.head().headers["content-type"] == "audio/wav")
    #expect(stream.end() == [])
    #expect(stream.end(RPCError(.internal, "x")) == nil)
  }
}
