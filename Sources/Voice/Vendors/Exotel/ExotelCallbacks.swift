internal import Buffers
internal import HTTP
package import Speech
internal import TLS

/// Status callbacks from Exotel: who may send them, and what they say. Pure; safe from any task.
///
/// Exotel signs nothing. We put a capability token into the URL we give it; an `X-Exotel-Signature`
/// over the raw body (`sha256=` hex HMAC-SHA256) is accepted instead, and must be right if present.
package struct ExotelCallbacks: CarrierCallbacks {
  package static let path = "/api/v1/webhooks/exotel"
  private static let bodyLimit = 65_536

  private let accountSID: String
  private let secrets: WebhookSecrets

  /// `secrets` gives the current and, during a rotation, the previous secret; it is asked for each
  /// request. Precondition: there is one, and none is empty.
  package init(accountSID: String, secrets: @escaping @Sendable () -> [String]) {
    self.accountSID = accountSID
    self.secrets = WebhookSecrets(secrets)
  }

  package func statusCallbackURL(base: String, callID: String) -> String {
    let query = FormItems([("cid", callID), ("t", token(callID, secret: secrets.current))])
    return "\(base)\(Self.path)?\(query.encoded)"
  }

  package func verify(_ request: CarrierCallbackRequest) throws(CarrierCallbackRefusal)
    -> VerifiedCarrierEvent
  {
    if request.body.count > Self.bodyLimit { throw .tooLarge }
    let proof = try proof(of: request)
    let fields = try ExotelCallbackFields(
      body: request.body, contentType: request.headers["content-type"] ?? "")
    return VerifiedCarrierEvent(event: try fields.event(), proof: proof)
  }

  private func proof(of request: CarrierCallbackRequest) throws(CarrierCallbackRefusal)
    -> VerifiedCarrierEvent.Proof
  {
    if let signature = request.headers["x-exotel-signature"] {
      let isSigned = secrets.match(signature) {
        "sha256=" + Hex.encode(Digest.hmacSHA256(key: $0, request.body))
      }
      guard isSigned else { throw .unauthenticated }
      return .bodySignature
    }
    guard let callID = request.query["cid"], let claimed = request.query["t"],
      secrets.match(claimed, { token(callID, secret: $0) })
    else { throw .unauthenticated }
    return .capability(callID: callID)
  }

  private func token(_ callID: String, secret: [UInt8]) -> String {
    let text = "exotel-status:v1:\(accountSID):\(callID)"
    return Hex.encode(Digest.hmacSHA256(key: secret, Array(text.utf8)))
  }
}
