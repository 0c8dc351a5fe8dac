import Buffers
import Domain
import HTTP
import HTTPClient
import Protobuf
import Speech
import Testing
import VoiceAPI

@testable import Calls

@Suite struct ToolRequestTests {
  private let function = ToolCall(id: "t1", name: "order_status", arguments: ["id": "4271"])

  private let origin = ToolRequest.Origin(callID: "call_1", agentID: "agt_1", agentVersion: 3)

  private func tool(_ json: String) throws -> Payaid.Voice.V1.Tool {
    try Payaid.Voice.V1.Tool(json: Array(json.utf8))
  }

  @Test func `a request has the arguments, an idempotency key and both kinds of headers`() throws {
    let tool = try tool(
      #"""
      {"name":"order_status","url":"https://example.in/orders","timeout":"5s",
      "headers":{"X-Shop":"1"},"secretHeaders":{"Authorization":"crm_key"}}
      """#)
    let request = try ToolRequest.make(tool, function, of: origin, secrets: ["crm_key": "Bearer s"])
    #expect(request.method == "POST" && request.url == "https://example.in/orders")
    #expect(request.timeout == .seconds(5))
    #expect(request.headers["idempotency-key"] == "call_1/t1")
    #expect(request.headers["x-shop"] == "1" && request.headers["authorization"] == "Bearer s")
    let body = try JSONValue(parsing: request.body)
    #expect(body["arguments"] == ["id": "4271"] && body["tool"] == "order_status")
    #expect(body["call_id"] == "call_1" && body["agent_version"] == 3)
  }

  @Test func `without its secret no request is made`() throws {
    let tool = try tool(#"{"name":"f","url":"https://x.in","secretHeaders":{"A":"gone"}}"#)
    #expect(throws: ToolFault.self) {
      try ToolRequest.make(tool, function, of: origin, secrets: [:])
    }
  }

  @Test(arguments: [
    (200, #"{"state":"shipped"}"#, #"{"state":"shipped"}"#), (201, "7", "7"),
    (204, "", #"{"status":"done"}"#),
  ])
  func `a 2xx is a result`(status: Int, body: String, result: String) throws {
    let response = ClientResponse(status: HTTPStatus(rawValue: status), body: Array(body.utf8))
    #expect(try ToolRequest.result(response) == JSONValue(parsing: result))
  }

  @Test(arguments: [
    (200, "<html>", false), (302, "", false), (404, "{}", false), (429, "", true), (500, "", true),
  ])
  func `anything else is a failure that tells nothing of the answer`(
    status: Int, body: String, isRetryable: Bool
  ) {
    let response = ClientResponse(status: HTTPStatus(rawValue: status), body: Array(body.utf8))
    let fault = #expect(throws: ToolFault.self) { try ToolRequest.result(response) }
    #expect(fault?.isRetryable == isRetryable && fault?.reason.contains("html") == false)
  }

  @Test(
    arguments: [
      (.timedOut, true, false), (.exchangeFailed, true, false), (.tooLarge, true, false),
      (.timedOut, false, true), (.connectFailed, false, true), (.badRequest, false, false),
    ] as [(HTTPClientError.Kind, Bool, Bool)])
  func `a function whose request was sent is not to be called again`(
    kind: HTTPClientError.Kind, wasSent: Bool, isRetryable: Bool
  ) {
    let outcome = ToolCaller.failure(HTTPClientError(kind, "m", requestMayHaveArrived: wasSent))
    guard case .failure(let reason, let mayRepeat) = outcome else {
      Issue.record("it did not fail")
      return
    }
    #expect(mayRepeat == isRetryable)
    #expect(reason.hasSuffix("it may have been carried out") == wasSent)
  }

  @Test(arguments: [(nil, 0, 1_000), (nil, 2_500, 400), (nil, 3_000, 0), ("10s", 5_000, 1_000)])
  func `the journal does not hold an answer up until it is too late`(
    timeout: String?, after: Int, patience: Int
  ) throws {
    let declared = try timeout.map { try tool(#"{"name":"f","timeout":"\#($0)"}"#) }
    let rest = ToolCaller.patience(declared, after: .milliseconds(after))
    #expect(rest == .milliseconds(patience))
  }

  @Test func `the journal has no arguments and no results`() throws {
    let done = ToolCaller.execution(
      function, .output(["secret": "4271"]), took: .milliseconds(120))
    #expect(done.succeeded && done.tool == "order_status" && done.toolCallId == "t1")
    #expect(done.duration.map { Duration($0) } == .milliseconds(120))
    let json = String(decoding: try done.json(), as: UTF8.self)
    #expect(!json.contains("4271"))
    let failed = ToolCaller.execution(
      function, .failure(reason: "late", retryable: true), took: .zero)
    #expect(!failed.succeeded && failed.failure == "late")
  }
}
