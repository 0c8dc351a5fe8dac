internal import Buffers
package import GRPC
package import HTTP
package import RPCCore

/// The query of a Connect GET: the request message and how it is written.
package struct ConnectQuery: Sendable {
  package let codec: Codec
  package let encoding: MessageEncoding
  /// As sent: perhaps compressed.
  package let message: [UInt8]

  /// Why a query is no request; `status` where the code's own is not right.
  package struct Failure: Error {
    package let error: RPCError
    package let status: HTTPStatus?

    init(_ message: String, status: HTTPStatus? = nil) {
      error = RPCError(.invalidArgument, message)
      self.status = status
    }

    init(_ error: RPCError) {
      self.error = error
      status = nil
    }
  }

  /// Whether a query has what makes it a Connect GET.
  package static func isOne(_ query: Substring?) -> Bool {
    let names = (query ?? "").split(separator: "&").map { $0.prefix { $0 != "=" } }
    return names.contains("message") && names.contains("encoding")
  }

  /// Whether a query says that it is one, of Connect's only version.
  package static func namesProtocol(_ query: Substring?) -> Bool {
    query?.split(separator: "&").contains("connect=v1") ?? false
  }

  /// Reads `message`, `encoding`, `base64`, `compression` and `connect`; others are ignored.
  package init(_ query: Substring) throws(Failure) {
    let items: FormItems
    do throws(HTTPError) {
      items = try FormItems(parsing: query, limit: 256)
    } catch {
      throw Failure("the query is not percent-encoded text")
    }
    for name in ["message", "encoding", "base64", "compression", "connect"]
    where items.all(name).count > 1 {
      throw Failure("the query has \"\(name)\" twice")
    }
    guard let text = items["message"], let name = items["encoding"] else {
      throw Failure("the query has no message or no encoding")
    }
    guard let codec = Codec(rawValue: name) else {
      throw Failure("the encoding is not proto or json", status: .unsupportedMediaType)
    }
    guard (items["connect"] ?? "v1") == "v1" else { throw Failure("connect is not v1") }
    self.codec = codec
    do throws(RPCError) {
      encoding = try CallHead.encoding(items["compression"], "compression")
    } catch {
      throw Failure(error)
    }
    guard items["base64"] == "1" else {
      message = Array(text.utf8)
      return
    }
    guard let bytes = Base64.decode(text) else { throw Failure("the message is not base64") }
    message = bytes
  }
}
