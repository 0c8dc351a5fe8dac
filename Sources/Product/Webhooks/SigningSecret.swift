internal import Buffers
internal import Domain
internal import TLS

/// An endpoint's secret by the Standard Webhooks specification: 24 to 64 random bytes, shown as
/// `whsec_` and base64. The bytes are the key, not the text.
package struct SigningSecret: Sendable, Equatable {
  private static let prefix = "whsec_"
  let bytes: [UInt8]

  /// A new one, of 32 bytes.
  package init() { bytes = RandomBytes.generate(32) }

  /// The secret that `text` spells.
  package init?(_ text: String) {
    guard text.hasPrefix(Self.prefix),
      let bytes = Base64.decode(String(text.dropFirst(Self.prefix.count))),
      (24...64).contains(bytes.count)
    else { return nil }
    self.bytes = bytes
  }

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// What the merchant keeps; shown once.
  package var text: String { Self.prefix + Base64.encode(bytes) }

  /// The signature of one attempt: `v1,` and the base64 of HMAC-SHA256 over id, time and body.
  package func sign(id: String, timestamp: Int64, body: [UInt8]) -> String {
    let signed = Array("\(id).\(timestamp).".utf8) + body
    return "v1," + Base64.encode(Digest.hmacSHA256(key: bytes, signed))
  }
}

extension DataSeal {
  /// Bound to its endpoint, so that it cannot be put in another's place.
  func seal(_ secret: SigningSecret, of endpoint: String) throws -> [UInt8] {
    try seal(secret.bytes, for: ["webhook_endpoints", endpoint])
  }

  /// A secret of this endpoint sealed by the current key; nil when it is.
  func renew(_ sealed: [UInt8], of endpoint: String) throws -> [UInt8]? {
    try renew(sealed, for: ["webhook_endpoints", endpoint])
  }

  /// What was sealed for this endpoint.
  func open(_ sealed: [UInt8], of endpoint: String) throws -> SigningSecret {
    SigningSecret(bytes: try open(sealed, for: ["webhook_endpoints", endpoint]))
  }
}
