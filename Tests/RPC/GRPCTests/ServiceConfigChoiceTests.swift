import Testing

@testable import GRPC

@Suite struct ServiceConfigChoiceTests {
  private func policy(
    _ records: [String], hostname: String = "web-1", lot: Int = 50
  ) throws -> LoadBalancingPolicy? {
    try ServiceConfigChoice.config(
      in: records.map { Array($0.utf8) }, hostname: hostname, lot: lot)?.loadBalancing
  }

  private static let turns = #""serviceConfig": {"loadBalancingPolicy": "round_robin"}"#

  @Test(arguments: [
    (#"{}"#, true), (#"{"clientLanguage": ["java", "Swift"]}"#, true),
    (#"{"clientLanguage": ["java"]}"#, false), (#"{"clientLanguage": []}"#, true),
    (#"{"clientHostname": ["web-1"]}"#, true), (#"{"clientHostname": ["web-2"]}"#, false),
    (#"{"percentage": 51}"#, true), (#"{"percentage": 50}"#, false),
    (#"{"percentage": 0}"#, false), (#"{"percentage": 100}"#, true),
    (#"{"clientLanguage": ["swift"], "percentage": 0}"#, false),
  ])
  func `a choice fits by language, host and share`(condition: String, fits: Bool) throws {
    let members =
      condition == "{}" ? Self.turns : condition.dropFirst().dropLast() + ", " + Self.turns
    #expect(try policy(["grpc_config=[{\(members)}]"]) == (fits ? .roundRobin : nil))
  }

  @Test func `the first choice that fits is taken, of the first record that is one`() throws {
    let first = #"{"clientLanguage": ["go"], \#(Self.turns)}"#
    let second = #"{"serviceConfig": {"loadBalancingPolicy": "pick_first"}}"#
    let third = "{\(Self.turns)}"
    #expect(
      try policy(["v=spf1 -all", "grpc_config=[\(first), \(second), \(third)]"]) == .pickFirst())
    #expect(try policy(["v=spf1 -all"]) == nil)
    #expect(try policy([]) == nil)
  }

  @Test(arguments: [
    ("", "not JSON"), ("{}", "a list"), (#"[{}]"#, "serviceConfig is expected"),
    (#"[{"percentage": 101}]"#, "percentage"), (#"[{"clientLanguage": "swift"}]"#, "a list"),
    (#"[{"serviceConfig": []}]"#, "an object"),
    (#"[{"serviceConfig": {"loadBalancingPolicy": 1}}]"#, "loadBalancingPolicy"),
  ])
  func `a record that cannot be read says what is wrong`(list: String, message: String) {
    let error = #expect(throws: ServiceConfigError.self) {
      try policy(["grpc_config=" + list], lot: 0)
    }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }
}
