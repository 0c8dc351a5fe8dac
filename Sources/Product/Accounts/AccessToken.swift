internal import Buffers
package import Domain
internal import TLS

/// What a user sends as `authorization: Bearer`: a JWT (RFC 7519) with HS256, good for 24 hours.
///
/// It says who logged in, not what they may do: their role and whether the session still lives are
/// looked up, so that both can change before it runs out.
package struct AccessToken: Sendable, Hashable {
  package static let lifetime = Duration.seconds(86_400)
  private static let issuer = "payaid-voice"
  /// How far the clocks of two processes may differ.
  private static let leeway = Duration.seconds(60)

  package let user: UserID
  package let merchant: MerchantID
  package let session: SessionID
  package let issueTime: Moment

  package init(user: UserID, merchant: MerchantID, session: SessionID, issueTime: Moment) {
    self.user = user
    self.merchant = merchant
    self.session = session
    self.issueTime = issueTime
  }

  /// The token's three parts.
  package func signed(by keys: SigningKeys) -> String {
    let (id, key) = keys.signing(at: issueTime)
    let header: JSONValue = ["alg": "HS256", "kid": .string(id), "typ": "JWT"]
    let claims: JSONValue = [
      "iss": .string(Self.issuer), "sub": .string(user.text), "sid": .string(session.text),
      "merchant_id": .string(merchant.text), "iat": .int(issueTime.seconds),
      "exp": .int((issueTime + Self.lifetime).seconds),
    ]
    let text = Self.encoded(header.serialized()) + "." + Self.encoded(claims.serialized())
    return text + "." + Self.encoded(Digest.hmacSHA256(key: key, text.utf8))
  }

  /// The token that `text` is; nil unless one of `keys` signed it and it is good at `now`. No claim is
  /// read before the signature was checked.
  package init?(_ text: String, keys: SigningKeys, now: Moment) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let header = Self.object(parts[0]),
      header["alg"]?.stringValue == "HS256", header["crit"] == nil,
      let id = header["kid"]?.stringValue, let key = keys.verifying(id, at: now),
      let signature = Base64.decode(String(parts[2])),
      constantTimeEquals(
        signature, Digest.hmacSHA256(key: key, "\(parts[0]).\(parts[1])".utf8)),
      let claims = Self.object(parts[1])
    else { return nil }
    self.init(claims, now: now)
  }

  private init?(_ claims: JSONValue, now: Moment) {
    guard claims["iss"]?.stringValue == Self.issuer,
      let user = claims["sub"]?.stringValue.flatMap({ UserID($0) }),
      let session = claims["sid"]?.stringValue.flatMap({ SessionID($0) }),
      let merchant = claims["merchant_id"]?.stringValue.flatMap({ MerchantID($0) }),
      let issued = claims["iat"]?.int64Value, let expires = claims["exp"]?.int64Value,
      now < Moment(seconds: expires), Moment(seconds: issued) <= now + Self.leeway
    else { return nil }
    self.init(
      user: user, merchant: merchant, session: session, issueTime: Moment(seconds: issued))
  }

  private static func encoded(_ bytes: [UInt8]) -> String {
    Base64.encode(bytes, variant: .urlSafe, padded: false)
  }

  private static func object(_ part: Substring) -> JSONValue? {
    guard let bytes = Base64.decode(String(part)) else { return nil }
    return try? JSONValue(parsing: bytes, maxDepth: 2)
  }
}
