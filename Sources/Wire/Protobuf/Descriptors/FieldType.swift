internal import Buffers

/// One field of a message type.
// Mutable only while its type is linked; see MessageType.
@safe
public final class FieldType: @unchecked Sendable {
  /// What a field holds; raw values are those of `FieldDescriptorProto.Type`.
  public enum Kind: UInt8, Sendable {
    case double = 1
    case float, int64, uint64, int32, fixed64, fixed32, bool, string, group, message, bytes
    case uint32, enumeration, sfixed32, sfixed64, sint32, sint64
  }

  /// How many values a field holds.
  public enum Cardinality: Sendable {
    case singular, repeated, map
  }

  /// As written in the proto file.
  public let name: String
  /// As written in JSON.
  public let jsonName: String
  /// The tag number.
  public let number: Int
  /// What type of value the field holds.
  public let kind: Kind
  /// How many values the field holds.
  @exclusivity(unchecked) public internal(set) var cardinality: Cardinality
  /// Whether the wire tells "not set" from the default value.
  public let hasPresence: Bool
  /// Index of the oneof in the message type; also set for proto3 `optional`.
  public let oneofIndex: Int?
  /// The oneof's name; nil outside of oneofs and for proto3 `optional`.
  @exclusivity(unchecked) public internal(set) var oneofName: String?
  /// Whether the field is written `optional` in proto3.
  public let isProto3Optional: Bool
  /// The field's options as wire bytes of `google.protobuf.FieldOptions`.
  public let options: [UInt8]
  /// The type of a message or map field; a map's is its entry type.
  @exclusivity(unchecked) public internal(set) var messageType: MessageType?
  /// The type of an enum field.
  @exclusivity(unchecked) public internal(set) var enumType: EnumType?

  let typeName: String
  /// Position in the type's fields, which are sorted by number.
  @exclusivity(unchecked) var index = 0
  /// Where the value is in the protobuf-c struct.
  @exclusivity(unchecked) var place = FieldPlace()
  /// `"name":`, as it stands before a value in JSON, with escapes where the name needs some. In memory
  /// of its own, as an array were retained each time it is written.
  let jsonKey: UnsafeBufferPointer<UInt8>
  /// Whether `null` is a value of the field in JSON, not its absence.
  @exclusivity(unchecked) private(set) var takesNull = false

  init(
    name: String, jsonName: String, number: Int, kind: Kind, cardinality: Cardinality,
    hasPresence: Bool, oneofIndex: Int?, isProto3Optional: Bool, options: [UInt8], typeName: String
  ) {
    self.name = name
    self.jsonName = jsonName
    self.number = number
    self.kind = kind
    unsafe self.cardinality = cardinality
    self.hasPresence = hasPresence
    self.oneofIndex = oneofIndex
    self.isProto3Optional = isProto3Optional
    self.options = options
    self.typeName = typeName
    var key = JSONWriter()
    key.key(jsonName)
    unsafe jsonKey = .copy(of: key.bytes)
  }

  deinit { unsafe jsonKey.deallocate() }

  /// Gives the field its type, once; see MessageType.
  func resolve(message: MessageType) {
    unsafe messageType = message
    unsafe takesNull = message.wellKnown == .value
  }

  /// Gives the field its type, once; see MessageType.
  func resolve(enumeration: EnumType) {
    unsafe enumType = enumeration
    unsafe takesNull = enumeration.fullName == "google.protobuf.NullValue"
  }

  /// Where the value is in the protobuf-c struct.
  var offset: Int { unsafe place.offset }
  /// Whether the field is a list or a map.
  public var isRepeated: Bool { unsafe cardinality != .singular }
  /// Whether the field is a map.
  public var isMap: Bool { unsafe cardinality == .map }
}

extension UnsafeBufferPointer<UInt8> {
  /// A copy of `bytes` in memory that the caller deallocates.
  static func copy(of bytes: some Collection<UInt8>) -> Self {
    let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
    _ = unsafe memory.initialize(from: bytes)
    return Self(memory)
  }
}

extension FieldType.Kind {
  /// The wire type of one value.
  var wireType: UInt8 {
    switch self {
    case .double, .fixed64, .sfixed64: WireFormat.fixed64
    case .float, .fixed32, .sfixed32: WireFormat.fixed32
    case .string, .bytes, .message: WireFormat.delimited
    case .group: WireFormat.startGroup
    default: WireFormat.varint
    }
  }

  /// Bytes one value takes in a protobuf-c struct.
  var stride: Int {
    switch self {
    case .double, .fixed64, .sfixed64, .int64, .uint64, .sint64, .message, .group: 8
    case .string, .bytes: 16
    default: 4
    }
  }
}
