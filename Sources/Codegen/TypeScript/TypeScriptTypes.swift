internal import SwiftProtobuf
internal import SwiftProtobufPluginLibrary

/// The messages and enums that methods reach, as interfaces and unions of names in their ProtoJSON form.
///
/// ProtoJSON leaves out what has its default, so every member of a message is optional; except those
/// that a method's request has to have.
struct TypeScriptTypes {
  private var messages: [String: Descriptor] = [:]
  private var requests: Set<String> = []
  private var enums: [String: EnumDescriptor] = [:]
  private var names = OpenAPINames(reserved: [
    "Blob", "CallOptions", "Duplex", "Error", "JSONValue", "Record", "Transport", "newKey",
    "segment",
  ])

  /// Notes a message and all that it is made of.
  mutating func collect(_ message: Descriptor, isRequest: Bool) {
    if isRequest { requests.insert(message.fullName) }
    guard Self.wellKnown(message.fullName) == nil,
      messages.updateValue(message, forKey: message.fullName) == nil
    else { return }
    for field in message.fields { collect(field) }
  }

  private mutating func collect(_ field: FieldDescriptor) {
    if let (_, value) = field.messageType?.mapKeyAndValue { return collect(value) }
    if let message = field.messageType { collect(message, isRequest: false) }
    if let type = field.enumType { enums[type.fullName] = type }
  }

  /// Gives everything that was noted its name, and the services theirs.
  mutating func nameAll(_ services: [ServiceDescriptor]) {
    var shorts: [String: String] = [:]
    for service in services { shorts[service.fullName] = service.name }
    for type in messages.values { shorts[type.fullName] = Self.short(type.fullName, type.file) }
    for type in enums.values { shorts[type.fullName] = Self.short(type.fullName, type.file) }
    for (fullName, short) in shorts.sorted(by: { $0.key < $1.key }) {
      names.add(fullName, short: short)
    }
  }

  /// A name without its package, nested ones run together: `CallState`.
  private static func short(_ fullName: String, _ file: FileDescriptor) -> String {
    let prefix = file.package.isEmpty ? 0 : file.package.count + 1
    return String(fullName.dropFirst(prefix)).replacing(".", with: "")
  }

  /// The type of a message.
  func name(_ message: Descriptor) -> String {
    Self.wellKnown(message.fullName) ?? identifier(message.fullName)
  }

  /// What is called `fullName` in proto; full names have underscores for dots.
  func identifier(_ fullName: String) -> String {
    names[fullName].replacing(".", with: "_")
  }

  /// The type of a message with a JSON form of its own; nil for others.
  static func wellKnown(_ fullName: String) -> String? {
    switch fullName {
    case "google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.FieldMask",
      "google.protobuf.StringValue", "google.protobuf.BytesValue", "google.protobuf.Int64Value",
      "google.protobuf.UInt64Value":
      "string"
    case "google.protobuf.Int32Value", "google.protobuf.UInt32Value",
      "google.protobuf.DoubleValue", "google.protobuf.FloatValue":
      "number"
    case "google.protobuf.BoolValue": "boolean"
    case "google.protobuf.Empty": "Record<string, never>"
    case "google.protobuf.Struct", "google.protobuf.Any": "{ [key: string]: JSONValue }"
    case "google.protobuf.ListValue": "JSONValue[]"
    case "google.protobuf.Value": "JSONValue"
    case "google.api.HttpBody": "Blob"
    default: nil
    }
  }

  /// Writes all of them, in the order of their names.
  func write(_ text: inout SourceText) {
    let all =
      messages.values.map { (identifier($0.fullName), TypeScriptTypes.Kind.message($0)) }
      + enums.values.map { (identifier($0.fullName), TypeScriptTypes.Kind.union($0)) }
    for (name, kind) in all.sorted(by: { $0.0 < $1.0 }) {
      text.line()
      switch kind {
      case .message(let message): write(message, name, &text)
      case .union(let type): Self.write(type, name, &text)
      }
    }
  }

  private enum Kind {
    case message(Descriptor)
    case union(EnumDescriptor)
  }

  private func write(_ message: Descriptor, _ name: String, _ text: inout SourceText) {
    text.doc(Comment.of(message, fallback: "`\(message.fullName)`."))
    text.block("export interface \(name) {") { text in
      for field in message.fields {
        text.doc(Comment.of(field, fallback: ""))
        let isRequired = requests.contains(message.fullName) && field.isRequiredByBehavior
        text.line("\(field.json)\(isRequired ? "" : "?"): \(type(of: field));")
      }
    }
  }

  private static func write(_ type: EnumDescriptor, _ name: String, _ text: inout SourceText) {
    text.doc(Comment.of(type, fallback: "`\(type.fullName)`."))
    text.line("export type \(name) =")
    text.indented { text in
      for (index, value) in type.values.enumerated() {
        text.doc(Comment.of(value, fallback: ""))
        text.line("| \"\(value.name)\"" + (index == type.values.count - 1 ? ";" : ""))
      }
    }
  }

  private func type(of field: FieldDescriptor) -> String {
    if let (_, value) = field.messageType?.mapKeyAndValue {
      return "{ [key: string]: \(element(of: value)) }"
    }
    let element = element(of: field)
    guard field.isRepeated else { return element }
    return element.contains(" ") ? "Array<\(element)>" : element + "[]"
  }

  private func element(of field: FieldDescriptor) -> String {
    if let message = field.messageType { return name(message) }
    if let type = field.enumType {
      return type.fullName == "google.protobuf.NullValue" ? "null" : identifier(type.fullName)
    }
    return switch field.type {
    case .bool: "boolean"
    case .int32, .sint32, .sfixed32, .uint32, .fixed32, .float, .double: "number"
    // 64-bit numbers do not fit into JavaScript's; bytes are base64.
    default: "string"
    }
  }
}
