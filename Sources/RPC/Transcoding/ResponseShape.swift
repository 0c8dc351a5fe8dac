internal import Buffers
internal import Protobuf
internal import RPCCore

/// What of a response message goes into the HTTP body: all of it, or the `response_body` field;
/// as JSON, or as the raw bytes of a google.api.HttpBody.
struct ResponseShape: Sendable {
  let type: MessageType
  let field: FieldType?

  /// Whether the body is raw.
  var isRaw: Bool { shown?.fullName == httpBodyName }

  /// The message type of the body, nil when the body is no message.
  private var shown: MessageType? {
    guard let field else { return type }
    return field.isRepeated || field.isMap ? nil : field.messageType
  }

  /// The body of a raw response.
  func raw(_ message: [UInt8]) -> (contentType: String?, data: [UInt8]) {
    let body = inner(message[...])
    let type = WireFields.text(1, in: body)
    let data = WireFields.bytes(2, in: body).map(Array.init) ?? []
    return (type?.isEmpty == false ? type : nil, data)
  }

  /// The body of a JSON response.
  func json(_ message: [UInt8]) throws(RESTFailure) -> [UInt8] {
    do {
      guard let field else { return try transcodeBinaryToJSON(message, type: type) }
      if let shown, !field.isSpecialJSON {
        return try transcodeBinaryToJSON(Array(inner(message[...])), type: shown)
      }
      let whole = try JSONValue(parsing: transcodeBinaryToJSON(message, type: type))
      return (whole[field.jsonName] ?? Self.empty(field)).serialized()
    } catch {
      throw RESTFailure(RPCError(.internal, "the response has no JSON form", cause: error))
    }
  }

  /// The entity tag header for a message, when it has a text field `etag`.
  func entityTag(_ message: [UInt8]) -> String? {
    guard let etag = shown?.singularText("etag") else { return nil }
    return WireFields.text(etag.number, in: inner(message[...])).flatMap(EntityTag.header(for:))
  }

  /// The message shown: occurrences of one singular field merge by concatenation.
  private func inner(_ message: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let field else { return message }
    var merged: [UInt8] = []
    for found in WireFields(message) where found.number == field.number {
      if case .bytes(let part) = found.value { merged.append(contentsOf: part) }
    }
    return merged[...]
  }

  /// What an unset field is in JSON when it has to be something.
  private static func empty(_ field: FieldType) -> JSONValue {
    if field.isMap { return .object(JSONObject()) }
    if field.isRepeated { return .array([]) }
    switch field.kind {
    case .bool: return false
    case .string, .bytes: return ""
    case .int64, .sint64, .sfixed64, .uint64, .fixed64: return "0"
    case .enumeration: return field.enumType?.name(of: 0).map { .string($0) } ?? 0
    case .message: return .null
    default: return 0
    }
  }
}

let httpBodyName = "google.api.HttpBody"

extension MessageType {
  /// A singular string field by name, nil when there is none.
  func singularText(_ name: String) -> FieldType? {
    guard let field = field(named: name), field.kind == .string, !field.isRepeated else {
      return nil
    }
    return field
  }
}

extension FieldType {
  /// Whether its message type has a JSON form of its own.
  var isSpecialJSON: Bool { messageType?.fullName.hasPrefix("google.protobuf.") ?? false }

  var isSingularMessage: Bool { kind == .message && !isRepeated }
}
