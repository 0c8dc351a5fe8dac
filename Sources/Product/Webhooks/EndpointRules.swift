internal import Domain
internal import HTTPClient
internal import RPCCore
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

  /// `current` with the fields that `paths` names taken from `new` (AIP-134); without paths, those that
  /// are set in `new`; `*` is every field. Throws `invalidArgument` for a path that is no field.
  static func merged(_ current: Endpoint, _ new: Endpoint, paths: [String]) throws -> Endpoint {
    var result = current
    let takesAll = paths == ["*"]
    for path in takesAll || paths.isEmpty ? ["url", "event_types", "state"] : paths {
      let isForced = takesAll || !paths.isEmpty
      switch path {
      case "url": if isForced || !new.url.isEmpty { result.url = new.url }
      case "event_types", "eventTypes":
        if isForced || !new.eventTypes.isEmpty { result.eventTypes = new.eventTypes }
      case "state": if isForced || new.state != .unspecified { result.state = new.state }
      case "endpoint_id", "endpointId", "etag", "create_time", "createTime", "pause_reason",
        "pauseReason", "failing_since", "failingSince", "managed":
        break
      default:
        throw RPCError(
          .invalidArgument, "update_mask: \"\(path.prefix(64))\" is no field of an endpoint")
      }
    }
    return result
  }
}
