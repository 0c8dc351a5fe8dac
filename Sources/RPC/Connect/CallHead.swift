internal import Buffers
package import GRPC
package import HTTP
package import RPCCore

/// What the header fields of a request say of its call, whichever protocol they are written for.
package struct CallHead: Sendable {
  /// Nanoseconds; nil waits for ever.
  package private(set) var timeout: Int64?
  /// How the request's messages are compressed.
  package private(set) var encoding = MessageEncoding.identity
  package private(set) var acceptsGzip = false
  package private(set) var metadata = Metadata()

  /// What Connect can decompress, as its headers list it.
  package static let connectEncodings = "gzip"

  /// The fields of a gRPC-Web request.
  package init(web headers: HTTPHeaders) throws(RPCError) {
    var fields = RequestFields()
    for field in headers where field.name != "x-grpc-web" {
      var name = field.name
      var value = field.value
      name.withUTF8 { name in
        value.withUTF8 { value in
          fields.add(name: UnsafeRawBufferPointer(name), value: UnsafeRawBufferPointer(value))
        }
      }
    }
    if let problem = fields.problem { throw problem.error }
    timeout = fields.timeout
    encoding = fields.encoding
    acceptsGzip = fields.acceptsGzip
    metadata = fields.metadata
  }

  /// The fields of a Connect request; those of a stream have compression fields of their own.
  package init(connect headers: HTTPHeaders, isStream: Bool) throws(RPCError) {
    if let version = headers["connect-protocol-version"], version != "1" {
      throw RPCError(.invalidArgument, "connect-protocol-version is not 1")
    }
    timeout = try Self.timeout(headers["connect-timeout-ms"])
    let prefix = isStream ? "connect-" : ""
    encoding = try Self.encoding(headers[prefix + "content-encoding"], prefix + "content-encoding")
    acceptsGzip = Self.accepts("gzip", headers.tokens(prefix + "accept-encoding"))
    metadata = try Self.metadata(headers)
  }

  private static func timeout(_ text: String?) throws(RPCError) -> Int64? {
    guard let text else { return nil }
    guard (1...10).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let milliseconds = Int64(text)
    else { throw RPCError(.invalidArgument, "connect-timeout-ms is not 1 to 10 digits") }
    return milliseconds * 1_000_000
  }

  /// The coding called `name`; `field` is where it was named.
  static func encoding(_ name: String?, _ field: String) throws(RPCError) -> MessageEncoding {
    switch name {
    case nil, "", "identity": return .identity
    case "gzip": return .gzip
    default:
      throw RPCError(
        .unimplemented, "\(field) is not supported; supported: \(connectEncodings), identity")
    }
  }

  private static func accepts(_ coding: String, _ list: [Substring]) -> Bool {
    list.contains { part in
      let parameters = HTTPParameters(part)
      return parameters.value == coding && (parameters["q"].flatMap(Double.init) ?? 1) > 0
    }
  }

  private static func metadata(_ headers: HTTPHeaders) throws(RPCError) -> Metadata {
    var kept = HTTPHeaders()
    for field in headers where !isOwn(field.name) { kept.add(field.name, field.value) }
    do throws(RPCError) {
      return try MetadataFields.read(kept)
    } catch {
      throw RPCError(.invalidArgument, error.message)
    }
  }

  private static func isOwn(_ name: String) -> Bool {
    name.hasPrefix("connect-") || name == "content-encoding" || name == "accept-encoding"
      || name == "cookie"
  }
}
