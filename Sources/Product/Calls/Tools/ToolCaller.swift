internal import Buffers
internal import Conversation
package import Domain
package import EventLoop
internal import HTTP
package import HTTPClient
package import Postgres
internal import Protobuf
internal import Speech
internal import Telemetry
internal import VoiceAPI

/// Carries out the functions that the model asks for: our own here, the merchant's at its endpoints, public
/// ones only, without redirects, bounded in time and size. What came of each is journaled before the model has it.
package struct ToolCaller: Sendable {
  private static let resolvingTime = Duration.seconds(2)

  private let pool: PostgresPool
  private let secrets: any ToolSecretSource
  private let knowledge: KnowledgeTool
  private let policy: OutboundPolicy
  private let client: HTTPClient
  private let loop: EventLoop

  /// Requests are made on `loop`.
  package init(
    pool: PostgresPool, secrets: any ToolSecretSource, knowledge: any KnowledgeSource,
    policy: OutboundPolicy, loop: EventLoop
  ) {
    self.pool = pool
    self.secrets = secrets
    self.knowledge = KnowledgeTool(source: knowledge)
    self.policy = policy
    self.loop = loop
    client = HTTPClient(loop: loop)
  }

  /// What runs the functions of one call.
  func runner(for claimed: ClaimedCall) -> ToolRunner {
    { function in await run(function, of: claimed) }
  }

  private func run(
    _ function: ToolCall, of claimed: ClaimedCall
  ) async -> ToolResponse.Outcome {
    let begin = ContinuousClock.now
    let outcome = await outcome(function, of: claimed)
    let execution = Self.execution(function, outcome, took: ContinuousClock.now - begin)
    // Also when the call no longer wants the answer: the merchant's endpoint has acted.
    await Task { await journal(execution, claimed.call) }.value
    return outcome
  }

  private func outcome(
    _ function: ToolCall, of claimed: ClaimedCall
  ) async -> ToolResponse.Outcome {
    do {
      return .output(try await carryOut(function, of: claimed))
    } catch let fault as ToolFault {
      return .failure(reason: fault.reason, retryable: fault.isRetryable)
    } catch is OutboundPolicy.Refusal {
      return .failure(reason: "the function's endpoint may not be called", retryable: false)
    } catch let error as HTTPClientError {
      return .failure(
        reason: error.kind == .timedOut
          ? "the function did not answer in time" : "the function's endpoint was not reached",
        retryable: true)
    } catch {
      return .failure(reason: "the function could not be carried out", retryable: true)
    }
  }

  private func carryOut(
    _ function: ToolCall, of claimed: ClaimedCall
  ) async throws -> JSONValue {
    if claimed.answersFromDocuments, function.name == BuiltInTool.searchKnowledge {
      return try await knowledge.search(function, of: claimed.call.agent, claimed.call.merchant)
    }
    guard let tool = claimed.agent.tools.first(where: { $0.name == function.name }) else {
      throw ToolFault("there is no such function")
    }
    guard !tool.url.isEmpty else { throw ToolFault("the function has no endpoint") }
    let url = try policy.check(tool.url)
    let names = Array(tool.secretHeaders.values)
    let merchant = claimed.call.merchant
    let values =
      names.isEmpty
      ? [:]
      : try await pool.transaction(tenant: .merchant(merchant.text)) {
        try await secrets.values(names, for: url.host, of: merchant, $0)
      }
    let origin = ToolRequest.Origin(
      callID: claimed.call.id.text, agentID: claimed.call.agent.text,
      agentVersion: claimed.call.agentVersion ?? 0)
    var request = try ToolRequest.make(tool, function, of: origin, secrets: values)
    let addresses = try await loop.addresses(of: url.host, port: 0, timeout: Self.resolvingTime)
    request.connectAddress = try policy.choose(addresses.compactMap(\.host), for: url)
    return try ToolRequest.result(try await client.send(request))
  }

  /// What the journal keeps: arguments and results are personal data and not among it.
  static func execution(
    _ function: ToolCall, _ outcome: ToolResponse.Outcome, took time: Duration
  ) -> Payaid.Voice.V1.ToolExecution {
    .with {
      $0.tool = function.name
      $0.toolCallId = function.id
      $0.duration = time.protobuf
      $0.time = WallClock.now.timestamp
      switch outcome {
      case .output: $0.succeeded = true
      case .failure(let reason, _): $0.failure = reason
      }
    }
  }

  private func journal(
    _ execution: Payaid.Voice.V1.ToolExecution, _ call: CallRecord
  ) async {
    do {
      try await pool.transaction(tenant: .merchant(call.merchant.text)) {
        try await CallMetadataStore.add(execution, to: call.id, $0)
      }
    } catch {
      Log("calls").error(
        "a function call could not be journaled",
        ["call_id": "\(call.id)", "error": "\(error)"])
    }
  }
}
