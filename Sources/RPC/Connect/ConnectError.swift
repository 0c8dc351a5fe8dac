internal import Buffers
package import HTTP
internal import GRPC
package import Protobuf
package import RPCCore
internal import Transcoding

/// Writes errors and the end of a stream as Connect has them: JSON, whatever the codec.
package struct ConnectError: Sendable {
  private let detailType: @Sendable (String) -> MessageType?

  /// `detailType` finds the type of a detail, for its readable form; a type nobody knows goes without.
  package init(detailType: @escaping @Sendable (String) -> MessageType?) {
    self.detailType = detailType
  }

  /// `not_found`; Connect writes `canceled` with one l.
  package static func name(_ code: StatusCode) -> String {
    if code == .cancelled { return "canceled" }
    return code.isKnown ? code.description.lowercased() : "unknown"
  }

  /// The HTTP status of a unary call that ended with `code`.
  package static func status(_ code: StatusCode) -> HTTPStatus {
    HTTPStatus(rawValue: code.httpStatus)
  }

  /// The body of a failed unary call.
  package func body(_ error: RPCError) -> [UInt8] {
    var json = JSONWriter()
    write(error, to: &json)
    return json.bytes
  }

  /// The message of a stream's last frame: the error, if there is one, and the trailers.
  package func end(_ error: RPCError?, metadata: Metadata) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    if let error {
      json.key("error")
      write(error, to: &json)
    }
    var trailers = HTTPHeaders()
    MetadataFields.append(metadata, to: &trailers)
    if let error { MetadataFields.append(error.metadata, to: &trailers) }
    if !trailers.isEmpty { write(trailers, to: &json) }
    json.endObject()
    return json.bytes
  }

  private func write(_ trailers: HTTPHeaders, to json: inout JSONWriter) {
    json.key("metadata")
    json.beginObject()
    var seen: Set<String> = []
    for field in trailers where seen.insert(field.name).inserted {
      json.key(field.name)
      json.beginArray()
      for value in trailers.all(field.name) { json.string(value) }
      json.endArray()
    }
    json.endObject()
  }

  private func write(_ error: RPCError, to json: inout JSONWriter) {
    json.beginObject()
    json.key("code")
    json.string(Self.name(error.code))
    if !error.message.isEmpty {
      json.key("message")
      json.string(error.message)
    }
    let details = error.details.filter { $0.typeName != "google.rpc.DebugInfo" }
    if !details.isEmpty {
      json.key("details")
      json.beginArray()
      for detail in details { write(detail, to: &json) }
      json.endArray()
    }
    json.endObject()
  }

  private func write(_ detail: ErrorDetail, to json: inout JSONWriter) {
    json.beginObject()
    json.key("type")
    json.string(detail.typeName)
    json.key("value")
    json.string(Base64.encode(detail.value, padded: false))
    let debug = detailType(detail.typeName).flatMap {
      try? transcodeBinaryToJSON(detail.value, type: $0)
    }
    if let debug {
      json.key("debug")
      json.raw(debug)
    }
    json.endObject()
  }
}
