internal import Buffers
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
    let reset = Int(Self.seconds(verdict.untilFull))
    var metadata = Metadata()
    // Every REST answer has them, and interpolation takes 1,000 instructions each.
    var text = TextBuffer(capacity: 64)
    func add(_ name: String, _ parts: (StaticString, Int)...) {
      text.removeAll()
      if parts.count > 1 {
        text.append(UInt8(ascii: "\""))
        text.append(text: what.rawValue)
      }
      for (label, number) in parts {
        text.append(label)
        text.append(decimal: number)
      }
      metadata.add(lowercase: name, .ascii(text.string))
    }
    add("ratelimit-policy", ("\";q=", rate.limit), (";w=", rate.period))
    add("ratelimit", ("\";r=", Int(verdict.remaining)), (";t=", reset))
    add("ratelimit-limit", ("", rate.limit))
    add("ratelimit-remaining", ("", Int(verdict.remaining)))
    add("ratelimit-reset", ("", reset))
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
