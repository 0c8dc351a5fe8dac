package import Postgres
package import RPCCore
package import VoiceAPI

/// What the compliance gate is asked about one call.
package struct AdmissionRequest: Sendable {
  package var merchant: MerchantID
  package var call: CallID
  package var agent: Payaid.Voice.V1.Agent
  package var callee: PhoneNumber
  package var callerID: PhoneNumber?
  /// What the agent will speak.
  package var language: String

  /// The language is the agent's own where none is given.
  package init(
    merchant: MerchantID, call: CallID, agent: Payaid.Voice.V1.Agent, callee: PhoneNumber,
    callerID: PhoneNumber?, language: String = ""
  ) {
    self.merchant = merchant
    self.call = call
    self.agent = agent
    self.callee = callee
    self.callerID = callerID
    self.language = language.isEmpty ? agent.language : language
  }
}

/// What the compliance gate is told about a call that somebody makes to an agent.
package struct IncomingRequest: Sendable {
  package var merchant: MerchantID
  package var call: CallID
  package var agent: Payaid.Voice.V1.Agent
  /// `nil` when the number is withheld.
  package var caller: PhoneNumber?

  package init(
    merchant: MerchantID, call: CallID, agent: Payaid.Voice.V1.Agent, caller: PhoneNumber?
  ) {
    self.merchant = merchant
    self.call = call
    self.agent = agent
    self.caller = caller
  }
}

/// Whether a call may be placed, or taken: where the areas of calls and compliance meet.
package protocol CallAdmission: Sendable {
  /// What the carrier says of the callee from the national do-not-disturb register, where the law asks for
  /// it. Asked before a transaction, since it may be slow.
  func doNotDisturb(_ request: AdmissionRequest) async -> DoNotDisturbAnswer
  /// The verdict, stored with its audit leaf in the caller's transaction.
  func decide(
    _ request: AdmissionRequest, doNotDisturb: DoNotDisturbAnswer, _ transaction: Transaction
  ) async throws -> Payaid.Voice.V1.Decision
  /// Stores a verdict again that was rolled back with what it was asked for; as it is stored now.
  func keep(
    _ verdict: Payaid.Voice.V1.Decision, on request: AdmissionRequest, _ transaction: Transaction
  ) async throws -> Payaid.Voice.V1.Decision
  /// The verdict on a call that somebody makes, stored likewise: whom one may call, and when, does not
  /// concern it.
  func decide(
    _ request: IncomingRequest, _ transaction: Transaction
  ) async throws -> Payaid.Voice.V1.Decision
  /// When the call has to be over, by the last verdict on it; `nil` when no rule says so.
  func latestEnd(
    of call: CallID, _ merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Moment?
  /// A verdict of `BLOCK` as an error of the API.
  func refusal(_ decision: Payaid.Voice.V1.Decision) throws -> RPCError
}

/// Which configuration of an agent is wanted.
package enum AgentChoice: Sendable, Hashable {
  /// The one that calls are made with.
  case published
  /// That of a version.
  case version(Int32)
  /// The one that is being worked on.
  case draft
}

/// Where calls find their agents.
package protocol AgentDirectory: Sendable {
  /// The agent as `choice` has it, with the name, number, state and labels it has now; its
  /// `publishedVersion` is the version that was taken, 0 for the draft. `nil` when there is none that
  /// the transaction may see, when it is deleted, or when it has no such version.
  func agent(
    _ id: AgentID, _ choice: AgentChoice, _ transaction: Transaction
  ) async throws -> Payaid.Voice.V1.Agent?
  /// The agent that answers at `number`, as it is published, and whose it is; `nil` when none does. The
  /// transaction has to see every merchant.
  func agent(answering number: PhoneNumber, _ transaction: Transaction) async throws
    -> (agent: Payaid.Voice.V1.Agent, merchant: MerchantID)?
}

extension AgentDirectory {
  /// The agent as it is published.
  package func agent(
    _ id: AgentID, _ transaction: Transaction
  ) async throws -> Payaid.Voice.V1.Agent? {
    try await agent(id, .published, transaction)
  }
}
