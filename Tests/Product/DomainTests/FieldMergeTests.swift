import Protobuf
import RPCCore
import Testing
import VoiceAPI

@testable import Domain

@Suite struct FieldMergeTests {
  private typealias Agent = Payaid.Voice.V1.Agent
  private typealias Merchant = Payaid.Voice.V1.Merchant

  private static let agent = #"""
    {"agentId":"agt_1","name":"Asha","language":"hi","greeting":"Namaste","labels":{"env":"prod"},
    "turnTaking":{"preset":"PATIENT","idleTimeout":"20s"},"maxDuration":"60s"}
    """#
  private static let merchant = #"""
    {"merchantId":"mer_1","name":"Shop","kyc":{"state":"APPROVED","legalName":"Shop LLP"},"etag":"7"}
    """#
  private let agents = FieldMerge<Agent>("an agent", outputOnly: ["agent_id", "etag"])
  private let merchants = FieldMerge<Merchant>(
    "a merchant", outputOnly: ["merchant_id", "etag", "kyc.state"])

  private func merged<Message: ProtobufMessage>(
    _ merge: FieldMerge<Message>, _ current: String, _ new: String, _ paths: [String]
  ) throws -> String {
    let merged = try merge.merged(
      Message(json: Array(current.utf8)), Message(json: Array(new.utf8)), paths: paths)
    return String(decoding: try merged.json(), as: UTF8.self)
  }

  @Test(arguments: [
    (#"{"name":"Meera"}"#, ["name"], #""name":"Meera""#),
    (#"{}"#, ["greeting"], #"-"greeting""#),
    (#"{"turnTaking":{"preset":"SNAPPY"}}"#, ["turn_taking.preset"], #""idleTimeout":"20s""#),
    (#"{"turnTaking":{"preset":"SNAPPY"}}"#, ["turnTaking"], #"-"idleTimeout""#),
    (#"{"labels":{"team":"a.b"}}"#, ["labels.team"], #""env":"prod""#),
    (#"{}"#, ["labels.env"], #"-"env""#),
    (#"{"name":"Meera"}"#, [], #""greeting":"Namaste""#),
    (#"{"turnTaking":{"preset":"SNAPPY"}}"#, [], #""idleTimeout":"20s""#),
    (#"{"turnTaking":{"preset":"SNAPPY"}}"#, [], #""preset":"SNAPPY""#),
    (#"{"labels":{"team":"a.b"}}"#, [], #"-"env""#),
    (#"{"name":"Meera"}"#, ["*"], #"-"greeting""#),
    (#"{"name":"Meera"}"#, ["*"], #""agentId":"agt_1""#),
    (#"{"agentId":"agt_2","etag":"7"}"#, ["agent_id", "etag"], #""agentId":"agt_1""#),
    (#"{"agentId":"agt_2","etag":"7"}"#, [], #""agentId":"agt_1""#),
  ])
  func `a mask takes its fields from the new message`(
    new: String, paths: [String], expected: String
  ) throws {
    let json = try merged(agents, Self.agent, new, paths)
    if expected.hasPrefix("-") {
      #expect(!json.contains(expected.dropFirst()))
    } else {
      #expect(json.contains(expected))
    }
  }

  @Test(arguments: [
    (["kyc"], #"{"pan":"ABCPD1234F"}"#), (["kyc"], #"{"state":"REJECTED","pan":"ABCPD1234F"}"#),
    (["*"], #"{"pan":"ABCPD1234F"}"#),
    (["kyc.pan", "kyc.legalName", "kyc.state"], #"{"pan":"ABCPD1234F"}"#),
  ])
  func `what is only told stays, also inside of what is replaced`(
    paths: [String], kyc: String
  ) throws {
    let json = try merged(merchants, Self.merchant, #"{"name":"Shop","kyc":\#(kyc)}"#, paths)
    let expected = Self.merchant.replacing(#""legalName":"Shop LLP""#, with: #""pan":"ABCPD1234F""#)
    let wanted = try Merchant(json: Array(expected.utf8))
    #expect(try Merchant(json: Array(json.utf8)) == wanted)
  }

  @Test func `what neither side has is not made`() throws {
    #expect(try merged(merchants, #"{"name":"Shop"}"#, "{}", ["kyc.pan"]) == #"{"name":"Shop"}"#)
  }

  @Test(arguments: [
    "", "nope", "name.x", "tools.name", "turn_taking.nope", "name.", "max_duration.seconds", "Name",
  ])
  func `a path that is no field is refused`(path: String) {
    let error = #expect(throws: RPCError.self) {
      try agents.merged(Agent(), Agent(), paths: ["name", path])
    }
    #expect(error?.code == .invalidArgument && error?.details.count == 1)
    #expect(error?.message == "updateMask: \"\(path)\" is no field of an agent")
  }
}
