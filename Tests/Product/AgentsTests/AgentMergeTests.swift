import Protobuf
import RPCCore
import Schema
import Testing

@testable import Agents

@Suite struct AgentMergeTests {
  private typealias Agent = Payaid.Voice.V1.Agent

  private static let current = #"""
    {"agentId":"agt_1","name":"Asha","language":"hi","greeting":"Namaste","labels":{"env":"prod"},
    "turnTaking":{"preset":"PATIENT","idleTimeout":"20s"},"maxDuration":"60s"}
    """#

  @Test(arguments: [
    (#"{"name":"Meera"}"#, ["name"], #""name":"Meera""#),
    (#"{}"#, ["greeting"], #"-"greeting""#),
    (#"{"turnTaking":{"preset":"SNAPPY"}}"#, ["turn_taking.preset"], #""idleTimeout":"20s""#),
    (#"{"turnTaking":{"preset":"SNAPPY"}}"#, ["turnTaking"], #"-"idleTimeout""#),
    (#"{"labels":{"team":"a.b"}}"#, ["labels.team"], #""env":"prod""#),
    (#"{}"#, ["labels.env"], #"-"env""#),
    (#"{"name":"Meera"}"#, [], #""greeting":"Namaste""#),
    (#"{"name":"Meera"}"#, ["*"], #"-"greeting""#),
    (#"{"agentId":"agt_2","etag":"7"}"#, ["agent_id", "etag"], #""agentId":"agt_1""#),
  ])
  func `a mask takes its fields from the new agent`(
    new: String, paths: [String], expected: String
  ) throws {
    let merged = try AgentMerge.merged(
      Agent(json: Array(Self.current.utf8)), Agent(json: Array(new.utf8)), paths: paths)
    let json = String(decoding: try merged.json(), as: UTF8.self)
    if expected.hasPrefix("-") {
      #expect(!json.contains(expected.dropFirst()))
    } else {
      #expect(json.contains(expected))
    }
  }

  @Test(arguments: ["", "nope", "name.x", "tools.name", "turn_taking.nope", "name."])
  func `a path that is no field is refused`(path: String) {
    let error = #expect(throws: RPCError.self) {
      try AgentMerge.merged(Agent(), Agent(), paths: ["name", path])
    }
    #expect(error?.code == .invalidArgument && error?.details.count == 1)
  }
}
