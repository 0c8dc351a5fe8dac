internal import Domain
internal import HTTPClient
internal import Protobuf
internal import RPCCore
internal import Schema
import Testing
internal import VoiceAPI

@testable internal import Calls

@Suite struct CallRulesTests {
  typealias V1 = Payaid.Voice.V1

  private func fields(_ change: (inout V1.Call) -> Void) throws -> [String] {
    var call = V1.Call()
    call.agentId = AgentID().text
    call.phoneNumber = "+919876500001"
    change(&call)
    do {
      try CallRules.check(call, policy: OutboundPolicy())
      return []
    } catch let error as RPCError {
      #expect(error.code == .invalidArgument)
      let detail = try #require(error.details.first)
      return try Google.Rpc.BadRequest(serializedBytes: detail.value).fieldViolations.map(\.field)
    }
  }

  @Test(arguments: [
    ("", true), ("https://shop.example.in/calls?id=1", true), ("http://shop.example.in/", false),
    ("https://", false), ("https://10.0.0.1/", false), ("https://localhost/x", false),
    ("https://shop.example.in:25/", false), ("https://shop.example.in/नमस्ते", false),
    ("https://shop.example.in/" + String(repeating: "न", count: 2_000), false),
    ("https://shop.example.in/" + String(repeating: "x", count: 2_024), true),
    ("https://shop.example.in/" + String(repeating: "x", count: 2_025), false),
  ])
  func `its webhooks go where every webhook may`(url: String, isGood: Bool) throws {
    let wrong = try fields { $0.webhookUrl = url }
    #expect(wrong == (isGood ? [] : ["call.webhookUrl"]))
  }

  @Test(arguments: [
    (String(repeating: "नि", count: 500), true), (String(repeating: "नि", count: 501), false),
    ("a" + String(repeating: "\u{301}", count: 1_000), false),
  ])
  func `a variable's length is counted in code points`(value: String, isGood: Bool) throws {
    let wrong = try fields { $0.variables = ["name": value] }
    #expect(wrong == (isGood ? [] : ["call.variables"]))
  }
}
