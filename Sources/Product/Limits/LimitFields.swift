internal import Protobuf
internal import RPCCore
internal import Schema

/// How a limit is told to callers.
///
/// `RateLimit-Policy` and `RateLimit` as in draft-ietf-httpapi-ratelimit-headers-10, and the three
/// fields of its drafts up to 07, `RateLimit-Limit`, `-Remaining` and `-Reset`, which most clients
/// read today. Seconds are rounded up: who waits as long as told is not refused again.
package struct LimitFields {
  /// The header fields, as pages of other origins must be let read them.
  package static let names = [
    "ratelimit", "ratelimit-policy", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset",
  ]

  let what: MethodClass
  let rate: Rate
  let verdict: Verdict

  /// As response metadata.
  var metadata: Metadata {
    let reset = Self.seconds(verdict.untilFull)
    var metadata = Metadata()
    metadata.add("\"\(what.rawValue)\";q=\(rate.limit);w=\(rate.period)", for: "ratelimit-policy")
    metadata.add("\"\(what.rawValue)\";r=\(verdict.remaining);t=\(reset)", for: "ratelimit")
    metadata.add("\(rate.limit)", for: "ratelimit-limit")
    metadata.add("\(verdict.remaining)", for: "ratelimit-remaining")
    metadata.add("\(reset)", for: "ratelimit-reset")
    return metadata
  }

  /// The refusal, with google.rpc.RetryInfo, which REST also tells as `Retry-After`.
  func refusal() throws -> RPCError {
    let wait = verdict.untilNext
    let retry = Google.Rpc.RetryInfo.with {
      $0.retryDelay = .with {
        $0.seconds = wait / 1_000_000
        $0.nanos = Int32(wait % 1_000_000) * 1000
      }
    }
    return RPCError(
      .resourceExhausted,
      "too many calls: the limit is \(rate.limit) in \(rate.period) seconds (\(what.rawValue))",
      details: [
        ErrorDetail(typeName: "google.rpc.RetryInfo", value: try retry.serializedBytes())
      ],
      metadata: metadata)
  }

  private static func seconds(_ microseconds: Int64) -> Int64 {
    (microseconds + 999_999) / 1_000_000
  }
}
