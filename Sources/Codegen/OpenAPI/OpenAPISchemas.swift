internal import Buffers
internal import SwiftProtobuf
internal import SwiftProtobufPluginLibrary

/// Components for the messages and enums of requests and answers, in their ProtoJSON form.
///
/// What a request takes is stricter than what an answer gives: no other members, and required ones. So
/// a message that is in both has two schemas, `X` and `XInput`.
struct OpenAPISchemas {
  enum Side { case request, response }

  private var requests: [String: Descriptor] = [:]
  private var responses: [String: Descriptor] = [:]
  private var enums: [String: EnumDescriptor] = [:]
  private var names = OpenAPINames(reserved: ["Error"])

  /// Notes every type the operations reach, once for all of them.
  mutating func collect(_ operations: [OpenAPIOperation]) {
    for operation in operations {
      for field in operation.requestFields { collect(field, .request) }
      if let body = operation.requestMessage { collect(body, .request) }
      if let field = operation.responseField {
        collect(field, .response)
      } else {
        collect(operation.method.outputType, .response)
      }
    }
    nameTypes()
  }

  private mutating func nameTypes() {
    var shorts: [String: String] = [:]
    for type in requests.values { shorts[type.fullName] = Self.short(type.fullName, type.file) }
    for type in responses.values { shorts[type.fullName] = Self.short(type.fullName, type.file) }
    for type in enums.values { shorts[type.fullName] = Self.short(type.fullName, type.file) }
    for (fullName, short) in shorts.sorted(by: { $0.key < $1.key }) {
      let isBoth = requests[fullName] != nil && responses[fullName] != nil
      names.add(fullName, short: short, endings: isBoth ? ["", "Input"] : [""])
    }
  }

  private mutating func collect(_ message: Descriptor, _ side: Side) {
    guard OpenAPIWellKnown.schema(message.fullName) == nil else { return }
    switch side {
    case .request:
      guard requests.updateValue(message, forKey: message.fullName) == nil else { return }
    case .response:
      guard responses.updateValue(message, forKey: message.fullName) == nil else { return }
    }
    for field in message.fields { collect(field, side) }
  }

  private mutating func collect(_ field: FieldDescriptor, _ side: Side) {
    if let (_, value) = field.messageType?.mapKeyAndValue { return collect(value, side) }
    if let message = field.messageType { collect(message, side) }
    if let type = field.enumType { enums[type.fullName] = type }
  }

  /// The schemas, by name.
  var components: JSONObject {
    var all: [(String, JSONValue)] = [("Error", OpenAPIErrors.schema)]
    for type in responses.values { all.append((name(type, .response), schema(type, .response))) }
    for type in requests.values { all.append((name(type, .request), schema(type, .request))) }
    for type in enums.values where type.fullName != "google.protobuf.NullValue" {
      all.append((names[type.fullName], schema(type)))
    }
    return JSONObject(all.sorted { $0.0 < $1.0 })
  }

  private func name(_ message: Descriptor, _ side: Side) -> String {
    let name = names[message.fullName]
    return side == .request && responses[message.fullName] != nil ? name + "Input" : name
  }

  /// A full name without its package, or with it for packages of others: `Call.State`, `google.type.Money`.
  private static func short(_ fullName: String, _ file: FileDescriptor) -> String {
    guard !file.package.hasPrefix("google."), !file.package.isEmpty else { return fullName }
    return String(fullName.dropFirst(file.package.count + 1))
  }

  /// A message's schema or a reference to it.
  func reference(_ message: Descriptor, _ side: Side) -> JSONObject {
    if let known = OpenAPIWellKnown.schema(message.fullName) { return known }
    return ["$ref": .string("#/components/schemas/\(name(message, side))")]
  }

  // MARK: Messages

  private func schema(_ message: Descriptor, _ side: Side) -> JSONValue {
    .object(object(message, side, without: []))
  }

  /// A message as an object without some of its fields; a `partial` one requires none.
  func object(
    _ message: Descriptor, _ side: Side, without left: Set<String>, partial: Bool = false
  ) -> JSONObject {
    let fields = message.fields.filter { !left.contains($0.name) }
    var schema: JSONObject = ["type": "object"]
    schema["description"] = .string(Comment.flowed(message, fallback: "`\(message.fullName)`."))
    schema["properties"] = .object(
      JSONObject(fields.map { ($0.json, .object(property($0, side))) }))
    let required = fields.filter { $0.isRequiredByBehavior }.map { JSONValue.string($0.json) }
    if side == .request {
      if !required.isEmpty, !partial { schema["required"] = .array(required) }
      schema["additionalProperties"] = false
    }
    let choices = message.realOneofs.compactMap { Self.choice($0, fields) }
    if choices.count == 1 {
      schema["oneOf"] = choices[0]
    } else if !choices.isEmpty {
      schema["allOf"] = .array(choices.map { ["oneOf": $0] })
    }
    return schema
  }

  /// At most one member of a oneof.
  private static func choice(_ oneof: OneofDescriptor, _ fields: [FieldDescriptor]) -> JSONValue? {
    let members = oneof.fields.filter { member in fields.contains { $0 === member } }
    guard members.count > 1 else { return nil }
    let each = members.map { member -> JSONValue in ["required": [.string(member.json)]] }
    return .array(each + [["not": ["anyOf": .array(each)]]])
  }

  private func property(_ field: FieldDescriptor, _ side: Side) -> JSONObject {
    var schema = value(field, side)
    // Siblings of a reference are allowed since 3.1.
    let comment = Comment.flowed(field, fallback: "")
    if !comment.isEmpty { schema["description"] = .string(comment) }
    if field.isOutputOnly { schema["readOnly"] = true }
    if field.options.deprecated { schema["deprecated"] = true }
    return schema
  }

  /// A field's schema, the list or map it is included.
  func value(_ field: FieldDescriptor, _ side: Side) -> JSONObject {
    if let (key, value) = field.messageType?.mapKeyAndValue {
      var schema: JSONObject = ["type": "object"]
      if let names = OpenAPIWellKnown.keys(key.type) { schema["propertyNames"] = names }
      schema["additionalProperties"] = .object(single(value, side))
      return schema
    }
    guard field.isRepeated else { return single(field, side) }
    return ["type": "array", "items": .object(single(field, side))]
  }

  private func single(_ field: FieldDescriptor, _ side: Side) -> JSONObject {
    if let message = field.messageType { return reference(message, side) }
    if let type = field.enumType {
      if type.fullName == "google.protobuf.NullValue" { return ["type": "null"] }
      return ["$ref": .string("#/components/schemas/\(names[type.fullName])")]
    }
    return OpenAPIWellKnown.scalar(field.type)
  }

  // MARK: Enums

  private func schema(_ type: EnumDescriptor) -> JSONValue {
    let lines = type.values.map { value in
      let comment = Comment.flowed(value, fallback: "")
      return comment.isEmpty ? "- `\(value.name)`" : "- `\(value.name)`: \(comment)"
    }
    let head = Comment.flowed(type, fallback: "`\(type.fullName)`.")
    return [
      "type": "string",
      "description": .string(head + "\n\n" + lines.joined(separator: "\n")),
      "enum": .array(type.values.map { .string($0.name) }),
    ]
  }
}
