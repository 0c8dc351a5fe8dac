internal import Buffers
internal import Protobuf

/// Fields of one message given as text, from the path or from the query.
struct TextBindings {
  private let type: MessageType
  private var given: [(path: FieldPath, value: JSONValue)] = []
  private var names: Set<String> = []
  private var oneofs: [String: String] = [:]

  init(_ type: MessageType) {
    self.type = type
  }

  var isEmpty: Bool { given.isEmpty }

  /// Adds one value. Refused: what has no text form, a singular field given twice, two members of
  /// one oneof. `key` is the caller's spelling.
  mutating func bind(_ path: FieldPath, to text: String, key: String) throws(RESTFailure) {
    guard !path.leaf.isMap, let value = TextValue.json(text, for: path.leaf) else {
      throw .invalid(
        "UNBINDABLE_FIELD", "\"\(key)\" is a message or a map; give it in a body", field: key)
    }
    if !path.leaf.isRepeated, !names.insert(path.name).inserted {
      throw .invalid("REPEATED_PARAMETER", "\"\(key)\" is given twice and holds one", field: key)
    }
    try claim(path, key: key)
    given.append((path, value))
  }

  /// Notes that a path sets its oneofs, without a value.
  mutating func claim(_ path: FieldPath, key: String) throws(RESTFailure) {
    for depth in path.fields.indices {
      guard let oneof = path.fields[depth].oneofName else { continue }
      let parent = path.fields[..<depth].map(\.name).joined(separator: ".")
      let member = path.fields[depth].name
      let other = oneofs.updateValue(member, forKey: "\(parent)/\(oneof)")
      guard other == nil || other == member else {
        throw .invalid(
          "ONEOF_CONFLICT", "\"\(key)\" and \"\(other ?? "")\" exclude each other", field: key)
      }
    }
  }

  /// The message with these fields, serialized.
  func serialized() throws(RESTFailure) -> [UInt8] {
    if let message = texts() { return message }
    do {
      return try Self.transcode(given, type)
    } catch {
      // The codec tells about a whole document: find the parameter that does not parse by itself.
      let culprit = given.first { (try? Self.transcode([$0], type)) == nil }
      let field = culprit?.path.jsonName
      throw .invalid(
        "BAD_PARAMETER", "\(field.map { "\"\($0)\": " } ?? "")\(error.message)", field: field)
    }
  }

  /// The message, if all there is are texts at its top: ids in a path.
  private func texts() -> [UInt8]? {
    var message: [UInt8] = []
    for (path, value) in given {
      guard path.fields.count == 1, path.leaf.kind == .string, !path.leaf.isRepeated,
        case .string(let text) = value
      else { return nil }
      WireFields.append(path.leaf.number, text.utf8, to: &message)
    }
    return message
  }

  private static func transcode(
    _ given: [(path: FieldPath, value: JSONValue)], _ type: MessageType
  ) throws(ProtobufError) -> [UInt8] {
    var root = JSONObject()
    for (path, value) in given { insert(value, at: path.fields[...], in: &root) }
    return try transcodeJSONToBinary(JSONValue.object(root).serialized(), type: type)
  }

  private static func insert(
    _ value: JSONValue, at path: ArraySlice<FieldType>, in object: inout JSONObject
  ) {
    guard let field = path.first else { return }
    let present = object[field.jsonName]
    if path.count > 1 {
      var inner = present?.objectValue ?? JSONObject()
      insert(value, at: path.dropFirst(), in: &inner)
      object[field.jsonName] = .object(inner)
    } else if field.isRepeated {
      object[field.jsonName] = .array((present?.arrayValue ?? []) + [value])
    } else {
      object[field.jsonName] = value
    }
  }
}
