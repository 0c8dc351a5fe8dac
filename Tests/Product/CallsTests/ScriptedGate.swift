internal import Domain
internal import Postgres
internal import Protobuf
internal import RPCCore
internal import Synchronization
import Testing
internal import VoiceAPI

/// A gate with these verdicts, one after the other; it is not asked more often.
final class ScriptedGate: CallAdmission {
  typealias Verdict = Payaid.Voice.V1.Decision.Verdict

  private let verdicts: Mutex<[Verdict]>
  private let stored = Mutex<[Verdict]>([])
  private let end: Moment?

  init(_ verdicts: [Verdict], end: Moment? = nil) {
    self.verdicts = Mutex(verdicts)
    self.end = end
  }

  /// The verdicts that nobody asked for.
  var left: [Verdict] { verdicts.withLock { $0 } }

  /// The verdicts that were only stored.
  var kept: [Verdict] { stored.withLock { $0 } }

  func doNotDisturb(_ request: AdmissionRequest) async -> DoNotDisturbAnswer {
    DoNotDisturbAnswer(.notAsked, at: WallClock.now)
  }

  func decide(
    _ request: AdmissionRequest, doNotDisturb: DoNotDisturbAnswer, _ transaction: Transaction
  ) async throws -> Payaid.Voice.V1.Decision {
    let verdict = try #require(verdicts.withLock { $0.isEmpty ? nil : $0.removeFirst() })
    return .with { $0.verdict = verdict }
  }

  func keep(
    _ verdict: Payaid.Voice.V1.Decision, on request: AdmissionRequest, _ transaction: Transaction
  ) async throws -> Payaid.Voice.V1.Decision {
    stored.withLock { $0.append(verdict.verdict) }
    return verdict
  }

  func decide(
    _ request: IncomingRequest, _ transaction: Transaction
  ) async throws -> Payaid.Voice.V1.Decision { .with { $0.verdict = .allow } }

  func latestEnd(
    of call: CallID, _ merchant: MerchantID, _ transaction: Transaction
  ) async throws -> Moment? { end }

  func refusal(_ decision: Payaid.Voice.V1.Decision) throws -> RPCError {
    RPCError(.failedPrecondition, "refused")
  }
}
