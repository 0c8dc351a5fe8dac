internal import Buffers
internal import HTTP
internal import Protobuf
internal import RPCCore

/// Writes errors in the HTTP form of AIP-193:
/// `{"error":{"code":404,"status":"NOT_FOUND","message":"…","details":[…]}}`.
struct ErrorBody: Sendable {
  let detailTypes: TypeRegistry

  func response(_ failure: RESTFailure) -> RESTResponse {
    let error = failure.error
    let status = failure.status ?? error.code.httpStatus
    var headers = failure.headers
    RESTHeaders.add(error.metadata, to: &headers)
    headers.add("content-type", "application/json")
    if let seconds = error.details.compactMap(\.retryAfterSeconds).first,
      !headers.contains("retry-after")
    {
      headers.add("retry-after", "\(seconds)")
    }
    if status == 401, !headers.contains("www-authenticate") {
      headers.add("www-authenticate", "Bearer")
    }
    return RESTResponse(
      status: HTTPStatus(rawValue: status), headers: headers, body: record(error, status: status))
  }

  /// The JSON object alone, as a record of a stream uses it too.
  func record(_ error: RPCError, status: Int? = nil) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.key("error")
    json.beginObject()
    json.key("code")
    json.number(status ?? error.code.httpStatus)
    json.key("status")
    json.string(error.code.isKnown ? error.code.description : "UNKNOWN")
    json.key("message")
    json.string(error.message)
    let details = error.details.filter { $0.typeName != "google.rpc.DebugInfo" }
    if !details.isEmpty {
      json.key("details")
      json.beginArray()
      for detail in details { json.raw(any(detail)) }
      json.endArray()
    }
    json.endObject()
    json.endObject()
    return json.bytes
  }

  /// One detail as ProtoJSON Any. A type nobody knows, or bytes that do not parse, become base64:
  /// a detail never fails the error it belongs to.
  private func any(_ detail: ErrorDetail) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.key("@type")
    json.string("type.googleapis.com/\(detail.typeName)")
    let fields = detailTypes.message(named: detail.typeName).flatMap {
      try? transcodeBinaryToJSON(detail.value, type: $0)
    }
    if let fields, fields.first == UInt8(ascii: "{"), !isSpecial(detail.typeName) {
      if fields.count == 2 {
        json.endObject()
        return json.bytes
      }
      return json.bytes + [UInt8(ascii: ",")] + fields.dropFirst()
    }
    json.key("value")
    if let fields { json.raw(fields) } else { json.base64(detail.value) }
    json.endObject()
    return json.bytes
  }

  /// Well-known types whose JSON is their own and therefore stands under "value".
  private func isSpecial(_ typeName: String) -> Bool {
    typeName.hasPrefix("google.protobuf.") && typeName != "google.protobuf.Empty"
  }
}
