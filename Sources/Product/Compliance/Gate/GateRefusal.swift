package import RPCCore
internal import Schema
internal import Protobuf
internal import VoiceAPI

extension Gate {
  /// The refusal as a caller of the API sees it: `failedPrecondition` with a
  /// google.rpc.PreconditionFailure that lists every rule, and the whole decision.
  package static func refusal(_ decision: Decision) throws -> RPCError {
    let failed = decision.results.filter { $0.outcome == .fail }
    let failure = Google.Rpc.PreconditionFailure.with {
      $0.violations = failed.map { result in
        .with {
          $0.type = result.rule
          $0.subject = "call"
          $0.description = result.explanation
        }
      }
    }
    let reasons = failed.map { "\($0.rule): \($0.explanation)" }.joined(separator: "; ")
    return RPCError(
      .failedPrecondition, "the call may not be placed: \(reasons)",
      details: [
        ErrorDetail(
          typeName: "google.rpc.PreconditionFailure", value: try failure.serializedBytes()),
        ErrorDetail(typeName: "payaid.voice.v1.Decision", value: try decision.serializedBytes()),
      ])
  }
}
