internal import Audio
package import Domain
internal import EventLoop
package import Postgres
internal import Protobuf
package import RPCCore
internal import Schema
internal import Speech
package import VoiceAPI

/// Serves `payaid.voice.v1.LiveService`: conversations over one bidirectional stream.
package struct LiveService: Payaid.Voice.V1.LiveServiceServing {
  package typealias V1 = Payaid.Voice.V1

  private let pool: PostgresPool
  private let agents: any AgentDirectory
  private let runner: CallRunner
  private let settings: CallSettings

  package init(
    pool: PostgresPool, agents: any AgentDirectory, runner: CallRunner, settings: CallSettings
  ) {
    self.pool = pool
    self.agents = agents
    self.runner = runner
    self.settings = settings
  }

  package func converse(
    _ requests: Inbound<V1.ClientFrame>, _ responses: Outbound<V1.ServerFrame>,
    _ context: RPCContext
  ) async throws {
    let caller = try context.caller()
    guard let loop = EventLoop.current else {
      throw RPCError(.internal, "a live call needs a loop")
    }
    try runner.checkAdmission()
    let start = try await Self.start(requests)
    let rate = try Self.rate(start)
    let claimed = try await begin(start, caller)
    try await responses.send(Self.started(claimed.call, rate))
    let leg = LoopBound(LiveLeg(rate: rate, loop: loop), loop: loop)
    leg.value.start(claimed.call)
    if let fault = try await hold(claimed, leg, requests, responses, context) { throw fault }
    try await responses.send(try await ended(claimed.call))
  }

  /// The conversation between its first and last frames; what was wrong with a frame, if anything.
  private func hold(
    _ claimed: ClaimedCall, _ leg: LoopBound<LiveLeg>,
    _ requests: Inbound<V1.ClientFrame>, _ responses: Outbound<V1.ServerFrame>,
    _ context: RPCContext
  ) async throws -> RPCError? {
    let carrier = LoopBound<any CarrierLeg>(leg.value, loop: leg.loop)
    let sending = Task(executorPreference: leg.loop) {
      while let batch = await leg.value.take() {
        for frame in batch { try await responses.send(frame) }
      }
    }
    let reading = Task(executorPreference: leg.loop) { () -> RPCError? in
      do {
        while let frame = try await requests.next() {
          if let fault = leg.value.receive(frame) {
            leg.value.clientLeft(.protocolViolation(fault))
            return RPCError(.invalidArgument, fault)
          }
        }
        leg.value.clientLeft(.callerHungUp)
      } catch let error as RPCError where !context.isCancelled {
        // The client is still there: it sent what is no frame.
        leg.value.clientLeft(.protocolViolation("a frame cannot be read"))
        return error
      } catch {
        leg.value.clientLeft(.lost)
      }
      return nil
    }
    await withTaskCancellationHandler {
      await runner.run(claimed, leg: carrier) { leg.value.show($0) }
    } onCancel: {
      reading.cancel()
      sending.cancel()
    }
    try await sending.value
    reading.cancel()
    return await reading.value
  }

  private static func start(
    _ requests: Inbound<V1.ClientFrame>
  ) async throws -> V1.LiveStart {
    guard case .start(let start)? = try await requests.next()?.frame else {
      throw RPCError(.invalidArgument, "the first frame must be start")
    }
    return start
  }

  private static func rate(_ start: V1.LiveStart) throws -> SampleRate {
    switch start.sampleRateHertz {
    case 0, 8_000: return .telephone
    case 16_000: return .wideband
    case 24_000: return .studio
    default:
      throw RPCError(
        .invalidArgument,
        "start.sampleRateHertz is \(start.sampleRateHertz); 8000, 16000 and 24000 are allowed")
    }
  }

  /// Makes the call's record, already in progress.
  private func begin(_ start: V1.LiveStart, _ caller: Caller) async throws -> ClaimedCall {
    guard let agentID = AgentID(start.agentId) else {
      throw RPCError(.notFound, "start.agentId: there is no such agent")
    }
    let choice = try Self.checkedChoice(start)
    return try await pool.transaction(tenant: .merchant(caller.merchant.text)) { transaction in
      guard let agent = try await agents.agent(agentID, choice, transaction) else {
        throw RPCError(.notFound, "start.agentId: there is no such agent, or no such version of it")
      }
      try CallRules.checkVariables(start.variables, of: agent, path: "start.variables")
      var new = NewCall(
        merchant: caller.merchant, agent: agentID, agentVersion: agent.servedVersion,
        direction: .live, language: start.language.isEmpty ? agent.language : start.language,
        state: .inProgress)
      new.variablesJSON = try CallRules.variablesJSON(.with { $0.variables = start.variables })
      new.webhookURL = agent.webhookUrl
      new.owner = settings.owner
      let call = try await CallStore.insert(new, transaction)
      try await CallEventStore.append(.call(call.proto), to: call, transaction)
      return try await runner.claimed(call, agent, variables: start.variables, transaction)
    }
  }

  /// Which configuration `start` asks for. Throws `invalidArgument` naming the fields that break a
  /// rule.
  private static func checkedChoice(_ start: V1.LiveStart) throws -> AgentChoice {
    var violations = FieldViolations()
    CallRules.checkSizes(of: start.variables, path: "start.variables", &violations)
    violations.require(
      start.agentVersion >= 0 && !(start.draft && start.agentVersion > 0), "start.agentVersion",
      "must be a version, or 0; there is none with start.draft")
    violations.require(
      ["", "hi", "en"].contains(start.language), "start.language", "must be \"hi\" or \"en\"")
    try violations.throwIfAny()
    return start.draft ? .draft : AgentChoice(version: start.agentVersion)
  }

  private static func started(_ call: CallRecord, _ rate: SampleRate) -> V1.ServerFrame {
    .with { frame in
      frame.frame = .started(
        .with {
          $0.callId = call.id.text
          $0.sampleRateHertz = Int32(rate.hertz)
        })
    }
  }

  private func ended(_ call: CallRecord) async throws -> V1.ServerFrame {
    let final = try await pool.transaction(tenant: .merchant(call.merchant.text)) { transaction in
      let record = try await CallService.existing(call.id.text, transaction)
      return try await CallService.whole(record, transaction)
    }
    return .with { frame in
      frame.frame = .ended(
        .with {
          $0.call = final
          $0.error = Self.fault(of: final)
        })
    }
  }

  /// Why a call failed, in words for its client; `nil` of one that did not.
  static func fault(of call: V1.Call) -> Google.Rpc.Status? {
    guard call.state == .failed else { return nil }
    let fault = Self.fault(call.endReason)
    return Google.Rpc.Status.with {
      $0.code = Int32(fault.code.rawValue)
      $0.message = fault.message
    }
  }

  private static func fault(_ endReason: String) -> (code: StatusCode, message: String) {
    switch endReason {
    case "model_failed", "model_silent": (.unavailable, "the model failed or did not answer")
    case "carrier_silent": (.deadlineExceeded, "no audio came for too long")
    case "carrier_lost":
      (.aborted, "the client's frames broke off, or it did not take the server's")
    default: (.internal, "the call failed inside the server")
    }
  }
}
