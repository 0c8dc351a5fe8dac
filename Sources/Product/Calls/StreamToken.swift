internal import Buffers
package import Domain
internal import TLS

/// The secret in the path of a stream's address: who knows it may be the carrier's leg of that call.
/// It is good once, because a call that has begun takes no second leg.
package enum StreamToken {
  /// The token of a call: 32 hexadecimal digits.
  static func make(_ call: CallID, key: [UInt8]) -> String {
    Hex.encode(Array(Digest.hmacSHA256(key: key, Array("stream:v1:\(call.text)".utf8)).prefix(16)))
  }

  /// Whether `token` is that of `call`, in time that does not depend on where they differ.
  package static func isValid(_ token: String, for call: CallID, keys: PurposeKeys) -> Bool {
    keys.verifying.contains {
      constantTimeEquals(Array(token.utf8), Array(make(call, key: $0).utf8))
    }
  }

  /// The path that AgentStream opens, as a template.
  package static let pathTemplate = "/api/v1/agentstream/{call_id}/{token}"

  /// Asks for 16 kHz: the least chunk that Exotel plays without artefacts, 3,200 bytes, is then
  /// 100 ms instead of 200, and the model hears its native rate.
  static func path(_ call: CallID, keys: PurposeKeys) -> String {
    "/api/v1/agentstream/\(call.text)/\(make(call, key: keys.signing))?sample-rate=16000"
  }
}
