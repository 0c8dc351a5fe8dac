internal import Buffers
internal import Protobuf

/// What has to be read from a JSON body before the codec sees it.
enum BodyCheck {
  /// Refuses a body whose fields contradict what the path says about them. Saying the same, or
  /// nothing, is fine.
  static func agree(
    _ body: JSONValue, _ values: [(path: FieldPath, text: String)]
  ) throws(RESTFailure) {
    for (path, text) in values {
      var found: JSONValue? = body
      for field in path.fields { found = found.flatMap { member(field, of: $0) } }
      switch found {
      case nil, .null?: continue
      case .string(let given)? where given == text: continue
      case .number(let given)? where given.text == text: continue
      case .bool(let given)? where "\(given)" == text: continue
      default:
        throw .invalid(
          "BODY_CONTRADICTS_PATH", "\"\(path.jsonName)\" in the body is not what the path says",
          field: path.jsonName)
      }
    }
  }

  /// The proto paths of the fields a body gives: leaves, whole lists and maps, and messages with a
  /// JSON form of their own. Keys that are no field are left for the codec to refuse.
  static func maskPaths(_ body: JSONValue, _ type: MessageType) -> [String] {
    guard let members = body.objectValue else { return [] }
    var paths: [String] = []
    for (key, value) in members {
      guard let field = type.field(named: key) else { continue }
      if field.isSingularMessage, !field.isSpecialJSON, let inner = field.messageType,
        let object = value.objectValue, object.count > 0
      {
        paths += maskPaths(value, inner).map { "\(field.name).\($0)" }
      } else {
        paths.append(field.name)
      }
    }
    return paths
  }

  /// A field of a JSON object under either of its names.
  private static func member(_ field: FieldType, of value: JSONValue) -> JSONValue? {
    value[field.jsonName] ?? value[field.name]
  }
}
