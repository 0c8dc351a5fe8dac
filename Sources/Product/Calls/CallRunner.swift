internal import Conversation
package import Domain
package import EventLoop
package import Postgres
internal import RPCCore
package import Speech
internal import Telemetry
package import VoiceAPI

/// A call that may be joined to its media.
package struct ClaimedCall: Sendable {
  let call: CallRecord
  let agent: Payaid.Voice.V1.Agent
  let variables: [String: String]
  /// Whether the agent has documents to answer from, and may be asked to.
  let answersFromDocuments: Bool
}

/// Why a stream was not let in.
package enum ClaimRefusal: Error, Sendable {
  /// The token is not that of the call.
  case unauthenticated
  /// There is no such call.
  case notFound
  /// The call has begun already, or is over.
  case notWaiting
}

/// Holds conversations: joins a call's media to its agent's model, and writes down what came of it.
package struct CallRunner: Sendable {
  /// A handshake of ten seconds, and five until the stream begins.
  private static let secondChance = Duration.seconds(15)

  private let pool: PostgresPool
  private let agents: any AgentDirectory
  private let model: any RealtimeModel
  private let settings: CallSettings
  private let live: LiveCalls
  private let recordings: Recordings
  private let tools: ToolCaller
  private let knowledge: any KnowledgeSource

  package init(
    pool: PostgresPool, agents: any AgentDirectory, model: any RealtimeModel,
    settings: CallSettings, live: LiveCalls, recordings: Recordings, tools: ToolCaller,
    knowledge: any KnowledgeSource
  ) {
    self.pool = pool
    self.agents = agents
    self.model = model
    self.settings = settings
    self.live = live
    self.recordings = recordings
    self.tools = tools
    self.knowledge = knowledge
  }

  /// Lets in a stream of the carrier's for a call that was dialled and has not begun. Throws
  /// ``ClaimRefusal``, or the database's error.
  package func admit(callID: String, token: String) async throws -> CallID {
    guard let id = CallID(callID),
      StreamToken.isValid(token, for: id, keys: settings.streamTokenKeys)
    else { throw ClaimRefusal.unauthenticated }
    let found = try await pool.transaction(tenant: .system) { try await CallStore.find(id, $0) }
    guard let found else { throw ClaimRefusal.notFound }
    guard found.state.awaitsMedia else { throw ClaimRefusal.notWaiting }
    return id
  }

  /// Joins a call to a stream that the carrier has begun, to the call's end; closes it where another
  /// one has the call. Call it on the leg's loop.
  package func answer(_ id: CallID, leg: LoopBound<any CarrierLeg>) async {
    do {
      await run(try await claim(id), leg: leg)
    } catch {
      Log("calls").warning(
        "a stream got no call", ["call_id": "\(id)", "error": "\(error)"])
      leg.value.hangUp()
    }
  }

  func claim(_ id: CallID) async throws -> ClaimedCall {
    try await pool.transaction(tenant: .system) { transaction in
      // The lock decides between two streams of one call.
      guard try await CallStore.lock(id, transaction)?.awaitsMedia == true,
        let call = try await CallStore.move(id, to: .inProgress, transaction)
      else { throw ClaimRefusal.notWaiting }
      try await CallLease.take(id, owner: settings.owner, transaction)
      return try await claimed(call, transaction)
    }
  }

  /// Ends a call whose stream was lost before it began, unless another has come by the time in which the
  /// carrier repeats a handshake and begins.
  package func expectAnother(of id: CallID, on loop: EventLoop) async {
    do {
      try await loop.sleep(for: Self.secondChance)
      try await pool.transaction(tenant: .system) { transaction in
        guard try await CallStore.lock(id, transaction)?.awaitsMedia == true else { return }
        try await CallStore.move(
          id, to: .failed, reason: CallEndReason.carrierNeverStarted.code, transaction)
      }
    } catch {
      // The reaper asks the carrier.
      Log("calls").warning(
        "a call without a stream was left", ["call_id": "\(id)", "error": "\(error)"])
    }
  }

  /// Throws `unavailable` when the server is about to stop.
  func checkAdmission() throws {
    if live.isDraining { throw RPCError(.unavailable, "the server is stopping; try another") }
  }

  func claimed(_ call: CallRecord, _ transaction: Transaction) async throws -> ClaimedCall {
    let choice = AgentChoice(version: call.agentVersion ?? 0)
    guard let agent = try await agents.agent(call.agent, choice, transaction) else {
      throw ClaimRefusal.notWaiting
    }
    var proto = call.proto
    try await CallMetadataStore.fill(&proto, call.id, transaction)
    return try await claimed(call, agent, variables: proto.variables, transaction)
  }

  /// The call with what its agent can do. A tool of the merchant's own takes the place of ours.
  func claimed(
    _ call: CallRecord, _ agent: Payaid.Voice.V1.Agent, variables: [String: String],
    _ transaction: Transaction
  ) async throws -> ClaimedCall {
    let hasOwn = agent.tools.contains { $0.name == BuiltInTool.searchKnowledge }
    let knows = try await knowledge.hasKnowledge(call.agent, transaction)
    return ClaimedCall(
      call: call, agent: agent, variables: variables, answersFromDocuments: knows && !hasOwn)
  }

  /// Holds the conversation to its end and finishes the call. Call it on the leg's loop; cancelling
  /// ends the call. `onLine` is told each line of the transcript, on the loop.
  package func run(
    _ claimed: ClaimedCall, leg: LoopBound<any CarrierLeg>,
    onLine: @escaping @Sendable (Payaid.Voice.V1.TranscriptEntry) -> Void = { _ in }
  ) async {
    let id = claimed.call.id
    let functions = ToolJournal(call: claimed.call, pool: pool)
    let setup: CallSetup
    do {
      setup = try self.setup(claimed, functions)
    } catch {
      Log("calls").error("a call could not be set up", ["call_id": "\(id)", "error": "\(error)"])
      leg.value.hangUp()
      await finish(claimed.call, .neverBegan, on: leg.loop)
      return
    }
    let session = CallSession(leg: leg, setup: setup)
    live.add(id) { Task { await session.end("api") } }
    let events = await session.events()
    let journal = CallJournal(call: claimed.call, pool: pool, onLine: onLine)
    let writing = Task(executorPreference: leg.loop) { await journal.follow(events) }
    let report = await session.run()
    let end = LoopInstant.readClock()
    CallFigures.process.talked(report)
    if report.counters.missingNotices > 0 {
      Log("calls").warning(
        "the model did not say that the call is recorded, so it was not", ["call_id": "\(id)"])
    }
    await writing.value
    await finish(
      claimed.call, .reported(report, at: end), await functions.unwritten, on: leg.loop)
    live.remove(id)
  }

  private func setup(_ claimed: ClaimedCall, _ functions: ToolJournal) throws -> CallSetup {
    let brief = AgentBrief(
      agent: claimed.agent, language: claimed.call.language, variables: claimed.variables,
      answersFromDocuments: claimed.answersFromDocuments)
    let recording =
      claimed.agent.recordingEnabled ? try recordings.setup(for: claimed.call) : nil
    return CallSetup(
      model: model, realtime: brief.realtime, options: brief.options, recording: recording,
      tools: tools.runner(for: claimed, journal: functions))
  }

  /// Keeps the recording, then transcript, cost and the last state, in that order: a watcher that
  /// sees the call end finds everything there that the object store took in time.
  private func finish(
    _ call: CallRecord, _ ending: CallEnding,
    _ executions: [Payaid.Voice.V1.ToolExecution] = [], on loop: EventLoop
  ) async {
    var finisher = CallFinisher(pool: pool, settings: settings, recordings: recordings)
    finisher.executions = executions
    // A cancelled task could not write any more, and a call that is not written down never ends.
    await Task(executorPreference: loop) { [finisher] in
      await finisher.finish(call, ending, pauses: .patient, on: loop)
    }.value
  }
}
