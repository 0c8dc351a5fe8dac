internal import Buffers

extension SchemaReader {
  /// The members of an object, in the order asked for, the unordered ones last.
  func readProperties(
    of value: JSONValue, at path: String, into schema: inout ResponseSchema, _ depth: Int
  ) throws(GoogleError) {
    let declared = value["properties"]?.objectValue ?? JSONObject()
    if declared.count == 0 {
      throw .invalid(field + path + ".properties", "should be non-empty for OBJECT type")
    }
    for (index, name) in (value["required"]?.arrayValue ?? []).enumerated()
    where declared[name.stringValue ?? ""] == nil {
      throw .invalid("\(field)\(path).required[\(index)]", "property is not defined")
    }
    let ordering = value[camel: "propertyOrdering"]?.arrayValue?.compactMap(\.stringValue) ?? []
    for name in ordering where declared[name] == nil {
      throw .invalid(field + path + ".property_ordering", "property \"\(name)\" is not defined")
    }
    for name in ordering + declared.keys.filter({ !ordering.contains($0) }) {
      let place = path + ".properties[\"\(name)\"]"
      let property = try self.schema(declared[name] ?? .null, at: place, depth: depth + 1)
      schema.properties.append(.init(name: name, schema: property))
    }
  }

  /// The elements of an array.
  func readItems(
    of value: JSONValue, at path: String, into schema: inout ResponseSchema, _ depth: Int
  ) throws(GoogleError) {
    guard let items = value["items"] else {
      throw .invalid(field + path + ".items", "missing field.")
    }
    schema.items = [try self.schema(items, at: path + ".items", depth: depth + 1)]
  }
}
