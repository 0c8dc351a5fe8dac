internal import Domain
internal import Protobuf
package import RPCCore
package import VoiceAPI

/// Verdicts that were given.
extension ComplianceService {
  package func getDecision(
    _ request: V1.GetDecisionRequest, _ context: RPCContext
  ) async throws -> V1.Decision {
    let caller = try context.caller()
    guard let id = DecisionID(request.decisionId),
      let decision = try await DecisionStore.find(id, reader(caller))
    else { throw RPCError(.notFound, "there is no such decision") }
    return decision
  }

  package func listDecisions(
    _ request: V1.ListDecisionsRequest, _ context: RPCContext
  ) async throws -> V1.ListDecisionsResponse {
    let caller = try context.caller()
    let number = try ConsentRules.filter(request.phoneNumber)
    var arguments = [
      caller.merchant.text, "decisions", request.callId, "\(request.verdict.rawValue)",
      request.phoneNumber,
    ]
    arguments += [request.startTime, request.endTime].map { time in
      time.map { "\(Moment($0).microseconds)" } ?? ""
    }
    let page = try await tokens.page(
      request.pageSize, request.pageToken, of: arguments, cursor: { $0.decisionId }
    ) { cursor, limit in
      try await DecisionStore.page(
        request, of: number, after: cursor, limit: limit, merchant: caller.merchant,
        reader(caller))
    }
    return .with {
      $0.decisions = page.entries
      $0.nextPageToken = page.next
    }
  }
}
