internal import Buffers
internal import HTTP
package import Speech
internal import TLS

/// Incoming calls as a flow of Exotel's App Bazaar announces them: its Voicebot applet asks an
/// `https://` address where to bring the media. Pure; safe from any task.
///
/// Exotel signs nothing, so that the address holds a token. It asks by GET with a query or by POST with
/// a form, gives no account, and spells numbers with a leading 0.
package struct ExotelSwitchboard: CarrierSwitchboard {
  /// The path as a template of ``HTTPRoutes``.
  package static let pathTemplate = path + "/{token}"
  private static let path = "/api/v1/webhooks/exotel/incoming"
  private static let bodyLimit = 65_536

  private let accountSID: String
  private let secrets: WebhookSecrets

  /// `secrets` gives the current and, during a rotation, the previous secret; it is asked for each
  /// request. Precondition: there is one, and none is empty.
  package init(accountSID: String, secrets: @escaping @Sendable () -> [String]) {
    self.accountSID = accountSID
    self.secrets = WebhookSecrets(secrets)
  }

  package func incomingURL(base: String) -> String {
    "\(base)\(Self.path)/\(token(secrets.current))"
  }

  package func verify(
    _ request: CarrierCallbackRequest, token claimed: String
  ) throws(CarrierCallbackRefusal) -> IncomingCall {
    guard secrets.match(claimed, token) else { throw .unauthenticated }
    if request.body.count > Self.bodyLimit { throw .tooLarge }
    let fields = try ExotelCallbackFields(
      query: request.query, body: request.body,
      contentType: request.headers["content-type"] ?? "")
    // `To` may be a number of Exotel's own on the way.
    guard let dialled = fields["CallTo"].flatMap(Self.number) else {
      throw .malformed("CallTo is not an Indian number")
    }
    return IncomingCall(
      id: try fields.callID(), from: fields["CallFrom"].flatMap(Self.number), to: dialled)
  }

  package func answer(streamURL: String) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.key("url")
    json.string(streamURL)
    json.endObject()
    return json.bytes
  }

  /// In E.164, where it is an Indian number.
  private static func number(_ text: String) -> String? {
    let number = ExotelNumbers.normalized(text)
    return number.hasPrefix("+91") && number.utf8.count == 13 ? number : nil
  }

  private func token(_ secret: [UInt8]) -> String {
    Hex.encode(Digest.hmacSHA256(key: secret, Array("exotel-incoming:v1:\(accountSID)".utf8)))
  }
}
