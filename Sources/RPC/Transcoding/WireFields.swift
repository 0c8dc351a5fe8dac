/// The top level of a serialized message, as much as the edge itself has to know of it: etags,
/// request ids, HttpBody. Never traps; a message cut short ends the walk.
struct WireFields: Sequence, IteratorProtocol {
  enum Value {
    case varint(UInt64)
    case bytes(ArraySlice<UInt8>)
    /// Fixed-width.
    case other
  }

  private var rest: ArraySlice<UInt8>

  init(_ message: ArraySlice<UInt8>) {
    rest = message
  }

  mutating func next() -> (number: Int, value: Value)? {
    guard let tag = varint() else { return nil }
    let number = Int(truncatingIfNeeded: tag >> 3)
    switch tag & 7 {
    case 0: return varint().map { (number, .varint($0)) }
    case 1: return skip(8) ? (number, .other) : nil
    case 5: return skip(4) ? (number, .other) : nil
    case 2:
      guard let length = varint(), length <= UInt64(rest.count) else { return nil }
      let payload = rest.prefix(Int(length))
      rest = rest.dropFirst(Int(length))
      return (number, .bytes(payload))
    default: return nil
    }
  }

  private mutating func skip(_ count: Int) -> Bool {
    guard rest.count >= count else { return false }
    rest = rest.dropFirst(count)
    return true
  }

  private mutating func varint() -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while let byte = rest.popFirst(), shift < 64 {
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }
}

extension WireFields {
  /// The last value of a length-delimited field, which is the one that counts for text.
  static func bytes(_ number: Int, in message: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var found: ArraySlice<UInt8>?
    for field in WireFields(message) where field.number == number {
      if case .bytes(let payload) = field.value { found = payload }
    }
    return found
  }

  static func text(_ number: Int, in message: ArraySlice<UInt8>) -> String? {
    bytes(number, in: message).flatMap { String(validating: $0, as: UTF8.self) }
  }

  /// A signed varint field, zero when it is absent.
  static func int(_ number: Int, in message: ArraySlice<UInt8>) -> Int64 {
    var found: Int64 = 0
    for field in WireFields(message) where field.number == number {
      if case .varint(let value) = field.value { found = Int64(bitPattern: value) }
    }
    return found
  }

  /// Appends one length-delimited field: text, bytes or a message.
  static func append(_ number: Int, _ payload: some Collection<UInt8>, to message: inout [UInt8]) {
    appendVarint(UInt64(number) << 3 | 2, to: &message)
    appendVarint(UInt64(payload.count), to: &message)
    message.append(contentsOf: payload)
  }

  static func append(_ number: Int, varint value: UInt64, to message: inout [UInt8]) {
    appendVarint(UInt64(number) << 3, to: &message)
    appendVarint(value, to: &message)
  }

  private static func appendVarint(_ value: UInt64, to message: inout [UInt8]) {
    var value = value
    while value >= 0x80 {
      message.append(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    message.append(UInt8(value))
  }
}
