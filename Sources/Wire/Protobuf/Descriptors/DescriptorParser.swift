/// A message type as read from a descriptor, before its names are resolved.
struct ParsedMessage {
  var fullName = ""
  var fields: [FieldType] = []
  var oneofs: [String] = []
  var isMapEntry = false
}

/// A file as read from a descriptor.
struct ParsedFile {
  var name = ""
  var package = ""
  var isProto3 = false
  var messages: [ParsedMessage] = []
  var enums: [EnumType] = []
  var services: [ServiceType] = []
  var extensions: [FileDescriptor.Extension] = []
}

/// Reads `google.protobuf.FileDescriptorProto` bytes, as far as the runtime needs them.
enum DescriptorParser {
  static func file(_ bytes: [UInt8]) throws(ProtobufError) -> ParsedFile {
    let top = try RawMessage(bytes)
    var file = ParsedFile()
    file.name = top.text(1)
    file.package = top.text(2)
    file.isProto3 = top.text(12) == "proto3"
    for raw in try top.messages(5) { file.enums.append(try enumeration(raw, file.package)) }
    for raw in try top.messages(4) { try message(raw, file.package, depth: 0, into: &file) }
    for raw in try top.messages(6) { file.services.append(try service(raw, file.package)) }
    for raw in try top.messages(7) { file.extensions.append(extended(raw, file.package)) }
    return file
  }

  private static func join(_ scope: String, _ name: String) -> String {
    scope.isEmpty ? name : scope + "." + name
  }

  private static func message(
    _ raw: RawMessage, _ scope: String, depth: Int, into file: inout ParsedFile
  ) throws(ProtobufError) {
    guard depth < 32 else { throw .tooDeep(32) }
    var parsed = ParsedMessage()
    parsed.fullName = join(scope, raw.text(1))
    for oneof in try raw.messages(8) { parsed.oneofs.append(oneof.text(1)) }
    if let options = try raw.messages(7).last { parsed.isMapEntry = options.number(7) != 0 }
    for field in try raw.messages(2) {
      parsed.fields.append(try self.field(field, isProto3: file.isProto3))
    }
    file.messages.append(parsed)
    for nested in try raw.messages(4) {
      file.enums.append(try enumeration(nested, parsed.fullName))
    }
    for nested in try raw.messages(3) {
      try message(nested, parsed.fullName, depth: depth + 1, into: &file)
    }
    for nested in try raw.messages(6) { file.extensions.append(extended(nested, parsed.fullName)) }
  }

  private static func field(_ raw: RawMessage, isProto3: Bool) throws(ProtobufError) -> FieldType {
    guard let kind = FieldType.Kind(rawValue: UInt8(truncatingIfNeeded: raw.number(5))) else {
      throw .malformed("a field has an unknown type")
    }
    let isRepeated = raw.number(4) == 3
    let oneof = raw.has(9) ? Int(raw.number(9)) : nil
    return FieldType(
      name: raw.text(1), jsonName: raw.has(10) ? raw.text(10) : camel(raw.text(1)),
      number: Int(raw.number(3)), kind: kind, cardinality: isRepeated ? .repeated : .singular,
      hasPresence: !isRepeated && (oneof != nil || kind == .message || !isProto3),
      oneofIndex: oneof, isProto3Optional: raw.number(17) != 0, options: raw.bytes(8),
      typeName: String(raw.text(6).drop { $0 == "." }))
  }

  /// The JSON name protoc would give; descriptors from protoc carry it already.
  private static func camel(_ name: String) -> String {
    var result = ""
    var isUpper = false
    for character in name {
      if character == "_" {
        isUpper = true
      } else {
        result += isUpper ? character.uppercased() : String(character)
        isUpper = false
      }
    }
    return result
  }

  private static func enumeration(
    _ raw: RawMessage, _ scope: String
  ) throws(ProtobufError) -> EnumType {
    var values: [EnumType.Value] = []
    for value in try raw.messages(2) {
      let number = Int32(truncatingIfNeeded: value.number(2))
      values.append(EnumType.Value(name: value.text(1), number: number))
    }
    return EnumType(fullName: join(scope, raw.text(1)), values: values)
  }

  private static func service(
    _ raw: RawMessage, _ scope: String
  ) throws(ProtobufError) -> ServiceType {
    var methods: [ServiceType.Method] = []
    for method in try raw.messages(2) {
      methods.append(
        ServiceType.Method(
          name: method.text(1), inputName: String(method.text(2).drop { $0 == "." }),
          outputName: String(method.text(3).drop { $0 == "." }),
          isClientStreaming: method.number(5) != 0, isServerStreaming: method.number(6) != 0,
          options: method.bytes(4)))
    }
    return ServiceType(fullName: join(scope, raw.text(1)), methods: methods)
  }

  private static func extended(_ raw: RawMessage, _ scope: String) -> FileDescriptor.Extension {
    FileDescriptor.Extension(
      fullName: join(scope, raw.text(1)), extendee: String(raw.text(2).drop { $0 == "." }),
      number: Int(raw.number(3)))
  }
}

/// The fields of a message nobody has a type for yet.
struct RawMessage {
  private enum Value {
    case number(UInt64)
    case bytes([UInt8])
  }

  private var fields: [(number: Int, value: Value)] = []

  init(_ bytes: [UInt8]) throws(ProtobufError) {
    fields = try unsafe withBytes(bytes) { (bytes) throws(ProtobufError) in
      try unsafe Self.parse(bytes)
    }
  }

  private static func parse(
    _ bytes: UnsafeRawBufferPointer
  ) throws(ProtobufError) -> [(number: Int, value: Value)] {
    var fields: [(number: Int, value: Value)] = []
    var cursor = unsafe WireCursor(bytes)
    while !cursor.isAtEnd {
      let tag = try cursor.tag()
      switch tag.wire {
      case WireFormat.varint: fields.append((tag.number, .number(try cursor.varint())))
      case WireFormat.delimited:
        let range = try cursor.delimited()
        unsafe fields.append((tag.number, .bytes(Array(cursor.bytes(range)))))
      default: try cursor.skip(tag.wire)
      }
    }
    return fields
  }

  func has(_ number: Int) -> Bool { fields.contains { $0.number == number } }

  func number(_ number: Int) -> UInt64 {
    guard case .number(let value)? = fields.last(where: { $0.number == number })?.value else {
      return 0
    }
    return value
  }

  func bytes(_ number: Int) -> [UInt8] {
    guard case .bytes(let value)? = fields.last(where: { $0.number == number })?.value else {
      return []
    }
    return value
  }

  func text(_ number: Int) -> String { String(decoding: bytes(number), as: UTF8.self) }

  func messages(_ number: Int) throws(ProtobufError) -> [RawMessage] {
    var result: [RawMessage] = []
    for field in fields where field.number == number {
      if case .bytes(let bytes) = field.value { result.append(try RawMessage(bytes)) }
    }
    return result
  }
}
