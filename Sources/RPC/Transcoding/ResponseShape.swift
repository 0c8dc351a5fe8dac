internal import Buffers
internal import Protobuf
internal import RPCCore

/// What of a response message goes into the HTTP body: all of it, or the `response_body` field;
/// as JSON, or as the raw bytes of a google.api.HttpBody.
struct ResponseShape: Sendable {
  let type: MessageType
  let field: FieldType?
  /// The message type of the body, nil when the body is no message.
  private let shown: MessageType?
  /// Whether the body is raw.
  let isRaw: Bool
  /// The text field `etag` of the body.
  private let etag: FieldType?

  init(type: MessageType, field: FieldType?) {
    self.type = type
    self.field = field
    shown = field.map { $0.isRepeated ? nil : $0.messageType } ?? type
    isRaw = shown?.fullName == httpBodyName
    etag = shown?.singularText("etag")
  }

  /// A message that came as bytes.
  func unpack(_ bytes: [UInt8]) throws(RESTFailure) -> DynamicMessage {
    do {
      return try DynamicMessage(serializedBytes: bytes, type: type)
    } catch {
      throw Self.unprintable(error)
    }
  }

  /// The body of a raw response.
  func raw(_ message: DynamicMessage) -> (contentType: String?, data: [UInt8]) {
    guard let body = shown, let type = body.field(number: 1), let data = body.field(number: 2)
    else { return (nil, []) }
    let name = message.bytes(of: type, in: field)
    return (
      name.isEmpty ? nil : String(decoding: name, as: UTF8.self), message.bytes(of: data, in: field)
    )
  }

  /// The body of a JSON response.
  func json(_ message: DynamicMessage) throws(RESTFailure) -> [UInt8] {
    do {
      guard let field else { return try message.json() }
      return try message.json(of: field) ?? Self.empty(field).serialized()
    } catch {
      throw Self.unprintable(error)
    }
  }

  private static func unprintable(_ error: ProtobufError) -> RESTFailure {
    RESTFailure(RPCError(.internal, "the response has no JSON form", cause: error))
  }

  /// The entity tag header for a message, when it has a text field `etag`.
  func entityTag(_ message: DynamicMessage) -> String? {
    guard let etag else { return nil }
    return EntityTag.header(
      for: String(decoding: message.bytes(of: etag, in: field), as: UTF8.self))
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
    case .message: return field.isSpecialJSON ? .null : .object(JSONObject())
    default: return 0
    }
  }
}

let httpBodyName = "google.api.HttpBody"

extension MessageType {
  /// The field that a rule of a proto file names: by its proto name, or else by its JSON name.
  func field(declared name: String) -> FieldType? {
    fields.first { $0.name == name } ?? field(named: name)
  }

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
