internal import SwiftProtobuf
internal import SwiftProtobufPluginLibrary

/// One field as Swift sees it: its types and the expressions between C and Swift.
struct Field {
  let descriptor: FieldDescriptor
  let name: String
  let isIndirect: Bool

  init(_ descriptor: FieldDescriptor, in message: Descriptor, context: SchemaContext) {
    self.descriptor = descriptor
    name = SwiftNames.property(descriptor.name)
    let isPlain = descriptor.realContainingOneof == nil
    isIndirect = isPlain && context.isRecursive(descriptor, in: message)
  }

  var number: Int32 { descriptor.number }

  /// The property as the functions of the bridge write it.
  var property: String { Self.property(name) }

  /// `name` as the functions of the bridge write it; they have names of their own.
  static func property(_ name: String) -> String {
    let locals: Set = [
      "c", "reader", "writer", "key", "entry", "entries", "index", "sorted", "pair",
    ]
    return locals.contains(name) ? "self.\(name)" : name
  }

  /// The member of the C struct.
  var c: String { "c.pointee.f\(number)" }
  var isMessage: Bool { descriptor.type == .message }
  /// Whether proto3 `optional` made it a oneof of one.
  var isOptionalScalar: Bool {
    descriptor.oneofIndex != nil && descriptor.realContainingOneof == nil && !isMessage
  }
  /// The oneof the normaliser left the field in: its own for any proto3 `optional`.
  var oneofCase: String? { descriptor.oneofIndex.map { "c.pointee.o\($0)_case" } }

  /// The type of one value, as it is spelled in `scope`.
  func element(in scope: Scope) -> String {
    switch descriptor.type {
    case .double: scope.swift("Double")
    case .float: scope.swift("Float")
    case .int64, .sint64, .sfixed64: scope.swift("Int64")
    case .uint64, .fixed64: scope.swift("UInt64")
    case .int32, .sint32, .sfixed32: scope.swift("Int32")
    case .uint32, .fixed32: scope.swift("UInt32")
    case .bool: scope.swift("Bool")
    case .string: scope.swift("String")
    case .bytes: "[\(scope.swift("UInt8"))]"
    case .enum: scope.name(of: descriptor.enumType)
    case .message, .group: scope.name(of: descriptor.messageType)
    }
  }

  /// The value of one that is not set.
  var elementDefault: String {
    switch descriptor.type {
    case .bool: "false"
    case .string: "\"\""
    case .bytes: "[]"
    case .enum: ".\(SwiftNames.enumCase(descriptor.enumType.values[0]))"
    case .message, .group: ".init()"
    default: "0"
    }
  }

  /// `: Type = default` of the property.
  func declaration(in scope: Scope) -> String {
    if let (key, value) = mapFields {
      return ": [\(key.element(in: scope)): \(value.element(in: scope))] = [:]"
    }
    let element = element(in: scope)
    if descriptor.isRepeated { return ": [\(element)] = []" }
    if isMessage || isOptionalScalar { return ": \(element)?" }
    return ": \(element) = \(elementDefault)"
  }

  /// Key and value of a map field.
  var mapFields: (key: Field, value: Field)? {
    guard descriptor.isMap, let entry = descriptor.messageType,
      let key = entry.fields.first(where: { $0.number == 1 }),
      let value = entry.fields.first(where: { $0.number == 2 })
    else { return nil }
    return (Field(entry: key), Field(entry: value))
  }

  private init(entry: FieldDescriptor) {
    descriptor = entry
    name = entry.name
    isIndirect = false
  }

  /// The Swift value of the C expression `c`.
  func read(_ c: String) -> String {
    switch descriptor.type {
    case .double: "Double(bitPattern: \(c))"
    case .float: "Float(bitPattern: \(c))"
    case .bool: "\(c) != 0"
    case .string: "reader.string(\(c))"
    case .bytes: "reader.bytes(\(c))"
    case .enum: ".init(rawValue: \(c))"
    case .message, .group: "reader.message(\(c))"
    default: c
    }
  }

  /// The C value of the Swift expression `value`.
  func write(_ value: String) -> String {
    switch descriptor.type {
    case .double, .float: "\(value).bitPattern"
    case .bool: "\(value) ? 1 : 0"
    case .string, .bytes: "writer.data(\(value))"
    case .enum: "\(value).rawValue"
    case .message, .group: "writer.message(\(value))"
    default: value
    }
  }

  /// The function of the bridge that converts a list.
  var listFunction: (read: String, write: String) {
    switch descriptor.type {
    case .double: ("doubles", "doubles")
    case .float: ("floats", "floats")
    case .bool: ("bools", "bools")
    case .string: ("strings", "datas")
    case .bytes: ("byteStrings", "datas")
    case .enum: ("enums", "enums")
    case .message, .group: ("messages", "messages")
    default: ("numbers", "numbers")
    }
  }
}
