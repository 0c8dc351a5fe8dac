internal import Buffers
internal import Domain
internal import HTTPClient
internal import Protobuf
internal import Schema
internal import VoiceAPI

/// What makes a request for a call good.
enum CallRules {
  typealias Call = Payaid.Voice.V1.Call

  /// Throws `invalidArgument` naming every field that breaks a rule; `policy` says where the call's
  /// webhooks may go, as far as their URL shows.
  static func check(_ call: Call, policy: OutboundPolicy) throws {
    var violations = FieldViolations()
    checkNumbers(call, &violations)
    checkSizes(of: call.variables, path: "call.variables", &violations)
    checkAgent(call, &violations)
    if !call.webhookUrl.isEmpty {
      do { _ = try policy.check(call.webhookUrl) } catch {
        violations.add("call.webhookUrl", error.description)
      }
    }
    if let metadata = call.metadata { checkMetadata(metadata, &violations) }
    try violations.throwIfAny()
  }

  private static func checkMetadata(
    _ metadata: Google.Protobuf.Struct, _ violations: inout FieldViolations
  ) {
    guard let size = try? metadata.json().count else {
      violations.add("call.metadata", "holds a number or a value that JSON does not have")
      return
    }
    violations.require(
      size <= 4_096, "call.metadata", "has \(size) bytes as JSON; the limit is 4,096")
  }

  private static func checkAgent(_ call: Call, _ violations: inout FieldViolations) {
    violations.require(
      AgentID(call.agentId) != nil, "call.agentId", "must be the id of an agent")
    violations.require(
      call.agentVersion >= 0, "call.agentVersion", "must be a version, or 0 for the published one")
    violations.require(
      ["", "hi", "en"].contains(call.language), "call.language", "must be \"hi\" or \"en\"")
  }

  /// Notes which limits a call's variables go past; `path` is their field.
  static func checkSizes(
    of values: [String: String], path: String, _ violations: inout FieldViolations
  ) {
    guard values.count <= 64 else {
      return violations.add(path, "has \(values.count) variables; the limit is 64")
    }
    violations.require(
      values.values.allSatisfy { $0.codePointCount <= 1_000 }, path,
      "a value has more than 1,000 characters")
  }

  /// Throws `invalidArgument` naming each variable of the agent's texts that has no value or one of
  /// another type; `path` leads the names.
  static func checkVariables(
    _ values: [String: String], of agent: Payaid.Voice.V1.Agent, path: String
  ) throws {
    var violations = FieldViolations()
    TemplateVariables.check(values, against: agent.variables, path: path, &violations)
    try violations.throwIfAny()
  }

  private static func checkNumbers(_ call: Call, _ violations: inout FieldViolations) {
    if let number = PhoneNumber(call.phoneNumber) {
      violations.require(
        number.isDiallable, "call.phoneNumber", "belongs to a series that people do not answer")
    } else {
      violations.add("call.phoneNumber", "must be +91 and ten digits")
    }
    violations.require(
      call.callerId.isEmpty || PhoneNumber(call.callerId) != nil, "call.callerId",
      "must be +91 and ten digits")
  }

  /// `call.variables` as a JSON object.
  static func variablesJSON(_ call: Call) throws -> String {
    let only = Call.with { $0.variables = call.variables }
    let value = try JSONValue(parsing: try only.json())
    return value["variables"].map { String(decoding: $0.serialized(), as: UTF8.self) } ?? "{}"
  }

  /// `call.metadata` as JSON; `nil` without any.
  static func metadataJSON(_ call: Call) throws -> String? {
    try call.metadata.map { String(decoding: try $0.json(), as: UTF8.self) }
  }
}
