internal import Buffers
internal import HTTP
internal import Transcoding
internal import WebSocket

/// What a client asks for by its subprotocols, the one header that a page of a browser can set.
///
/// `rpc.v1.json` wants responses as JSON records, `rpc.v1.proto` as binary messages; the first of them
/// is chosen, and without any it is JSON. `rpc.v1.header.` and the base64url of `name: value` stand for
/// a header field of the request, which is how a page shows its key; they are never chosen.
struct WebSocketOffer {
  /// What the answer names; nil when none of ours was offered.
  let subprotocol: String?
  /// The request's own fields and the offered ones.
  let headers: HTTPHeaders

  private static let json = "rpc.v1.json"
  private static let proto = "rpc.v1.proto"
  private static let header = "rpc.v1.header."

  /// Throws for a field that is none.
  init(_ head: HTTPRequestHead) throws(RESTFailure) {
    let offered = WebSocketHandshake.offeredSubprotocols(head)
    subprotocol = offered.first { $0 == Self.json || $0 == Self.proto }
    var headers = head.headers
    for name in offered where name.hasPrefix(Self.header) {
      let field = try Self.field(name.dropFirst(Self.header.count))
      headers.add(field.name, field.value)
    }
    self.headers = headers
  }

  var wantsBinary: Bool { subprotocol == Self.proto }

  private static func field(
    _ text: Substring
  ) throws(RESTFailure) -> (name: String, value: String) {
    guard let bytes = Base64.decode(String(text)),
      let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes.count <= 4096
    else { throw refusal }
    let name = String(decoding: bytes[..<colon], as: UTF8.self).lowercased()
    let value = bytes[(colon + 1)...].drop { $0 == UInt8(ascii: " ") }
    guard HTTPFieldRules.isName(name), let text = String(validating: value, as: UTF8.self),
      HTTPFieldRules.isValue(text)
    else { throw refusal }
    return (name, text)
  }

  private static let refusal = RESTFailure.badRequest(
    "BAD_SUBPROTOCOL", "rpc.v1.header. is not followed by the base64url of a header field")
}
