internal import Domain
internal import HTTPClient
internal import VoiceAPI

/// What makes an endpoint good.
enum EndpointRules {
  typealias Endpoint = Payaid.Voice.V1.WebhookEndpoint

  private static let typeNames = EventType.allCases.map(\.rawValue).joined(separator: ", ")

  /// Throws `invalidArgument` naming every field that breaks a rule.
  static func check(_ endpoint: Endpoint, policy: OutboundPolicy) throws {
    var violations = FieldViolations()
    if endpoint.url.isEmpty {
      violations.add("endpoint.url", "must be set")
    } else {
      do { _ = try policy.check(endpoint.url) } catch {
        violations.add("endpoint.url", error.description)
      }
    }
    checkTypes(endpoint.eventTypes, &violations)
    violations.require(
      [.unspecified, .active, .paused].contains(endpoint.state), "endpoint.state",
      "must be ACTIVE or PAUSED")
    try violations.throwIfAny()
  }

  private static func checkTypes(_ types: [String], _ violations: inout FieldViolations) {
    let limit = EventType.allCases.count
    guard types.count <= limit else {
      return violations.add(
        "endpoint.eventTypes", "has \(types.count) entries; there are \(limit) types")
    }
    violations.require(
      Set(types).count == types.count, "endpoint.eventTypes", "names a type twice")
    for (index, type) in types.enumerated() {
      violations.require(
        EventType(rawValue: type) != nil, "endpoint.eventTypes[\(index)]",
        "is none of \(typeNames)")
    }
  }
}
