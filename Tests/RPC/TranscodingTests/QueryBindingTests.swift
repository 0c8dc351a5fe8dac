import Buffers
import HTTP
import Protobuf
import RPCCore
import RPCProtobuf
import Schema
import Testing
import VoiceAPI

@testable import Transcoding

private typealias ListCalls = Payaid.Voice.V1.ListCallsRequest
private typealias ListAgents = Payaid.Voice.V1.ListAgentsRequest

@Suite struct QueryBindingTests {
  @Test(arguments: [
    ("", "{}"),
    ("pageSize=5", #"{"pageSize":5}"#),
    ("page_size=5", #"{"pageSize":5}"#),
    ("pageSize=1e1", #"{"pageSize":10}"#),
    ("state=COMPLETED", #"{"state":"COMPLETED"}"#),
    ("state=99", #"{"state":99}"#),
    ("startTime=2024-01-02T03:04:05Z", #"{"startTime":"2024-01-02T03:04:05Z"}"#),
    ("startTime=2024-01-02T03:04:05%2B05:30", #"{"startTime":"2024-01-01T21:34:05Z"}"#),
    ("agentId=a+b%2Bc&pageToken=%E0%A4%B9", #"{"agentId":"a b+c","pageToken":"ह"}"#),
    ("agentId=1,2", #"{"agentId":"1,2"}"#),
    ("agentId", "{}"),
    ("agentId=true", #"{"agentId":"true"}"#),
  ])
  func `a query sets fields as their JSON would`(query: String, message: String) throws {
    let bench = try Bench(HTTPRule("GET", "/calls"), input: ListCalls.messageType)
    #expect(try bench.json("GET", "/calls?" + query) == json(message))
  }

  @Test(arguments: [
    (
      "pattern=a&pattern=b&history=ORIGINALLY_SINGLE_PATTERN",
      #"{"pattern":["a","b"],"history":"ORIGINALLY_SINGLE_PATTERN"}"#
    ),
    (
      "style=DECLARATIVE_FRIENDLY&style=0",
      #"{"style":["DECLARATIVE_FRIENDLY","STYLE_UNSPECIFIED"]}"#
    ),
  ])
  func `a repeated field takes each value in order`(query: String, message: String) throws {
    let bench = try Bench(
      HTTPRule("GET", "/r"), input: Google.Api.ResourceDescriptor.messageType)
    #expect(try bench.json("GET", "/r?" + query) == json(message))
  }

  @Test(arguments: [
    (
      "custom.kind=X&custom.path=/a&selector=s",
      #"{"selector":"s","custom":{"kind":"X","path":"/a"}}"#
    ),
    ("get=/x&responseBody=r", #"{"get":"/x","responseBody":"r"}"#),
    ("get=", #"{"get":""}"#),
  ])
  func `nested fields and oneofs are set by path`(query: String, message: String) throws {
    let bench = try Bench(HTTPRule("GET", "/r"), input: Google.Api.HttpRule.messageType)
    #expect(try bench.json("GET", "/r?" + query) == json(message))
  }

  @Test(arguments: [
    ("/calls?nope=1", Refusal(status: 400, "UNKNOWN_PARAMETER", "nope")),
    ("/calls?pageSize.x=1", Refusal(status: 400, "UNKNOWN_PARAMETER", "pageSize.x")),
    ("/calls?PageSize=1", Refusal(status: 400, "UNKNOWN_PARAMETER", "PageSize")),
    (
      "/calls?startTime.seconds=1",
      Refusal(status: 400, "UNKNOWN_PARAMETER", "startTime.seconds")
    ),
    ("/calls?=1", Refusal(status: 400, "UNKNOWN_PARAMETER", "")),
    ("/calls?pageSize=1&page_size=1", Refusal(status: 400, "REPEATED_PARAMETER", "page_size")),
    ("/calls?pageSize=abc", Refusal(status: 400, "BAD_PARAMETER", "pageSize")),
    ("/calls?pageSize=", Refusal(status: 400, "BAD_PARAMETER", "pageSize")),
    ("/calls?pageSize=01", Refusal(status: 400, "BAD_PARAMETER", "pageSize")),
    ("/calls?pageSize=2147483648", Refusal(status: 400, "BAD_PARAMETER", "pageSize")),
    ("/calls?agentId=x&state=NOPE", Refusal(status: 400, "BAD_PARAMETER", "state")),
    ("/calls?state=completed", Refusal(status: 400, "BAD_PARAMETER", "state")),
    ("/calls?startTime=2024-01-02", Refusal(status: 400, "BAD_PARAMETER", "startTime")),
    ("/calls?agentId=%zz", Refusal(status: 400, "BAD_QUERY")),
    ("/calls?agentId=%ff", Refusal(status: 400, "BAD_QUERY")),
    ("/calls?agentId=%00", Refusal(status: 400, "BAD_QUERY")),
  ])
  func `a query that is wrong is refused by name`(target: String, refusal: Refusal) throws {
    let bench = try Bench(HTTPRule("GET", "/calls"), input: ListCalls.messageType)
    #expect(bench.refusal("GET", target) == refusal)
  }

  @Test(arguments: ["yes", "1", "TRUE", ""])
  func `a bool is true or false and nothing else`(text: String) throws {
    let bench = try Bench(HTTPRule("GET", "/a"), input: ListAgents.messageType)
    #expect(try bench.json("GET", "/a?showDeleted=true") == ["showDeleted": true])
    #expect(try bench.json("GET", "/a?showDeleted=false") == [:])
    #expect(
      bench.refusal("GET", "/a?showDeleted=\(text)")
        == Refusal(status: 400, "BAD_PARAMETER", "showDeleted"))
  }

  @Test(arguments: [
    ("get=a&put=b", "ONEOF_CONFLICT", "put"),
    ("custom.kind=a&get=b", "ONEOF_CONFLICT", "get"),
    ("additionalBindings=x", "UNBINDABLE_FIELD", "additionalBindings"),
    ("additionalBindings.get=x", "UNKNOWN_PARAMETER", "additionalBindings.get"),
    ("custom=x", "UNBINDABLE_FIELD", "custom"),
  ])
  func `oneof conflicts, messages and lists of messages are refused`(
    query: String, reason: String, field: String
  ) throws {
    let bench = try Bench(HTTPRule("GET", "/r"), input: Google.Api.HttpRule.messageType)
    #expect(bench.refusal("GET", "/r?" + query) == Refusal(status: 400, reason, field))
  }

  @Test func `a message with a JSON form of its own is not entered, by query or path`() throws {
    let types = [
      ("startTime.seconds=1", "start_time", ListCalls.messageType),
      ("updateMask.paths=x", "update_mask", Payaid.Voice.V1.UpdateAgentRequest.messageType),
      ("retryDelay.nanos=1", "retry_delay", Google.Rpc.RetryInfo.messageType),
    ]
    for (query, field, type) in types {
      let bench = try Bench(HTTPRule("GET", "/r"), input: type)
      let failure = try #require(throws: RESTFailure.self) { try bench.call("GET", "/r?" + query) }
      #expect(
        failure.error.message.hasSuffix(
          "passes through \"\(field)\", which has no fields of its own here"))
    }
    let error = try #require(throws: TranscodingError.self) {
      try Bench(HTTPRule("GET", "/r/{start_time.seconds}"), input: ListCalls.messageType)
    }
    #expect(error.kind == .field)
    #expect(error.message.contains("passes through \"start_time\""))
  }

  @Test func `a map has no query form`() throws {
    let bench = try Bench(HTTPRule("GET", "/r"), input: Google.Rpc.ErrorInfo.messageType)
    #expect(
      bench.refusal("GET", "/r?metadata=x") == Refusal(status: 400, "UNBINDABLE_FIELD", "metadata"))
  }

  @Test func `bytes come in either base64 alphabet`() throws {
    let bench = try Bench(HTTPRule("GET", "/r"), input: Google.Api.HttpBody.messageType)
    #expect(try bench.json("GET", "/r?data=-_8") == ["data": "+/8="])
    #expect(try bench.json("GET", "/r?data=%2B/8%3D") == ["data": "+/8="])
    #expect(bench.refusal("GET", "/r?data=!!") == Refusal(status: 400, "BAD_PARAMETER", "data"))
  }

  @Test func `a 64-bit number is exact`() throws {
    let bench = try Bench(HTTPRule("GET", "/m"), input: Google.Type_.Money.messageType)
    #expect(
      try bench.json("GET", "/m?units=9223372036854775807&nanos=-1")
        == ["units": "9223372036854775807", "nanos": -1])
  }

  @Test func `a mask takes proto and JSON names`() throws {
    let bench = try Bench(
      HTTPRule("PATCH", "/agents/{agent.agent_id}", body: "agent"),
      input: Payaid.Voice.V1.UpdateAgentRequest.messageType)
    for mask in ["displayName,voice.speed", "display_name,voice.speed"] {
      #expect(
        try bench.json("PATCH", "/agents/a?updateMask=" + mask)
          == ["agent": ["agentId": "a"], "updateMask": "displayName,voice.speed"])
    }
  }

  @Test(arguments: [
    ("GET", "/i/a?agentId=zzz", "", "BOUND_BY_PATH", "agentId"),
    ("PATCH", "/u/a?agent.agentId=b", "{}", "BOUND_BY_PATH", "agent.agentId"),
    ("PATCH", "/u/a?agent.voiceId=b", "{}", "BOUND_BY_BODY", "agent.voiceId"),
    ("PATCH", "/u/a?agent=b", "{}", "BOUND_BY_PATH", "agent"),
    ("POST", "/w?requestId=b", "{}", "UNEXPECTED_QUERY", "requestId"),
  ])
  func `what path or body say cannot be said again in the query`(
    method: String, target: String, body: String, reason: String, field: String
  ) throws {
    let update = Payaid.Voice.V1.UpdateAgentRequest.messageType
    let bench =
      switch method {
      case "GET":
        try Bench(HTTPRule("GET", "/i/{agent_id}"), input: ListCalls.messageType)
      case "PATCH":
        try Bench(HTTPRule("PATCH", "/u/{agent.agent_id}", body: "agent"), input: update)
      default: try Bench(HTTPRule("POST", "/w", body: "*"), input: update)
      }
    #expect(
      bench.refusal(method, target, body: body) == Refusal(status: 400, reason, field))
  }

  @Test func `long targets and many pairs are refused`() throws {
    let bench = try Bench(HTTPRule("GET", "/calls"), input: ListCalls.messageType)
    let long = "/calls?agentId=" + String(repeating: "a", count: 8200)
    #expect(bench.refusal("GET", long)?.status == 414)
    let many = "/calls?" + String(repeating: "a=1&", count: 300)
    #expect(bench.refusal("GET", many) == Refusal(status: 400, "BAD_QUERY"))
  }
}
