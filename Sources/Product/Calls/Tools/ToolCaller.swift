internal import Buffers
internal import Conversation
package import Domain
package import EventLoop
internal import HTTP
package import HTTPClient
package import Postgres
internal import Protobuf
internal import Speech
internal import VoiceAPI

/// Carries out the functions that the model asks for: our own here, the merchant's at its endpoints, public
/// ones only, without redirects, bounded in time and size. What came of each is journaled before the model has it,
/// unless the database is slow: then the model has it in time, and the journal after it.
package struct ToolCaller: Sendable {
  private static let resolvingTime = Duration.seconds(2)
  /// What a function's answer waits for the database at most.
  private static let journalingTime = Duration.seconds(1)

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

  /// What runs the functions of one call, and has what came of them written to `journal`.
  func runner(for claimed: ClaimedCall, journal: ToolJournal) -> ToolRunner {
    { function in
      let begin = ContinuousClock.now
      let outcome = await outcome(function, of: claimed)
      let time = ContinuousClock.now - begin
      // Also when the call no longer wants the answer: the merchant's endpoint has acted.
      await journal.write(
        Self.execution(function, outcome, took: time),
        within: Self.patience(claimed.agent.tools.first { $0.name == function.name }, after: time),
        on: loop)
      return outcome
    }
  }

  /// How long the journal may hold an answer up: it must not miss the time in which the model wants it.
  static func patience(_ tool: Payaid.Voice.V1.Tool?, after time: Duration) -> Duration {
    let rest = (tool.map(ToolRequest.timeout) ?? ToolRequest.defaultTimeout) - time
    return max(.zero, min(rest - .milliseconds(100), journalingTime))
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
      return Self.failure(error)
    } catch {
      return .failure(reason: "the function could not be carried out", retryable: true)
    }
  }

  /// A request that was sent may have had its effect: the model must not have it again.
  static func failure(_ error: HTTPClientError) -> ToolResponse.Outcome {
    let what =
      error.kind == .timedOut
      ? "the function did not answer in time"
      : error.requestMayHaveArrived
        ? "the function's endpoint gave no answer" : "the function's endpoint was not reached"
    let doubt = error.requestMayHaveArrived ? "; it may have been carried out" : ""
    return .failure(reason: what + doubt, retryable: error.isSafelyRepeatable)
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
}
