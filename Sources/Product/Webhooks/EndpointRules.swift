internal import Domain
internal import HTTPClient
internal import Schema

/// What makes an endpoint good.
enum EndpointRules {
  typealias Endpoint = Payaid.Voice.V1.WebhookEndpoint

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
    violations.require(
      Set(endpoint.eventTypes).count == endpoint.eventTypes.count, "endpoint.eventTypes",
      "names a type twice")
    for (index, type) in endpoint.eventTypes.enumerated() {
      violations.require(
        EventType(rawValue: type) != nil, "endpoint.eventTypes[\(index)]",
        "is none of \(EventType.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    violations.require(
      [.unspecified, .active, .paused].contains(endpoint.state), "endpoint.state",
      "must be ACTIVE or PAUSED")
    try violations.throwIfAny()
  }
}
