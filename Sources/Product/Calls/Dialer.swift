package import Domain
package import Jobs
package import Postgres
package import Speech
internal import Telemetry
internal import VoiceAPI

/// Places queued calls: the job that CreateCall leaves behind.
///
/// The gate is asked before every attempt. `dialing` is committed before the carrier is asked, so that
/// after a crash or an unclear answer the carrier's own records are looked up first: no call is
/// dialled twice.
package struct Dialer: Sendable {
  /// The kind of its jobs; the payload is the call's id.
  package static let jobKind = "call.dial"

  private static let ringTimeout = Duration.seconds(45)
  /// How long after its first attempt a call is tried again.
  private static let patience = Duration.seconds(1_800)

  private let pool: PostgresPool
  private let jobs: JobQueue
  private let carrier: any Carrier
  private let callbacks: any CarrierCallbacks
  private let agents: any AgentDirectory
  private let admission: any CallAdmission
  private let settings: CallSettings
  let pace = CarrierPace()

  package init(
    pool: PostgresPool, jobs: JobQueue, carrier: any Carrier, callbacks: any CarrierCallbacks,
    agents: any AgentDirectory, admission: any CallAdmission, settings: CallSettings
  ) {
    self.pool = pool
    self.jobs = jobs
    self.carrier = carrier
    self.callbacks = callbacks
    self.agents = agents
    self.admission = admission
    self.settings = settings
  }

  /// Leaves the job in the transaction that makes the call.
  func enqueue(_ call: CallRecord, _ transaction: Transaction) async throws {
    try await jobs.enqueue(
      kind: Self.jobKind, payload: Array(call.id.text.utf8), uniqueKey: call.id.text, transaction)
  }

  /// Carries out one job. Throws what is worth another try; everything else ends the call.
  package func dial(_ id: CallID, isLastAttempt: Bool) async throws {
    let found = try await pool.transaction(tenant: .system) { try await CallStore.find(id, $0) }
    guard let call = found, call.state == .queued || call.state == .dialing, call.carrierID == nil
    else { return }
    do {
      guard let carrierID = try await carrierID(of: call) else { return }
      try await pool.transaction(tenant: .system) {
        try await CallStore.setCarrierID(carrierID.rawValue, of: id, $0)
      }
      pace.taken()
    } catch let error as SpeechError {
      let mayRetry = error.kind != .permanent && error.kind != .configuration
      let isLate = call.dialTime.map { WallClock.now - $0 > Self.patience } ?? false
      if mayRetry && !isLastAttempt && !isLate { throw error }
      try await fail(id, error)
    }
  }

  /// The carrier's call for ours, placed unless an earlier attempt got through after all; `nil` when it
  /// may not be placed.
  private func carrierID(of call: CallRecord) async throws -> CarrierCallID? {
    if call.state == .dialing, let found = try await existing(call) { return found }
    guard let admitted = try await admit(call) else { return nil }
    guard let limit = try await timeLimit(of: admitted) else {
      try await end(call.id, .failed, "compliance")
      return nil
    }
    return try await place(admitted, limit)
  }

  /// Asks the gate, and commits `dialing` with its verdict; `nil` when that is against the call, which is
  /// over then, or when the call has ended meanwhile.
  private func admit(_ call: CallRecord) async throws -> CallRecord? {
    // What was dialled before cannot be blocked any more.
    let refused: CallState = call.state == .queued ? .blocked : .failed
    let agent = try await pool.transaction(tenant: .system) {
      try await agents.agent(call.agent, AgentChoice(version: call.agentVersion ?? 0), $0)
    }
    guard let agent, let callee = call.phoneNumber else {
      try await end(call.id, refused, "agent_deleted")
      return nil
    }
    let question = AdmissionRequest(
      merchant: call.merchant, call: call.id, agent: agent, callee: callee,
      callerID: call.callerID, language: call.language)
    let doNotDisturb = await admission.doNotDisturb(question)
    return try await pool.transaction(tenant: .system) { transaction in
      let decision = try await admission.decide(
        question, doNotDisturb: doNotDisturb, transaction)
      guard decision.verdict == .allow else {
        try await CallStore.move(call.id, to: refused, reason: "compliance", transaction)
        return nil
      }
      guard call.state == .queued else {
        return try await CallStore.find(call.id, transaction).flatMap {
          $0.state == .dialing && $0.carrierID == nil ? $0 : nil
        }
      }
      try await CallLease.take(call.id, owner: settings.owner, transaction)
      return try await CallStore.move(call.id, to: .dialing, transaction)
    }
  }

  private func end(_ id: CallID, _ state: CallState, _ reason: String) async throws {
    _ = try await pool.transaction(tenant: .system) {
      try await CallStore.move(id, to: state, reason: reason, $0)
    }
  }

  /// The carrier's call for ours, if an earlier attempt got through after all.
  private func existing(_ call: CallRecord) async throws -> CarrierCallID? {
    guard let callee = call.phoneNumber else { return nil }
    return try await carrier.findCall(
      callID: call.id.text, to: callee.e164, since: call.carrierKnowsSince)?.id
  }

  /// How long it may last; `nil` when an attempt comes so late that it could not be over in time.
  private func timeLimit(of call: CallRecord) async throws -> Duration? {
    let end = try await pool.transaction(tenant: .system) {
      try await admission.latestEnd(of: call.id, call.merchant, $0)
    }
    return CallTimeLimit.limit(dialedAt: WallClock.now, ringing: Self.ringTimeout, end: end)
  }

  private func place(_ call: CallRecord, _ limit: Duration) async throws -> CarrierCallID {
    guard let callee = call.phoneNumber, let callerID = call.callerID else {
      throw SpeechError(.permanent, "the call has no number")
    }
    return try await carrier.placeCall(
      PlaceCallRequest(
        callID: call.id.text, to: callee.e164, from: callerID.e164,
        streamURL: settings.streamBase()
          + StreamToken.path(call.id, keys: settings.streamTokenKeys),
        statusCallbackURL: callbacks.statusCallbackURL(
          base: settings.callbackBase(), callID: call.id.text),
        ringTimeout: Self.ringTimeout, timeLimit: limit))
  }

  private func fail(_ id: CallID, _ error: SpeechError) async throws {
    Log("calls").warning("a call could not be placed", ["call_id": "\(id)", "error": "\(error)"])
    try await end(id, .failed, "carrier_error")
  }
}
