internal import Buffers

/// Reads `responseSchema` (a subset of OpenAPI 3.0) and `responseJsonSchema` (one of JSON Schema).
struct SchemaReader {
  /// Schemas within schemas, references counted.
  private static let depthLimit = 32

  /// Where `#/$defs/…` leads.
  private let definitions: JSONValue
  /// The field of the request, for error messages.
  let field: String

  /// The schema in `value`; `field` is its path in the request, such as
  /// `generation_config.response_schema`.
  static func read(_ value: JSONValue, field: String) throws(GoogleError) -> ResponseSchema {
    let definitions = value["$defs"] ?? value["definitions"] ?? [:]
    return try SchemaReader(definitions: definitions, field: field).schema(value, at: "", depth: 0)
  }

  /// The schema in `value`, at `path` below the field; refuses what is nested too deeply.
  func schema(
    _ value: JSONValue, at path: String, depth: Int
  ) throws(GoogleError) -> ResponseSchema {
    guard depth < Self.depthLimit else {
      throw .invalid(field + path, "schema is nested too deeply")
    }
    if let reference = value["$ref"]?.stringValue {
      return try schema(try target(of: reference, at: path), at: path, depth: depth + 1)
    }
    if let alternatives = (value[camel: "anyOf"] ?? value["oneOf"])?.arrayValue {
      return try first(of: alternatives, at: path, depth: depth)
    }
    var schema = ResponseSchema(try kind(of: value, at: path))
    schema.isNullable = value["nullable"]?.boolValue == true || Self.types(value).contains("null")
    readLimits(of: value, into: &schema)
    if schema.kind == .object { try readProperties(of: value, at: path, into: &schema, depth) }
    if schema.kind == .array { try readItems(of: value, at: path, into: &schema, depth) }
    return schema
  }

  /// What a `$ref` leads to.
  private func target(of reference: String, at path: String) throws(GoogleError) -> JSONValue {
    let name = reference.split(separator: "/").last.map(String.init) ?? ""
    guard reference.hasPrefix("#/"), let target = definitions[name] else {
      throw .invalid(field + path, "reference to undefined schema at \(reference)")
    }
    return target
  }

  /// The first alternative that is not null; a null among them makes it nullable.
  private func first(
    of alternatives: [JSONValue], at path: String, depth: Int
  ) throws(GoogleError) -> ResponseSchema {
    let rest = alternatives.filter { Self.types($0) != ["null"] }
    guard let first = rest.first else { return ResponseSchema(.null) }
    var schema = try schema(first, at: path + ".any_of[0]", depth: depth + 1)
    schema.isNullable = schema.isNullable || rest.count < alternatives.count
    return schema
  }

  /// The names in `type`, which may be one or several, in lower case.
  private static func types(_ value: JSONValue) -> [String] {
    let type = value["type"] ?? .null
    return (type.arrayValue ?? [type]).compactMap { $0.stringValue?.lowercased() }
  }

  /// The type that is not null, or the one that the members give away.
  private func kind(of value: JSONValue, at path: String) throws(GoogleError) -> ResponseSchema.Kind
  {
    let types = Self.types(value)
    guard let name = types.first(where: { $0 != "null" }) ?? types.first else {
      if value["properties"] != nil { return .object }
      if value["enum"] != nil || value["const"] != nil { return .string }
      throw .invalid(field + path + ".type", "must be specified")
    }
    guard let kind = ResponseSchema.Kind(rawValue: name) else {
      throw .invalid(field + path + ".type", "unknown type \"\(name)\"")
    }
    return kind
  }

  /// What bounds a single value.
  private func readLimits(of value: JSONValue, into schema: inout ResponseSchema) {
    let choices = value["enum"]?.arrayValue ?? value["const"].map { [$0] } ?? []
    schema.choices = choices.compactMap(\.stringValue)
    schema.format = value["format"]?.stringValue ?? ""
    schema.minimum = value["minimum"]?.doubleValue
    schema.maximum = value["maximum"]?.doubleValue
    schema.minItems = value[camel: "minItems"]?.intValue
    schema.maxItems = value[camel: "maxItems"]?.intValue
    schema.minLength = value[camel: "minLength"]?.intValue
    schema.maxLength = value[camel: "maxLength"]?.intValue
  }
}
