internal import Buffers
package import Domain
package import Postgres
internal import Protobuf
package import RPCCore
package import Schema
internal import TLS

/// The gate over what is stored: gathers its input, evaluates it, and keeps verdict and audit leaf.
package struct StoredGate: CallAdmission {
  private let registry: any DoNotDisturbRegistry
  private let now: @Sendable () -> Moment

  package init(
    registry: any DoNotDisturbRegistry, now: @escaping @Sendable () -> Moment = { WallClock.now }
  ) {
    self.registry = registry
    self.now = now
  }

  package func doNotDisturb(_ request: AdmissionRequest) async -> String {
    guard GateInput.needsDoNotDisturb(request.agent.purpose) else {
      return GateInput.DoNotDisturb.notAsked.rawValue
    }
    return await registry.status(of: request.callee).rawValue
  }

  package func decide(
    _ request: AdmissionRequest, doNotDisturb: String, _ transaction: Transaction
  ) async throws -> Payaid.Voice.V1.Decision {
    let input = GateInput(
      now: now(), purpose: request.agent.purpose, callee: request.callee,
      callerID: request.callerID,
      merchantIsActive: try await ComplianceStore.isActive(request.merchant, transaction),
      agentIsActive: request.agent.state == .active,
      isSuppressed: try await ComplianceStore.isSuppressed(
        request.callee, merchant: request.merchant, transaction),
      doNotDisturb: GateInput.DoNotDisturb(rawValue: doNotDisturb) ?? .unknown)
    let decision = try await ComplianceStore.insert(
      Gate.evaluate(input), call: request.call, merchant: request.merchant, transaction)
    try await AuditLog.append(
      kind: "call.decision", subject: request.call.text,
      payload: try Self.leaf(decision, request), merchant: request.merchant, transaction)
    return decision
  }

  package func refusal(_ decision: Payaid.Voice.V1.Decision) throws -> RPCError {
    try Gate.refusal(decision)
  }

  /// The canonical entry: the whole verdict, and the number only as a salted digest, whose salt can
  /// be destroyed.
  private static func leaf(
    _ decision: Payaid.Voice.V1.Decision, _ request: AdmissionRequest
  ) throws -> [UInt8] {
    let salt = RandomBytes.generate(16)
    let digest = Digest.hmacSHA256(key: salt, Array(request.callee.e164.utf8))
    var json = JSONWriter()
    json.beginObject()
    json.key("decision")
    json.raw(String(decoding: try decision.json(), as: UTF8.self))
    json.key("callee")
    json.string(Hex.encode(digest))
    json.key("agent")
    json.string(request.agent.agentId)
    json.endObject()
    return json.bytes
  }
}
