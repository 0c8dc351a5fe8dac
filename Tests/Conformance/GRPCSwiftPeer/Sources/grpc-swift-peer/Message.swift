internal import GRPCCore

/// A protobuf message as a list of fields: enough for grpc.testing, without generated code.
struct Message: Sendable {
  /// What a field holds, by wire type 0 or 2; the others do not occur.
  enum Value: Sendable {
    case varint(UInt64)
    case bytes([UInt8])
  }

  private(set) var fields: [(number: Int, value: Value)] = []

  /// A message with no field.
  init() {}

  /// Reads a message; `nil` when the bytes are none.
  init?(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard let tag = Self.varint(&rest), let value = Self.varint(&rest) else { return nil }
      switch tag & 7 {
      case 0: fields.append((Int(tag >> 3), .varint(value)))
      case 2:
        guard value <= rest.count else { return nil }
        fields.append((Int(tag >> 3), .bytes(Array(rest.prefix(Int(value))))))
        rest = rest.dropFirst(Int(value))
      default: return nil
      }
    }
  }

  private static func varint(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      guard let byte = rest.popFirst() else { return nil }
      value |= UInt64(byte & 0x7F) << UInt64(shift)
      if byte < 0x80 { return value }
    }
    return nil
  }

  /// The message with one more field.
  func with(_ number: Int, _ value: Int) -> Message {
    var copy = self
    copy.fields.append((number, .varint(UInt64(bitPattern: Int64(value)))))
    return copy
  }

  func with(_ number: Int, bytes: [UInt8]) -> Message {
    var copy = self
    copy.fields.append((number, .bytes(bytes)))
    return copy
  }

  func with(_ number: Int, _ message: Message) -> Message { with(number, bytes: message.bytes) }

  /// The last integer under `number`, 0 without one.
  func int(_ number: Int) -> Int {
    for field in fields.reversed() where field.number == number {
      if case .varint(let value) = field.value { return Int(truncatingIfNeeded: value) }
    }
    return 0
  }

  /// Every bytes value under `number`.
  func all(_ number: Int) -> [[UInt8]] {
    fields.compactMap { field in
      if field.number == number, case .bytes(let bytes) = field.value { bytes } else { nil }
    }
  }

  /// The message under `number`.
  func message(_ number: Int) -> Message? { all(number).last.flatMap { Message($0) } }

  var bytes: [UInt8] {
    var output: [UInt8] = []
    func put(_ value: UInt64) {
      var value = value
      while value >= 0x80 {
        output.append(UInt8(truncatingIfNeeded: value) | 0x80)
        value >>= 7
      }
      output.append(UInt8(value))
    }
    for field in fields {
      switch field.value {
      case .varint(let value):
        put(UInt64(field.number << 3))
        put(value)
      case .bytes(let bytes):
        put(UInt64(field.number << 3 | 2))
        put(UInt64(bytes.count))
        output += bytes
      }
    }
    return output
  }
}

/// Messages as grpc-swift takes them.
struct Codec: MessageSerializer, MessageDeserializer {
  func serialize<Bytes: GRPCContiguousBytes>(_ message: Message) throws -> Bytes {
    Bytes(message.bytes)
  }

  func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> Message {
    guard let message = bytes.withUnsafeBytes({ Message(Array($0)) }) else {
      throw RPCError(code: .internalError, message: "the message does not parse")
    }
    return message
  }
}

extension Message {
  /// A Payload of zeros.
  static func payload(_ size: Int) -> Message {
    Message().with(2, bytes: [UInt8](repeating: 0, count: size))
  }

  /// How large the Payload is that stands in field `number`.
  func payloadSize(_ number: Int) -> Int { message(number)?.all(2).last?.count ?? 0 }
}

extension MethodDescriptor {
  static func test(_ name: String, service: String = "TestService") -> MethodDescriptor {
    MethodDescriptor(fullyQualifiedService: "grpc.testing.\(service)", method: name)
  }
}
