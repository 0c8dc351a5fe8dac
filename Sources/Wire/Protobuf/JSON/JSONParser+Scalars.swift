internal import Buffers
internal import CProtobufC

extension JSONParser {
  /// One value of a field into its slot.
  mutating func value(
    _ field: FieldHandle, _ slot: UnsafeMutableRawPointer, depth: Int
  ) throws(ProtobufError) {
    switch field.kind {
    case .message, .group:
      guard let type = field.messageType else { throw .json("a message without a type") }
      try unsafe message(type, builder.message(in: slot, type), depth: depth + 1)
    case .string:
      guard try reader.peek() == .string else { throw .json("expected a string") }
      let text = try unsafe reader.string(in: builder)
      unsafe slot.storeBytes(of: ProtobufCBinaryData(lent: text), as: ProtobufCBinaryData.self)
    case .bytes: try unsafe bytes(slot)
    case .bool: try unsafe bool(slot)
    case .enumeration: try unsafe enumeration(field, slot)
    default:
      let token = try reader.peek()
      guard token == .number || token == .string else { throw .json("expected a number") }
      try unsafe number(isQuoted: token == .string, field.kind, slot)
    }
  }

  private mutating func number(
    isQuoted: Bool, _ kind: FieldType.Kind, _ slot: UnsafeMutableRawPointer
  ) throws(ProtobufError) {
    guard isQuoted else {
      return try unsafe reader.withNumber { (text) throws(ProtobufError) in
        try unsafe Self.number(text, isQuoted: false, kind, slot)
      }
    }
    try unsafe reader.withString { (text) throws(ProtobufError) in
      try unsafe Self.number(text, isQuoted: true, kind, slot)
    }
  }

  private mutating func bytes(_ slot: UnsafeMutableRawPointer) throws(ProtobufError) {
    guard try reader.peek() == .string else { throw .json("expected base64 in a string") }
    let decoded = try unsafe reader.withString { (text) throws(ProtobufError) in
      unsafe Base64.decode(UnsafeRawBufferPointer(text), ignoringUnusedBits: true)
    }
    guard let bytes = decoded else { throw .json("expected base64") }
    try unsafe builder.store(bytes, in: slot)
  }

  private mutating func bool(_ slot: UnsafeMutableRawPointer) throws(ProtobufError) {
    let token = try reader.peek()
    switch token {
    case .true: try reader.word("true")
    case .false: try reader.word("false")
    default: throw .json("expected true or false")
    }
    unsafe slot.storeBytes(of: token == .true ? 1 : 0, as: Int32.self)
  }

  private mutating func enumeration(
    _ field: FieldHandle, _ slot: UnsafeMutableRawPointer
  ) throws(ProtobufError) {
    let number: Int32
    switch try reader.peek() {
    case .string:
      let found = try unsafe reader.withString { (name) throws(ProtobufError) in
        unsafe field.number(named: name)
      }
      guard let known = found else {
        throw .json("is not a name of \(field.enumName): \(field.enumNames)")
      }
      number = known
    case .number:
      guard let value = JSONNumbers.integer(try reader.number(), as: Int32.self) else {
        throw .json("expected a 32-bit integer")
      }
      number = value
    case .null where field.takesNull:
      try reader.word("null")
      number = 0
    default: throw .json("expected a name or a number of an enum")
    }
    unsafe slot.storeBytes(of: number, as: Int32.self)
  }

  private static func number(
    _ text: UnsafeBufferPointer<UInt8>, isQuoted: Bool, _ kind: FieldType.Kind,
    _ slot: UnsafeMutableRawPointer
  ) throws(ProtobufError) {
    switch kind {
    case .double:
      let text = unsafe String(decoding: text, as: UTF8.self)
      guard let value = JSONNumbers.double(text, isQuoted: isQuoted) else {
        throw .json("expected a number that a double can hold")
      }
      unsafe slot.storeBytes(of: value, as: Double.self)
    case .float:
      let text = unsafe String(decoding: text, as: UTF8.self)
      guard let value = JSONNumbers.float(text, isQuoted: isQuoted) else {
        throw .json("expected a number that a float can hold")
      }
      unsafe slot.storeBytes(of: value, as: Float.self)
    case .int32, .sint32, .sfixed32: try unsafe integer(text, slot, Int32.self)
    case .uint32, .fixed32: try unsafe integer(text, slot, UInt32.self)
    case .int64, .sint64, .sfixed64: try unsafe integer(text, slot, Int64.self)
    default: try unsafe integer(text, slot, UInt64.self)
    }
  }

  private static func integer<T: FixedWidthInteger & BitwiseCopyable>(
    _ text: UnsafeBufferPointer<UInt8>, _ slot: UnsafeMutableRawPointer, _ type: T.Type
  ) throws(ProtobufError) {
    guard let value = unsafe JSONNumbers.integer(text, as: type) else {
      throw .json("expected a whole number from \(T.min) to \(T.max)")
    }
    unsafe slot.storeBytes(of: value, as: type)
  }

  /// A map key, which JSON always has in quotes.
  func key(
    _ text: String, _ field: FieldHandle, _ slot: UnsafeMutableRawPointer
  ) throws(ProtobufError) {
    switch field.kind {
    case .string: try unsafe builder.store(text.utf8, in: slot)
    case .bool:
      guard text == "true" || text == "false" else { throw .json("expected true or false as key") }
      unsafe slot.storeBytes(of: text == "true" ? 1 : 0, as: Int32.self)
    default:
      var text = text
      let result = text.withUTF8 { (text) -> Result<Void, ProtobufError> in
        Result { () throws(ProtobufError) in
          try unsafe Self.number(text, isQuoted: false, field.kind, slot)
        }
      }
      try result.get()
    }
  }
}
