internal import Buffers
internal import Domain

/// What a JSON Schema of a tool's arguments may be: the part that models read, bounded in size.
enum SchemaRules {
  private static let types: Set<String> = [
    "object", "array", "string", "number", "integer", "boolean", "null",
  ]
  private static let keywords: Set<String> = [
    "type", "title", "description", "format", "enum", "default", "nullable", "properties",
    "required", "additionalProperties", "items", "minItems", "maxItems", "minimum", "maximum",
    "minLength", "maxLength", "pattern", "anyOf",
  ]
  private static let sizeLimit = 16_384
  private static let depthLimit = 8
  private static let propertyLimit = 64

  /// Notes everything wrong with `schema`, whose JSON has `size` bytes.
  static func check(
    _ schema: JSONValue, size: Int, at path: String, _ violations: inout FieldViolations
  ) {
    guard size <= sizeLimit else {
      return violations.add(path, "has \(size) bytes as JSON; the limit is 16,384")
    }
    violations.require(
      schema["type"] == "object", path + ".type",
      "must be \"object\": arguments have names")
    check(schema, depth: 1, at: path, &violations)
  }

  private static func check(
    _ schema: JSONValue, depth: Int, at path: String, _ violations: inout FieldViolations
  ) {
    guard let object = schema.objectValue else {
      return violations.add(path, "must be a JSON object")
    }
    guard depth <= depthLimit else {
      return violations.add(path, "is more than \(depthLimit) levels deep")
    }
    for key in object.keys where !keywords.contains(key) {
      violations.add(path, "has \"\(key.prefix(64))\", which models do not read")
    }
    checkType(object, path, &violations)
    checkValues(object, path, &violations)
    checkProperties(object, depth, path, &violations)
    if let items = object["items"] {
      check(items, depth: depth + 1, at: path + ".items", &violations)
    }
    if let choices = object["anyOf"] {
      guard let list = choices.arrayValue, !list.isEmpty else {
        return violations.add(path + ".anyOf", "must be a list of schemas")
      }
      for (index, choice) in list.enumerated() {
        check(choice, depth: depth + 1, at: "\(path).anyOf[\(index)]", &violations)
      }
    }
  }

  private static func checkType(
    _ object: JSONObject, _ path: String, _ violations: inout FieldViolations
  ) {
    guard let type = object["type"] else {
      return violations.require(object["anyOf"] != nil, path + ".type", "is needed")
    }
    let names = type.arrayValue ?? [type]
    violations.require(
      !names.isEmpty && names.allSatisfy { types.contains($0.stringValue ?? "") }, path + ".type",
      "must be object, array, string, number, integer, boolean or null")
    if type == "array" {
      violations.require(object["items"] != nil, path + ".items", "is needed for an array")
    }
  }

  /// Keywords with a value of a fixed kind.
  private static func checkValues(
    _ object: JSONObject, _ path: String, _ violations: inout FieldViolations
  ) {
    for key in ["title", "description", "format", "pattern"] {
      guard let value = object[key] else { continue }
      violations.require(value.stringValue != nil, "\(path).\(key)", "must be a text")
    }
    for key in ["minItems", "maxItems", "minLength", "maxLength"] {
      guard let value = object[key] else { continue }
      violations.require((value.number ?? -1) >= 0, "\(path).\(key)", "must be a number from 0")
    }
    for key in ["minimum", "maximum"] {
      guard let value = object[key] else { continue }
      violations.require(value.number != nil, "\(path).\(key)", "must be a number")
    }
    if let values = object["enum"] {
      violations.require(
        (1...256).contains(values.arrayValue?.count ?? 0), path + ".enum",
        "must be a list of 1 to 256 values")
    }
  }

  private static func checkProperties(
    _ object: JSONObject, _ depth: Int, _ path: String, _ violations: inout FieldViolations
  ) {
    let properties = object["properties"]
    let members = properties?.objectValue ?? JSONObject()
    if let properties, properties.objectValue == nil {
      violations.add(path + ".properties", "must be a JSON object")
    }
    violations.require(
      members.count <= propertyLimit, path + ".properties",
      "has \(members.count) entries; the limit is \(propertyLimit)")
    for (name, schema) in members.members {
      check(schema, depth: depth + 1, at: "\(path).properties.\(name.prefix(64))", &violations)
    }
    guard let required = object["required"] else { return }
    let names = required.arrayValue?.compactMap(\.stringValue)
    violations.require(
      names?.allSatisfy { members[$0] != nil } == true, path + ".required",
      "must be a list of names in properties")
  }
}

extension JSONValue {
  fileprivate var number: Double? {
    if case .number(let number) = self { number.double } else { nil }
  }
}
