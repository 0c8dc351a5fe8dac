package import Domain
package import Postgres
package import Speech
internal import VoiceAPI

/// Takes calls that people make to agents' numbers.
///
/// The carrier tells of a call and is given the address for its media. The stream that comes there is
/// the call's, as for one that we placed; the reaper asks the carrier about those where none comes.
package struct IncomingCalls: Sendable {
  /// Why a call is not taken.
  package enum Refusal: String, Error, Sendable {
    case noAgent = "no_agent"
    /// The agent's texts need values that only whoever places a call can give.
    case needsValues = "needs_values"
    /// The gate says no: merchant or agent are not active.
    case blocked
    /// It has begun already, or is over.
    case over
    /// This process is about to leave.
    case draining
  }

  private let pool: PostgresPool
  private let agents: any AgentDirectory
  private let admission: any CallAdmission
  private let settings: CallSettings
  private let live: LiveCalls

  package init(
    pool: PostgresPool, agents: any AgentDirectory, admission: any CallAdmission,
    settings: CallSettings, live: LiveCalls
  ) {
    self.pool = pool
    self.agents = agents
    self.admission = admission
    self.settings = settings
    self.live = live
  }

  /// Where the carrier shall bring the call's media; the same for news that comes again. Throws
  /// ``Refusal``, or the database's error.
  package func take(_ news: IncomingCall) async throws -> String {
    guard !live.isDraining else { throw Refusal.draining }
    let call: CallRecord?
    do {
      call = try await record(news)
    } catch let error as PostgresError where error.isUniqueViolation("calls_carrier_id_key") {
      // The same news came twice at once, and the other was faster.
      call = try await record(news)
    }
    guard let call else { throw Refusal.blocked }
    guard call.direction == .inbound, call.state == .ringing else { throw Refusal.over }
    return settings.streamBase() + StreamToken.path(call.id, keys: settings.streamTokenKeys)
  }

  /// The call, made now if need be; `nil` when the gate refused it, whose verdict is kept.
  private func record(_ news: IncomingCall) async throws -> CallRecord? {
    try await pool.transaction(tenant: .system) { transaction in
      if let known = try await CallStore.find(carrierID: news.id.rawValue, transaction) {
        return known
      }
      guard let number = PhoneNumber(news.to),
        let (agent, merchant) = try await agents.agent(answering: number, transaction)
      else { throw Refusal.noAgent }
      guard agent.variables.allSatisfy({ !$0.required || $0.defaultValue != nil }) else {
        throw Refusal.needsValues
      }
      let request = IncomingRequest(
        merchant: merchant, call: CallID(), agent: agent,
        caller: news.from.flatMap { PhoneNumber($0) })
      let decision = try await admission.decide(request, transaction)
      guard decision.verdict == .allow else { return nil }
      return try await begin(news, request, at: number, decision.decisionId, transaction)
    }
  }

  private func begin(
    _ news: IncomingCall, _ request: IncomingRequest, at number: PhoneNumber, _ decisionID: String,
    _ transaction: Transaction
  ) async throws -> CallRecord {
    guard let agent = AgentID(request.agent.agentId) else { throw Refusal.noAgent }
    var new = NewCall(
      id: request.call, merchant: request.merchant, agent: agent,
      agentVersion: request.agent.servedVersion, direction: .inbound, phoneNumber: request.caller,
      callerID: number, language: request.agent.language, state: .ringing)
    new.decisionID = decisionID
    new.webhookURL = request.agent.webhookUrl
    new.owner = settings.owner
    let record = try await CallStore.insert(new, transaction)
    try await CallStore.setCarrierID(news.id.rawValue, of: record.id, transaction)
    try await CallEventStore.append(.call(record.proto), to: record, transaction)
    return record
  }
}
